"""
What a question is about, and what it leaves to the talk before it: "短所は?" needs a topic, "副業していい?"
has its own, "予防接種のほうは?" needs what was asked.

Decided by what a question lacks, never by its length: a topic is a run of kanji or katakana, or a
Latin word, that is neither a relation ("費用"), nor something put in the place of something else
("大阪"), nor a word every question has.
"""

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

from knowledge.sentences import yaml_values
from knowledge.text.analysis import JAPANESE, STOP_EN, Analysis, Token

FILE = Path(__file__).with_name("topic.yaml")
# English words a complete question has: "What may I book?" has one, and needs what came before
PAIR = 2
# Japanese letters up to which a question in hiragana alone has no topic of its own ("もっとくわしく")
SPOKEN = 10
_KANJI = "\u3400-\u4dbf\u4e00-\u9fff々"
_VAGUE = "何誰時際方事物所中後前上下他今次人日年月円分回件歳個名点念気"  # one letter, and no thing
WORD = re.compile(
    rf"[\u30a1-\u30ff{_KANJI}]{{2,}}|[A-Za-z][A-Za-z0-9-]+"
    rf"|(?<![{_KANJI}])(?![{_VAGUE}])[{_KANJI}](?=[でをはがにのもとへ])"  # 家で, 車を
)
POINTER = re.compile(
    r"^(?:(?:それ|これ|あれ|そこ|ここ)(?:って|は|が|を|に|も|で|の)?|そう(?!い)|その|この|あの)"
    r"|\b(?:it|that one|this one|this|that|those|them|these)\b",
    re.IGNORECASE,
)
_POINTING = re.compile(
    r"^(?:それ|その|これ|この|あれ|あの|そこ|ここ|そう|ほか|他に|他の|もっと|もう少し|もうちょっと|具体的|例えば"
    r"|たとえば|続き|続けて)"
    r"|^(?:なぜ|何故|どうして|なんで|何で)(?:です|でしょう|なの|なん)?か?[\s?。]*$"
    r"|^(?:why|how come)\b[\s?]*$|^(?:more\b|it|that|those|they|this|these)\b"
    r"|\b(?:it|that one|those|them|these ones)\b"
    r"|\b(?:this|that)(?=\s*(?:[?.!]|$|(?:too|here|now|for|at|with|without)\b))",
    re.IGNORECASE,
)
_EMPTY_IT = re.compile(
    r"\b(?:does|do|did|will|would) it (?:take|matter)\b"
    r"|\b(?:is|was) it (?=\w+ (?:to|for|if|that)\b)",
    re.IGNORECASE,
)
# "I lost my laptop. Can it be …": what "it" stands for is in the question itself
_OWN_IT = re.compile(
    r"\b(?:a|an|my|our|the|your|some|any) (?P<thing>[a-z-]+)\b.*\b(?:it|them|those)\b",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"(?P<of>.{2,30}?)(?:のこと)?(?:を|について|は)?(?:もっと|もう少し|もうちょっと|さらに|より)?"
    r"(?:詳しく|くわしく|詳細に|具体的に)(?:教えて|おしえて|説明して|知りたい|聞きたい|お願い)?"
    r"(?:ください|下さい|ほしい|します|です)?"
)
Opening = Literal["fresh", "correction", "link", ""]
_OPENINGS: tuple[tuple[Opening, re.Pattern[str]], ...] = (
    (
        "fresh",
        re.compile(
            r"^(?:ところで|それはそうと"
            r"|(?:全然|まったく|全く)?(?:別の|別件の?|違う|新しい)(?:話題?|質問|件)"
            r"(?:です|なのですが|ですが|なんですが|だけど|で)?"
            r"|別件(?:です|ですが|で)|話(?:は|が|を)(?:変わ|変え|それ)[^、,。\s]*)[、,。\s]+"
            r"|^(?:by the way|btw|(?:on )?(?:a |another )?(?:new|different|other|separate)"
            r" (?:topic|question|subject)|another question|changing the subject)[,.:;\s-]+",
            re.IGNORECASE,
        ),
    ),
    (
        "correction",
        re.compile(
            r"^(?:(?:いや|いえ|いいえ|ううん)(?:いや)?(?:[、,。\s]+|(?=そう))"
            r"|(?:違う|違います|ちがう|ちがいます|そう(?:じゃ|では)(?:なく(?:て)?|ない(?:です)?)"
            r"|間違えました|まちがえた)[^、,。\s]{0,6}[、,。\s]+)"
            r"|^(?:no|nope|wait|sorry|actually)[,.]\s*|^i mean(?:t)?\b[,:\s]*",
            re.IGNORECASE,
        ),
    ),
    (
        "link",
        re.compile(
            r"^(?:じゃあ?|では|それでは|それなら|だったら|なら|あと|ちなみに|で)[、,\s]+|^じゃあ?|^(?:それでは|それなら|だったら|なら)"
            r"|^(?:and|but|so|then|ok|what about|how about)\b[,\s]*",
            re.IGNORECASE,
        ),
    ),
)
_CONTRAST = re.compile(r"^(?:and|what about|how about)\b", re.IGNORECASE)
_TWICE = re.compile(r"(?<=\b(\w{4})) \1\b")  # "How long long": asked and a relation, too
_PREPOSITION = re.compile(r"^(?:for|in|at|on|with|from)\b", re.IGNORECASE)
_ONE = rf"[\u30a1-\u30ff{_KANJI}A-Za-z0-9の]{{1,16}}?"  # one thing, of which nothing is said but …
_CASE = "(?:(?:の|だと|な)?(?:場合|とき|時))?"
_END = r"(?:です|でしょう|なの|なる)?か?[\s?。]*$"
_BARE = re.compile(rf"^{_ONE}(?:のこと)?{_CASE}(?:は|って|でも|も|だと|なら)?(?:どう|同じ)?{_END}")
_OTHER_SIDE = re.compile(
    rf"^{_ONE}(?:から|で|に|へ|と|との|用)?"
    rf"(?:(?:の|な)(?:ほう|方|場合|とき|時)(?:は|も|だと|なら)?|だと|なら|でも|も)(?:どう|同じ)?{_END}"
)
_PHRASE_EN = re.compile(
    r"^(?:(?:for|in|at|on|with|to|from|the|a|an|my|our) )*(?:[a-z0-9'-]+ ?){1,4}[?.!]*$",
    re.IGNORECASE,
)
_CLAUSE_EN = re.compile(
    r"\b(?:is|are|do|does|did|can|could|may|must|should|will|if|when|who|how|what|where)\b",
    re.IGNORECASE,
)
_SAME = (
    "どう|同じ|いくら|何[^\\s?、。]{1,3}|いつ(?:まで)?|どこ|誰|だめ|ダメ|いい|よい|良い"
    "|可|可能|ok|必要|不要|対象|大丈夫|禁止"
)
_OF_OTHERS = re.compile(
    rf"{_BARE.pattern}|^{_ONE}{_CASE}(?:は|も|だと|なら)?(?:{_SAME}){_END}|^(?:[a-z'-]+ ?){{1,3}}\?*$",
    re.IGNORECASE,
)
_WHOLE = re.compile(
    r"(?:とは|って(?:何|なに))(?:ですか)?[?]?$|^what (?:is|are)\b", re.IGNORECASE
)  # asks what its own word means
_ASKED_EN = re.compile(r"\bhow (?:many|much|long|often|far|soon)\b|\bwh[a-z]+\b", re.IGNORECASE)
# "Which is cheaper?", 早く始めたい場合は?, "the Q&A": asked of what the documents set side by side, or
# of a name in single letters
_CHOOSES = re.compile(
    r"どれ|どっち|どちら|\bwhich\b|たい(?:場合|とき|時)|[A-Za-z]&[A-Za-z]", re.IGNORECASE
)
_PARTICLES = re.compile(r"^(?:って|とか|[のはがをにでともへや、\s])+")
_PLAIN = frozenset(
    {"what", "when", "where", "which", "who", "why", "how", "get", "got", "take", "make", "have"}
    | {"had", "want", "whom", "may", "might", "must", "shall", "let", "left"}
    | {"after", "before", "within", "without", "until", "since"}
)
_MEANINGLESS = STOP_EN | _PLAIN


