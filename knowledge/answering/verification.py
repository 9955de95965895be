"""
Cutting what a model wrote into sentences and keeping those that the passages they cite support.
"""

import re
from collections.abc import Sequence

from knowledge.answering.citations import Draft
from knowledge.answering.grounding import closest, in_language, support
from knowledge.answering.prompt import Source
from knowledge.answering.trace import Check
from knowledge.text.sanitise import sanitise
from knowledge.text.units import units
from knowledge.values import Hit, Language, Sentence

_MARKS = re.compile(r"\s*[\[［【]\s*(\d{1,3}(?:\s*[,、，]\s*\d{1,3})*)\s*[\]］】]")
_SENTENCE = re.compile(
    r"(?:[^。！？!?.\n]|[.](?=\S))+[。！？!?.]*(?:\s*[\[［【][\d\s,、，]+[\]］】][。.]?)*"
)
_FINISHED = re.compile(r"[。！？!?.][。.]?\s*(?:[\[［【][\d,、\s]+[\]］】])+[。.]?|\n")
_ABSENT = re.compile(
    r"(?:資料|文書|文章|出典|情報|記載)[^。\n]{0,40}"
    r"(?:ありません|見つかりません|見当たりません|含まれていません|書かれていません|ないため|わかりません)"
    r"|(?:passage|document|source|context|information)s?\b[^.\n]{0,60}(?:\bnot\b|n't\b|\bno\b)"
    r"|\b(?:no|not)\b[^.\n]{0,60}(?:passage|document|source|context|information)s?\b"
    r"|cannot answer|can't answer",
    re.IGNORECASE,
)
BRIEF = 3  # sentences up to which an answer may be nothing but "the documents do not say"


def finished(output: str) -> int:
    """
    Return up to where the sentences of a text that is still being written are complete, with their
    citations.
    """
    ends = [match.end() for match in _FINISHED.finditer(output)]
    return max(ends, default=0)


def check(output: str, sources: Sequence[Source], language: Language) -> tuple[Check, ...]:
    """
    Hold each sentence against the passages it cites; one without any cites what the next one in its
    line does.
    """
    checks: list[Check] = []
    for line in output.split("\n"):
        checks += _line(line, sources, language)
    return tuple(checks)


def absent(checks: Sequence[Check]) -> bool:
    """Whether a model said in its own words that the passages hold no answer."""
    if len(checks) > BRIEF:
        return False
    return any(_ABSENT.search(check.sentence) for check in checks if not check.citations)


def draft(supported: Sequence[Check], hits: Sequence[Hit]) -> Draft:
    """
    Number the cited passages in the order they appear; quote of each the line closest to what was
    said.
    """
    numbers: dict[int, int] = {}
    quotes: dict[int, str] = {}
    sentences = []
    for check in supported:
        for cited in check.citations:
            at = cited - 1
            numbers.setdefault(at, len(numbers) + 1)
            if at not in quotes:
                quotes[at] = closest(check.sentence, _quotable(hits[at]))
        own = tuple(numbers[cited - 1] for cited in check.citations)
        sentence = Sentence(check.sentence, own)
        sentences.append(sentence)
    return Draft(tuple(sentences), tuple((hit, quotes[hit]) for hit in numbers))


def _quotable(hit: Hit) -> list[str]:
    lines: list[str] = []
    for unit in units(hit.passage):
        lines += unit.lines
    return lines


def _line(line: str, sources: Sequence[Source], language: Language) -> list[Check]:
    checks: list[Check] = []
    cited: tuple[int, ...] = ()
    sentences = [match.group().strip() for match in _SENTENCE.finditer(line)]
    for marked in reversed(sentences):
        bare = _MARKS.sub("", marked).strip()
        if not re.search(r"\w", bare):
            continue
        cited = _cited(marked) or cited
        checks.append(_sentence(sanitise(bare), cited, sources, language))
    return checks[::-1]


def _cited(marked: str) -> tuple[int, ...]:
    """Return the numbers in a sentence's marks, each once."""
    numbers: dict[int, None] = {}
    for mark in _MARKS.finditer(marked):
        for number in re.findall(r"\d+", mark.group(1)):
            numbers[int(number)] = None
    return tuple(numbers)


def _sentence(
    text: str, cited: tuple[int, ...], sources: Sequence[Source], language: Language
) -> Check:
    if not cited or min(cited) < 1 or max(cited) > len(sources):
        return Check(text, (), 0.0, kept=False, reason="citation")
    if not in_language(text, language):
        return Check(text, cited, 0.0, kept=False, reason="language")
    behind = [sources[number - 1] for number in cited]
    places: list[str] = []
    for source in behind:
        places += source.places
    topics = " ".join(source.topic for source in behind)
    verdict = support(text, places, topics)
    return Check(text, cited, round(verdict.share, 3), verdict.supported, verdict.reason)
