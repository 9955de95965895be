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
    r"(?:資料|文書|文章|出典|情報|記載)[^。\n]{0,40}(?:ありません|見つかりません|見当たりません|含まれていません|書かれていません|ないため|わかりません)"
    r"|(?:passage|document|source|context|information)s?\b[^.\n]{0,60}(?:\bnot\b|n't\b|\bno\b)"
    r"|\b(?:no|not)\b[^.\n]{0,60}(?:passage|document|source|context|information)s?\b|cannot answer|can't answer",
    re.IGNORECASE,
)
BRIEF = 3  # sentences up to which an answer may be nothing but "the documents do not say"


def finished(output: str) -> int:
    """
    Return up to where the sentences of a text that is still being written are complete, with their
    citations.
    """
    return max((m.end() for m in _FINISHED.finditer(output)), default=0)


def check(output: str, sources: Sequence[Source], language: Language) -> tuple[Check, ...]:
    """
    Hold each sentence against the passages it cites; one without any cites what the next one in its
    line does.
    """
    return tuple(found for line in output.split("\n") for found in _line(line, sources, language))


def absent(checks: Sequence[Check]) -> bool:
    """Whether a model said in its own words that the passages hold no answer."""
    return len(checks) <= BRIEF and any(
        _ABSENT.search(c.sentence) for c in checks if not c.citations
    )


def draft(kept: Sequence[Check], hits: Sequence[Hit]) -> Draft:
    """
    Number the cited passages in the order they appear; quote of each the line closest to what was
    said.
    """
    numbers: dict[int, int] = {}
    quotes: dict[int, str] = {}
    sentences = []
    for one in kept:
        for cited in one.citations:
            numbers.setdefault(cited - 1, len(numbers) + 1)
            lines = [line for unit in units(hits[cited - 1].passage) for line in unit.lines]
            quotes.setdefault(cited - 1, closest(one.sentence, lines))
        sentences.append(Sentence(one.sentence, tuple(numbers[n - 1] for n in one.citations)))
    return Draft(tuple(sentences), tuple((hit, quotes[hit]) for hit in numbers))


def _line(line: str, sources: Sequence[Source], language: Language) -> list[Check]:
    found: list[Check] = []
    cited: tuple[int, ...] = ()
    for marked in reversed([m.group().strip() for m in _SENTENCE.finditer(line)]):
        bare = _MARKS.sub("", marked).strip()
        if not re.search(r"\w", bare):
            continue
        own = dict.fromkeys(
            int(n) for m in _MARKS.finditer(marked) for n in re.findall(r"\d+", m.group(1))
        )
        cited = tuple(own) or cited
        found.append(_sentence(sanitise(bare), cited, sources, language))
    return found[::-1]


def _sentence(
    text: str, cited: tuple[int, ...], sources: Sequence[Source], language: Language
) -> Check:
    if not cited or any(not 1 <= n <= len(sources) for n in cited):
        return Check(text, (), 0.0, kept=False, reason="citation")
    if not in_language(text, language):
        return Check(text, cited, 0.0, kept=False, reason="language")
    behind = [sources[n - 1] for n in cited]
    verdict = support(
        text,
        [place for one in behind for place in one.places],
        " ".join(one.topic for one in behind),
    )
    return Check(text, cited, round(verdict.share, 3), verdict.supported, verdict.reason)