class Words(NamedTuple):
    """
    The words of `topic.yaml`: `relation`, `people` and `others` (one for each kind of thing) match
    a whole topic made of them, `plain` are dictionary forms.
    """

    relation: re.Pattern[str]
    people: re.Pattern[str]
    others: tuple[re.Pattern[str], ...]
    plain: frozenset[str]

    @classmethod
    @cache
    def load(cls) -> "Words":
        rows: dict[str, dict[str, str]] = yaml_values(FILE.read_text(encoding="utf-8"))
        listed = {name: [*row["ja"].split(), *row["en"].split()] for name, row in rows.items()}
        plain = frozenset(listed.pop("plain"))
        either: dict[str, str] = {}
        for name, known in listed.items():
            longest_first = sorted(known, key=len, reverse=True)
            either[name] = "|".join(map(re.escape, longest_first))
        relation = re.compile(rf"(?:{either['relations']})+", re.IGNORECASE)
        others: tuple[re.Pattern[str], ...] = ()
        for name, words in either.items():
            if name.startswith("other_"):
                pattern = rf"(?:{words})(?:{either['relations']})?"
                others = (*others, re.compile(pattern, re.IGNORECASE))
        people = re.compile(either["other_people"], re.IGNORECASE)
        return cls(relation, people, others, plain)


