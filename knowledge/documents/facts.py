"""
Questions that a text answers, made of its facts: figures, prohibitions, and who decides.

A sentence becomes a question by putting an asking word in the place of what it states: the words
around it are the document's own, so that whoever reads the question knows which fact is meant.
Where a sentence cannot be turned around safely, no question is made of it.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from knowledge.text.outline import CELL, LEADS, unmarked
from knowledge.text.spans import sentence_spans
from knowledge.values import Passage

Kind = Literal["figure", "forbidden", "who"]
KINDS: tuple[Kind, ...] = ("figure", "forbidden", "who")
Endings = tuple[tuple[re.Pattern[str], str], ...]  # how sentences end, and their questions
SHORTEST, LONGEST = 6, 90  # characters of a question
_LINE = re.compile(r"[^\n]+")
_ARTICLE = re.compile(
    r"^(?:第\s*[0-9０-９一二三四五六七八九十百]+\s*条(?:の[0-9０-９一二三四五六七八九十]+)*"
    r"|[附付]\s*則|\d+(?:\.\d+)+)[\s\u3000.]*"
    r"(?:[（(【][^（()）】]{1,40}[）)】])?[\s\u3000]*"
)
_BRACKETS = re.compile(r"[（(][^（()）]*[)）]")
_PERSON = re.compile(
    r"^(?:従業員|社員|職員|役職員|利用者|全社員|全従業員|当社の従業員|会社|当社|者|何人)(?:は|も)、?"
)
_LEANS = re.compile(r"前項|前条|前号|同項|同条|この限り|その|当該|これ|ただし")

_N = r"(?:[0-9０-９][0-9０-９,，.]*(?:万|千|億)?|[一二三四五六七八九十百千万]+)"
_UNIT = r"(?:万円|円|ドル|ユーロ|営業日|日間|日|週間|[かカヶケ箇]月間?|年間|年|時間|分|泊|名|人|回|件|%|％|パーセント|割|文字)"
_DATED = re.compile(
    rf"(?:(?:令和|平成|西暦)?{_N}年)?{_N}月{_N}日(?P<case>から|まで)?|(?:令和|平成){_N}年"
)
_AMOUNT = re.compile(
    rf"(?<![第0-9０-９.月年]){_N}(?P<unit>{_UNIT})(?!法|度|次|目|月|以上の者|未満の者)"
)
_DECIDER = r"[一-龠々ァ-ヴーA-Za-z]{0,14}(?:長|部門|部|課|室|局|委員会|役員会|取締役会|責任者|担当者|管理者|事務局|監査人|窓口)"
_WHO = re.compile(
    rf"(?<![一-龠々ァ-ヴーA-Za-z])(?P<who>(?:{_DECIDER}(?:と|及び|および|又は|または|・|、))*{_DECIDER})"
    r"(?P<only>のみ|だけ)?(?P<case>が|の|に|から)"
    r"(?=[^。、]{0,12}(?:承認|決裁|許可|決定|決め|判断|監督|報告|届け|申請|行う|担当|了承|同意))"
)
# how a Japanese sentence ends, and how the question made of it does
_ENDINGS: Endings = (
    (re.compile(r"(?:とする|とします|である|です|だ)$"), "ですか"),
    (re.compile(r"ならない$|なりません$"), "なりませんか"),
    (re.compile(r"できる$|できます$"), "できますか"),
    (re.compile(r"得る$"), "得ますか"),
    (re.compile(r"(?<=[一-龠々])う$|(?<=行)います$"), "いますか"),
    (re.compile(r"する(?:ものとする|こと)?$|します$"), "しますか"),
    (re.compile(r"(?<=[らけえべめれせて])る$|(?<=[らけえべめれせて])ます$"), "ますか"),
)
_FORBIDDEN: Endings = (
    (
        re.compile(r"(?P<form>[てで])は(?:ならない|なりません|いけない|いけません)$"),
        r"\g<form>もよいですか",
    ),
    (re.compile(r"[はが](?:できない|できません)$"), "はできますか"),
    (re.compile(r"しないこと(?:とする)?$"), "してもよいですか"),
    (re.compile(r"[をは](?:一切)?禁(?:止する|止とする|止します|ずる|じる)$"), "は認められますか"),
    (re.compile(r"(?<=は)(?:利用|使用)?(?:禁止|不可)(?:とする|です|である)$"), "認められますか"),
)

_AUX = r"(?P<aux>is|are|must|may|can|shall|will|should)"
_SUBJECT = r"^(?P<subject>[A-Z][A-Za-z0-9'’/\- ]{1,60}?)"
_EN_N = r"(?:\d[\d,.]*|one|two|three|four|five|six|seven|eight|nine|ten|twelve|thirty|sixty|ninety)"
_EN_UNIT = (
    r"(?:(?:business|working|calendar) )?"
    r"(?:days?|weeks?|months?|years?|hours?|minutes?|people|persons)"
)
_EN_TIME = re.compile(
    rf"{_SUBJECT} {_AUX} (?P<before>(?!not\b)[^.;:]*?)"
    rf"\b(?P<how>within|for|after|at least|every|up to)"
    rf" {_EN_N} (?P<unit>{_EN_UNIT})\b(?P<after>[^.;:]*)[.;]?$"
)
_EN_MONEY = re.compile(
    rf"{_SUBJECT} (?P<aux>is|are) (?:limited to|capped at|up to|at most)?\s*"
    rf"(?:[¥$€£]\s?{_EN_N}|(?:USD|EUR|JPY) {_EN_N}"
    rf"|{_EN_N} ?(?:yen|dollars|euros|USD|EUR|JPY|%|percent))"
)
_EN_FORBIDDEN = re.compile(
    rf"{_SUBJECT} (?:must not|may not|shall not|cannot|can not|must never) (?P<act>[^.;:]+)[.;]?$"
)
_EN_BANNED = re.compile(
    rf"{_SUBJECT} (?P<aux>is|are) (?:strictly )?"
    r"(?:prohibited|forbidden|banned|not (?:allowed|permitted))"
    r"(?P<after>[^.;:]*)[.;]?$"
)
_EN_NEVER = re.compile(r"^(?:Do not|Don't|Never) (?P<act>[^.;:]+)[.;]?$")
_EN_WHO = re.compile(
    rf"{_SUBJECT} (?:(?:must|shall|will|should|may) be|is|are) "
    r"(?P<act>approved|reviewed|authori[sz]ed|decided|signed|confirmed|granted|managed)"
    r" (?:in writing )?by (?P<who>[^.;:,]+)"
)
_EN_DOES = re.compile(
    r"^(?P<who>The [A-Z][A-Za-z ]{2,50}?)"
    r" (?P<act>approves|reviews|authori[sz]es|decides|signs|confirms|grants)"
    r" (?P<what>[^.;:]+)[.;]?$"
)
_DONE = {"decided": "decides on", "signed": "signs", "granted": "grants"}


@dataclass(frozen=True, slots=True)
class Fact:
    """A sentence that states something, and the question it answers."""

    kind: Kind
    question: str
    sentence: str


def facts(passages: Sequence[Passage]) -> Iterator[Fact]:
    """Yield the facts of a version's passages that can be asked for, in their order."""
    seen: set[str] = set()
    for passage in passages:
        for sentence in _sentences(passage):
            for kind in KINDS:
                question = _question_of(kind, sentence)
                if not SHORTEST <= len(question) <= LONGEST or question in seen:
                    continue
                seen.add(question)
                yield Fact(kind, question, sentence)
                break


