"""
Whom to tell of an accident, and by when: the sentence of the documents that says so.

The documents are asked by words of their own kind, in both languages, for whoever is frightened
does not write as a rule does. What is found stands there word for word.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.retrieval.glossary import Glossary
from knowledge.retrieval.source import PassageSource
from knowledge.text.analysis import normalise
from knowledge.text.courtesy import asking
from knowledge.text.emergency import Kind, desk_words
from knowledge.text.language import language_of
from knowledge.text.outline import CELL
from knowledge.text.topic import topics
from knowledge.text.units import units
from knowledge.values import Hit, Language, Passage

POOL = 20  # passages of each language that are looked at
OTHER_LANGUAGE = 0.6  # weight a sentence loses beside one in the reader's language
ANOTHER_SUBJECT = 1.2  # weight a sentence loses that holds for one subject only, not named
AKIN = 0.2  # weight of a sentence that is about what else the accident is; 1 about itself
LEAST = 2.0  # weight from which on a sentence says whom to tell
LINES = 8  # of the rest of the passage that are shown
LENGTH = 600  # characters of them
_TELL = re.compile(
    r"報告|連絡|届け出|届出|通報|知らせ|申し出|相談"
    r"|\b(?:report|notify|contact|inform|call|tell|alert|reach out|submit|e-?mail)\w*\b",
    re.IGNORECASE,
)
_AT_ONCE = re.compile(
    r"直ちに|ただちに|速やか|すみやか|すぐ|至急|即時|即座|[0-9一二三]+ ?(?:時間|分|営業日|日)以内|その日のうち"
    r"|\b(?:immediately|promptly|at once|right away|as soon as|without delay|urgently"
    r"|within \w+ (?:hours?|minutes?|days?|business days?))\b",
    re.IGNORECASE,
)
_DESK = re.compile(
    r"責任者|窓口|担当者?|内線|上長|上司|所属長|管理者|[^\s、。]{1,10}(?:部|課|室|係|センター|デスク)|電話|@"
    r"|\b(?:team|officer|desk|helpdesk|supervisor|manager|security|extension|ext\.?|hotline)\b",
    re.IGNORECASE,
)
_FIRST = re.compile(r"^\W*(?:\d+\W+)?(?:まず|最初に|初めに)|^\W*first\b", re.IGNORECASE)
# 担当者は責任者へ報告します: what others do then
_BY_OTHERS = re.compile(r"^[^、。は]{0,12}(?:担当者|責任者|管理者|管理職|会社|部門)は")
_FORMS = ((_AT_ONCE, 1.0), (_DESK, 0.5), (_FIRST, 0.5), (_BY_OTHERS, -1.0))
# 特定個人情報の取扱いに関し、…: a rule for one subject alone
_ABOUT_ONE = re.compile(r"[^、。]{2,24}に(?:関し|関する|関して|ついて)、")
# of whatever kind
_ANY = re.compile(
    r"事故|インシデント|トラブル|問題[がを](?:起き|起こ|発生|発見)"
    r"|\bincidents?\b|\bproblems? (?:arises?|occurs?|happens?)\b|something goes wrong",
    re.IGNORECASE,
)
_OF_INFORMATION: frozenset[Kind] = frozenset({"leak", "entered", "virus"})
# a short line that is no sentence and no item of a list
_HEADING = re.compile(r"(?![-・*•(（0-9])[^。.!?:：、,]{1,60}$")
_NUMBER = re.compile(r"^\s*(?:[0-9]{1,2}[.)]?|[(（]?[0-9]{1,2}[)）]|[-・*•])\s+")
_ABOUT_ACCIDENTS = re.compile(
    r"事故|緊急|危機|報告|連絡|漏え?い|紛失|\b(?:incident|emergency|report|lost|breach)\w*",
    re.IGNORECASE,
)
_OF_KIND: dict[Kind, re.Pattern[str]] = {
    "entered": re.compile(
        r"入力(?:し|され)|生成ai|\b(?:forbidden input|entered|pasted|ai tools?|generative ai)\b",
        re.IGNORECASE,
    ),
    "leak": re.compile(
        r"漏え?い|漏洩|流出|誤送信|\b(?:leak|breach|exposed|disclos)\w*",
        re.IGNORECASE,
    ),
    "lost": re.compile(
        r"紛失|盗難|なくし|亡失|\b(?:lost|stolen|loss|theft|missing)\b", re.IGNORECASE
    ),
    "virus": re.compile(
        r"ウイルス|ウィルス|マルウェア|不審|感染|攻撃|インシデント|セキュリティ事故"
        r"|\b(?:virus|malware|phish\w*|suspicious|security incident|compromis\w*)\b",
        re.IGNORECASE,
    ),
    "injury": re.compile(
        r"けが|負傷|傷病|災害|労災|救急|応急|\b(?:injur\w*|accident|first aid|medical)\b",
        re.IGNORECASE,
    ),
    "broken": re.compile(
        r"故障|破損|損傷|壊れ|壊し|修理|毀損|き損|\b(?:broken?|damag\w*|repair\w*|defective|malfunction\w*)\b",
        re.IGNORECASE,
    ),
}


@dataclass(frozen=True, slots=True)
class Desk:
    """The sentence that says whom to tell, and the lines of its passage around it, in order."""

    passage: Passage
    first: str
    others: tuple[str, ...]


async def desk(
    source: PassageSource, message: str, kind: Kind, readers: frozenset[str]
) -> Desk | None:
    """
    Return what the documents say about whom to tell; None where they do not say it.

    Raises:
        LibraryUnavailable: the index did not answer.
    """
    own = " ".join(topics(asking(message)))
    spoken, other = _languages(message)
    hits: list[Hit] = []
    kinds = _kinds(kind)
    for language in (spoken, other):
        question = " ".join([own, *(desk_words(one, language) for one in kinds)])
        query = await source.query(question, readers=readers)
        hits += await source.search(query, readers=readers, limit=POOL)
    named = " ".join([own, *_other_names(own)])
    best: Desk | None = None
    most = 0.0
    for rank, hit in enumerate(hits):
        lines = _lines(hit.passage)
        for place in range(len(lines)):
            weight = _weight(lines, place, hit.passage, kinds, named) - 0.02 * (rank % POOL)
            if weight < LEAST:
                continue
            if hit.passage.language != spoken:
                weight -= OTHER_LANGUAGE
            if weight > most:
                best, most = _desk(lines, place, hit.passage, kinds), weight
    return best


def _kinds(kind: Kind) -> tuple[Kind, ...]:
    """Return the kind of an accident, and what else it is: what was entered may leak."""
    match kind:
        case "entered":
            return "entered", "leak"
        case "leak":
            return "leak", "entered"
        case _:
            return (kind,)


def _other_names(words: str) -> list[str]:
    """Return what else the things of a message are called: 特定個人情報 of マイナンバー."""
    names: list[str] = []
    for _, others in Glossary.load().alternatives(normalise(words)):
        names += others
    return names


def _languages(message: str) -> tuple[Language, Language]:
    own = language_of(message, "ja")
    return own, "en" if own == "ja" else "ja"


def _weight(
    lines: Sequence[str], place: int, passage: Passage, kinds: Sequence[Kind], own: str
) -> float:
    """
    Return how much the line at that place of a passage says whom to tell of such an accident: 0
    where it tells nobody. `kinds` begins with the accident's own.
    """
    line = lines[place]
    if not _TELL.search(line):
        return 0.0
    weight = 1.0
    for form, more in _FORMS:
        if form.search(line):
            weight += more
    first, end = _section(lines, place)
    about = " ".join((passage.title, *passage.headings, *lines[first:end]))
    if _is_of(kinds[:1], line):
        weight += 1.0
    elif _is_of(kinds, line):
        weight += AKIN
    elif _is_of_another(line, kinds):
        return 0.0
    elif _DESK.search(line) and (_is_of(kinds, about) or _is_of_any(line, passage, kinds)):
        weight += 0.5
    else:
        return 0.0
    subject = _ABOUT_ONE.match(line)
    if subject and not any(word in subject[0] for word in own.split()):
        weight -= ANOTHER_SUBJECT
    near = " ".join((passage.title, *passage.headings, line)).lower()
    named = [word for word in own.split() if word.lower() in near]
    return weight + 0.4 * min(len(named), 3)


def _is_of(kinds: Sequence[Kind], text: str) -> bool:
    return any(_OF_KIND[kind].search(text) for kind in kinds)


def _is_of_any(line: str, passage: Passage, kinds: Sequence[Kind]) -> bool:
    """
    Report whether a line is about whatever goes wrong; where information is at stake, the heading
    it stands under may say so.
    """
    if _ANY.search(line):
        return True
    return not _OF_INFORMATION.isdisjoint(kinds) and bool(_ANY.search(" ".join(passage.headings)))


def _bare(line: str) -> str:
    """Return a line without its number: it is shown alone."""
    return _NUMBER.sub("", line)


def _is_of_another(line: str, kinds: Sequence[Kind]) -> bool:
    """Report whether a line is about another kind of accident."""
    return _is_of([kind for kind in _OF_KIND if kind not in kinds], line)


def _desk(lines: Sequence[str], place: int, passage: Passage, kinds: Sequence[Kind]) -> Desk:
    """Return a line with those of its section that belong to it, in order."""
    about = " ".join(passage.headings[1:] or [passage.title])
    whole = _is_of(kinds, about) or bool(_ABOUT_ACCIDENTS.search(about))
    first, end = _section(lines, place)
    others: list[str] = []
    length = 0
    for line in (*lines[place + 1 : end], *lines[first:place]):
        if len(others) == LINES or length + len(line) > LENGTH:
            break
        if whole or (_TELL.search(line) and _is_of(kinds, line)):
            others.append(line)
            length += len(line)
    ordered = [line for line in lines if line in others]
    return Desk(passage, _bare(lines[place]), tuple(ordered))


def _section(lines: Sequence[str], place: int) -> tuple[int, int]:
    """Return where the lines begin and end that stand under one heading of a page with several."""
    first, end = place, place + 1
    while first > 0 and not _HEADING.match(lines[first - 1]):
        first -= 1
    while end < len(lines) and not _HEADING.match(lines[end]):
        end += 1
    return first, end


def _lines(passage: Passage) -> Sequence[str]:
    """Return the lines of a passage; of a table's row the cell that says whom to tell."""
    lines: list[str] = []
    for unit in units(passage):
        lines += [_telling(line) for line in unit.lines]
    return list(dict.fromkeys(lines))


def _telling(line: str) -> str:
    for cell in line.split(CELL):
        if _TELL.search(cell):
            return cell.strip()
    return line