def words(question: str) -> list[str]:
    """
    Return the words with a meaning of their own, in order, each once: runs of kanji or katakana,
    and Latin words.
    """
    distinct = dict.fromkeys(WORD.findall(unicodedata.normalize("NFKC", question)))
    return [word for word in distinct if word.lower() not in _MEANINGLESS]


def topics(question: str) -> list[str]:
    """Return the words a question is about, in order; relations are not among them."""
    relation = Words.load().relation
    return [word for word in words(question) if not relation.fullmatch(word)]


def replaces(word: str) -> bool:
    """Report whether a topic only takes the place of another of its kind: "大阪" that of "東京"."""
    return any(other.fullmatch(word) for other in Words.load().others)


def others_in(text: str) -> list[str]:
    """Return what takes the place of others of its kind anywhere in a text: 大阪 of 来週大阪に."""
    found: list[str] = []
    for other in Words.load().others:
        found += [match[0] for match in other.finditer(text)]
    return found


def alike(word: str, another: str) -> bool:
    """Report whether two topics take the place of the same kind of thing: places, people, times."""
    for other in Words.load().others:
        if other.fullmatch(word):
            return bool(other.fullmatch(another))
    return False


def opening(question: str) -> tuple[Opening, str]:
    """
    Return how a question is tied to the talk before it, and the question without that: ("link",
    "海外は?") for じゃあ海外は?, ("fresh", …) for ところで….
    """
    text = unicodedata.normalize("NFKC", question).strip()
    for name, pattern in _OPENINGS:
        match = pattern.match(text)
        if match and match.end() < len(text):
            rest = text[match.end() :].strip()
            again = pattern.match(rest)  # "No, I meant …" opens twice
            if again and again.end() < len(rest):
                rest = rest[again.end() :].strip()
            return name, rest
    return "", text


def lacks_topic(question: str) -> bool:
    """Report whether a question refers to what was talked about before it."""
    text = unicodedata.normalize("NFKC", question).strip()
    _, rest = opening(text)
    if points(rest):
        return True
    own = topics(rest)
    if not own:
        spoken = JAPANESE.search(rest) and not words(rest)
        return not spoken or len(rest) <= SPOKEN
    if _CONTRAST.search(text) or _is_phrase(text) or _of_others(rest, own):
        return True
    return rest != text and bool(_BARE.fullmatch(rest))


def points(question: str) -> bool:
    """Report whether a question points at something that is not in itself: それは…, "Is it …"."""
    text = _EMPTY_IT.sub(" ", question)
    own = _OWN_IT.search(text)
    thing = own["thing"] if own else ""
    if topics(thing) and not Words.load().people.fullmatch(thing):
        return False
    return bool(_POINTING.search(text))


def without_more(question: str) -> str:
    """Return "RAGをもっと詳しく" as "RAGについて": that more is wanted is no word to search for."""
    match = _MORE.fullmatch(question.strip(" 。!?"))
    if match is None or points(match["of"]):
        return question
    return f"{match['of']}について"


def sets_against(question: str) -> bool:
    """
    Report whether a question names something else to ask the same of, and asks nothing itself:
    予防接種のほうは?, "and for contractors?".
    """
    kind, rest = opening(question)
    if JAPANESE.search(rest):
        bare = kind == "link" and _BARE.fullmatch(rest)
        return bool(bare or _OTHER_SIDE.fullmatch(rest)) and not _WHOLE.search(rest)
    if not (_CONTRAST.search(question.strip()) or _is_phrase(question)):
        return False
    return bool(_PHRASE_EN.fullmatch(rest)) and not _CLAUSE_EN.search(rest)