def asked(stated: Sequence[Fact], most: int) -> tuple[str, ...]:
    """Return up to `most` questions: one of each kind first, then further ones, in their order."""
    chosen: list[Fact] = []
    for kind in KINDS:
        chosen += [fact for fact in stated if fact.kind == kind][:1]
    chosen += [fact for fact in stated if fact not in chosen]
    kept = chosen[:most]
    return tuple(fact.question for fact in stated if fact in kept)


def turned(before: Sequence[Fact], after: Sequence[Fact]) -> tuple[str, ...]:
    """
    Return the questions whose answers differ between two versions, given the facts of both: first
    those that both state, then those that one of them states alone.
    """
    old, new = _stated(before), _stated(after)
    same = set(old.values()) & set(new.values())  # said as before, be it asked for or not
    both: list[str] = []
    alone: list[str] = []
    for question in (*new, *old):
        sentences = old.get(question), new.get(question)
        if None not in sentences:
            if sentences[0] != sentences[1]:
                both.append(question)
        elif same.isdisjoint(sentences):
            alone.append(question)
    return tuple(dict.fromkeys((*both, *alone)))


def _stated(stated: Sequence[Fact]) -> dict[str, str]:
    """Return the sentences of facts by their questions."""
    return {fact.question: fact.sentence for fact in stated}