def _is_phrase(question: str) -> bool:
    """Report whether a message is a phrase with its preposition alone: "for personnel data"."""
    text = question.strip()
    phrase = _PREPOSITION.search(text) and _PHRASE_EN.fullmatch(text)
    return bool(phrase) and not _CLAUSE_EN.search(text)


def is_bare(question: str) -> bool:
    """Report whether a message only names something: 健康診断, "vaccinations"."""
    _, rest = opening(question)
    if not topics(rest):
        return False
    if JAPANESE.search(rest):
        return bool(_BARE.fullmatch(rest)) and not _WHOLE.search(rest)
    return bool(_PHRASE_EN.fullmatch(rest)) and not _CLAUSE_EN.search(rest)


def frame(question: str) -> str:
    """
    Return what a question asks, without what it asks it of: "何日もらえますか" of 有給休暇は何日もらえますか.
    """
    text = unicodedata.normalize("NFKC", question).strip()
    if not JAPANESE.search(text):
        relation = Words.load().relation
        asked = [word for word in words(text) if relation.fullmatch(word)]
        said = [*_ASKED_EN.findall(text), *asked]
        whole = " ".join(dict.fromkeys(said))
        return _TWICE.sub("", whole)
    _, rest = opening(text)
    for word in topics(rest):
        rest = rest.replace(word, " ")
    return _PARTICLES.sub("", rest.strip(" ?。")).strip()


def names_nothing(question: str, analysis: Analysis) -> bool:
    """
    Report whether a question, alone, does not say what it is about: これって申請いる?, "How long?".

    A noun of the dictionary, or a verb that is not said of anything, is enough to search for.
    """
    known = Words.load()
    _, rest = opening(question)
    if _CHOOSES.search(rest):
        return False
    own = [word for word in topics(rest) if word.lower() not in known.plain]
    if own and not all(map(replaces, own)):
        return False
    if own and not (points(rest) or _BARE.fullmatch(rest)):
        return False
    if not (own or lacks_topic(question)):
        return False
    return not _spoken(rest, analysis)


def says_of_anything(question: str, analysis: Analysis) -> bool:
    """
    Report whether all a question names could be said of many things: 男でも取れる?, 会社は断れる?, "who do
    I call?". Which of them is meant, the talk before it says.
    """
    known = Words.load()
    for word in topics(question):
        if not (word.lower() in known.plain or known.people.fullmatch(word)):
            return False
    return not names_in_kana(question, analysis)


def is_light(word: str) -> bool:
    """Report whether a word alone is no topic: one of those said of anything, or a replacement."""
    return word.lower() in Words.load().plain or replaces(word)


def names_in_kana(question: str, analysis: Analysis) -> bool:
    """Report whether a question has a noun that is not written in kanji or katakana: ごみ."""
    return any(token.noun for token in _spoken(question, analysis))


def _spoken(question: str, analysis: Analysis) -> list[Token]:
    """Return the Japanese words of a question beside its relations that say something."""
    known = Words.load()
    rest = unicodedata.normalize("NFKC", question)
    for word in words(rest):
        if known.relation.fullmatch(word) or replaces(word):
            rest = rest.replace(word, " ")
    spoken = []
    for token in analysis.tokens(rest):
        plain = token.form in known.plain or known.relation.fullmatch(token.form)
        if token.content and not (plain or token.form.isascii() or token.form.isdigit()):
            spoken.append(token)
    return spoken


def _of_others(question: str, own: list[str]) -> bool:
    """Report whether a question asks the same of something else: "大阪は?"."""
    if not all(map(replaces, own)):
        return False
    return bool(_OF_OTHERS.search(question)) and not _WHOLE.search(question)


def complete(question: str) -> bool:
    """
    Report whether a question can be understood without the sentences around it: it has a topic and
    says what about it.
    """
    text = unicodedata.normalize("NFKC", question).strip()
    if lacks_topic(text):
        return False
    if not JAPANESE.search(text):
        return len(topics(text)) >= PAIR
    return bool(_WHOLE.search(text)) or not _BARE.fullmatch(text)