def beside(before: Sequence[Fact], after: Sequence[Fact]) -> tuple[tuple[str, str, str], ...]:
    """
    Return the questions of `turned` with the sentence that answers each in either version, "" where
    it states nothing of the kind.
    """
    old, new = _stated(before), _stated(after)
    questions = turned(before, after)
    return tuple((one, old.get(one, ""), new.get(one, "")) for one in questions)


def _sentences(passage: Passage) -> Iterator[str]:
    """Yield the sentences of a passage's prose, without numbers, markers and brackets."""
    if passage.kind == "table":
        return
    text = passage.text
    for line in _LINE.finditer(text):
        if CELL in line.group():
            continue
        for start, end in sentence_spans(text, line.span()):
            words = unicodedata.normalize("NFKC", text[start:end]).strip()
            words = _ARTICLE.sub("", unmarked(words))
            words = _BRACKETS.sub("", words).strip("・-*• 。．\u3000")
            if words and not LEADS.search(words):
                yield words


def _figure(words: str) -> str:
    dated = _DATED.search(words)
    if dated is not None:
        when = f"いつ{dated['case'] or ''}"
        return _ended(words[: dated.start()] + when + words[dated.end() :])
    amount = _AMOUNT.search(words)
    if amount is None:
        return ""
    unit = amount["unit"].replace("万円", "円")
    return _ended(f"{words[: amount.start()]}何{unit}{words[amount.end() :]}")


def _forbidden(words: str) -> str:
    return _ended(words, _FORBIDDEN)


def _who(words: str) -> str:
    decider = _WHO.search(words)
    if decider is None:
        return ""
    return _ended(f"{words[: decider.start()]}誰{decider['case']}{words[decider.end() :]}")


def _ended(words: str, endings: Endings = _ENDINGS) -> str:
    """Return a Japanese sentence as a question by how it ends, "" where it ends in another way."""
    for ending, asking in endings:
        question, count = ending.subn(asking, words)
        if count:
            return f"{question}?"
    return ""


def _figure_in_english(sentence: str) -> str:
    money = _EN_MONEY.match(sentence)
    if money is not None:
        return f"How much {money['aux']} {_lowered(money['subject'])}?"
    time = _EN_TIME.match(sentence)
    if time is None:
        return ""
    how, before = time["how"].capitalize(), time["before"].rstrip().removesuffix(" for")
    unit = time["unit"] if time["unit"].endswith(("s", "people")) else f"{time['unit']}s"
    rest = " ".join(f"{before} {time['after']}".split())
    return f"{how} how many {unit} {time['aux']} {_lowered(time['subject'])} {rest}".rstrip() + "?"


def _forbidden_in_english(sentence: str) -> str:
    act = _EN_FORBIDDEN.match(sentence)
    if act is not None:
        return f"May {_lowered(act['subject'])} {act['act']}?"
    banned = _EN_BANNED.match(sentence)
    if banned is not None:
        aux = banned["aux"].capitalize()
        return f"{aux} {_lowered(banned['subject'])} allowed{banned['after']}?"
    never = _EN_NEVER.match(sentence)
    return f"May I {never['act']}?" if never else ""


def _who_in_english(sentence: str) -> str:
    done = _EN_WHO.match(sentence)
    if done is not None:
        act = _DONE.get(done["act"], done["act"].removesuffix("d") + "s")
        act = act.replace("reviewes", "reviews").replace("confirmes", "confirms")
        return f"Who {act} {_lowered(done['subject'])}?"
    does = _EN_DOES.match(sentence)
    return f"Who {does['act']} {does['what']}?" if does else ""


def _lowered(words: str) -> str:
    """Return words as they stand within a sentence; names in capitals stay."""
    first = words.partition(" ")[0]
    if first[1:].islower() or len(first) == 1:
        return words[0].lower() + words[1:]
    return words


_IN_JAPANESE: dict[Kind, Callable[[str], str]] = {
    "figure": _figure,
    "forbidden": _forbidden,
    "who": _who,
}
_IN_ENGLISH: dict[Kind, Callable[[str], str]] = {
    "figure": _figure_in_english,
    "forbidden": _forbidden_in_english,
    "who": _who_in_english,
}


def _question_of(kind: Kind, sentence: str) -> str:
    """Return the question of this kind that a sentence answers, "" for none."""
    if sentence.isascii():
        return _IN_ENGLISH[kind](sentence)
    if _LEANS.search(sentence):
        return ""
    return _IN_JAPANESE[kind](_PERSON.sub("", sentence))
