"""
What a model wrote, as claims: each with the passages it cites and the words it rests on.

A model is asked for a statement a line, `[n]` at its end, and below it the words that carry it,
`> [n] words`. Models that answer in JSON, or in plain text with marks, are understood, too; what is
none of these has no source, and so is no claim that could be kept.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

_MARK = r"[\[［【]\s*(\d{1,3}(?:\s*[,、，]\s*\d{1,3})*)\s*[\]］】]"
_MARKS = re.compile(rf"\s*{_MARK}")
_SENTENCE = re.compile(
    r"(?:[^。！？!?.\n]|[.](?=\S))+[。！？!?.]*(?:\s*[\[［【][\d\s,、，]+[\]］】][。.]?)*"
)
_EVIDENCE = re.compile(rf"\s*[>＞]\s*(?:{_MARK})?\s*(.*)")
_BARE_REPLY = re.compile(
    r"(?:[-・]\s*)?(?:はい|いいえ|ええ|いけません|できません|できます|yes|no|not yet|sure)[。.!、,]*",
    re.IGNORECASE,
)
_JSON = re.compile(r"[{\[].*[}\]]", re.DOTALL)
_QUOTES = "「」『』“”\"' "
_TEXTS = ("text", "statement", "sentence", "claim", "answer")
_WORDS = ("words", "quote", "evidence", "text")
_NUMBERS = ("passage", "passages", "citation", "citations", "source", "sources", "id", "n")
_LISTS = ("statements", "answer", "claims", "sentences")


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words a model names as those that carry a claim; `number` is the passage, 0 for unsaid."""

    number: int
    words: str


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement, without marks; `citations` are the numbers it cites, each once."""

    text: str
    citations: tuple[int, ...] = ()
    evidence: tuple[Evidence, ...] = ()


def claims(output: str) -> tuple[Claim, ...]:
    """Return what a model claims, in its order."""
    structured = tuple(_from_json(output))
    if structured:
        return structured
    made: list[Claim] = []
    line: list[Claim] = []
    for text in output.split("\n"):
        match = _EVIDENCE.fullmatch(text)
        if match is None:
            made += line
            line = _line(text)
        elif line:
            evidence = Evidence(_first(match[1]), match[2].strip(_QUOTES))
            line = [_resting(claim, evidence) for claim in line]
    return (*made, *line)


def _line(line: str) -> list[Claim]:
    """Return a line's sentences; one without marks cites what the next one in its line does."""
    made: list[Claim] = []
    cited: tuple[int, ...] = ()
    sentences = [match.group().strip() for match in _SENTENCE.finditer(line)]
    for marked in reversed(_joined(sentences)):
        bare = _MARKS.sub("", marked).strip()
        if not re.search(r"\w", bare):
            continue
        cited = _cited(marked) or cited
        made.append(Claim(bare, cited))
    return made[::-1]


def _joined(sentences: Sequence[str]) -> list[str]:
    """Return sentences, a bare yes or no together with what follows it."""
    joined: list[str] = []
    reply = ""
    for sentence in sentences:
        if _BARE_REPLY.fullmatch(sentence):
            reply = f"{reply}{sentence} " if sentence.isascii() else f"{reply}{sentence}"
            continue
        joined.append(f"{reply}{sentence}")
        reply = ""
    if reply:
        joined.append(reply.strip())
    return joined


def _resting(claim: Claim, evidence: Evidence) -> Claim:
    """Return a claim with words it rests on, when they are of a passage it cites."""
    if not evidence.words:
        return claim
    cites = claim.citations
    if not cites and evidence.number:
        cites = (evidence.number,)
    if evidence.number and evidence.number not in cites:
        return claim
    return replace(claim, citations=cites, evidence=(*claim.evidence, evidence))


def _cited(marked: str) -> tuple[int, ...]:
    """Return the numbers in a sentence's marks, each once."""
    numbers: dict[int, None] = {}
    for mark in _MARKS.finditer(marked):
        for number in re.findall(r"\d+", mark.group(1)):
            numbers[int(number)] = None
    return tuple(numbers)


def _first(numbers: str | None) -> int:
    match = re.search(r"\d+", numbers or "")
    if match is None:
        return 0
    return int(match.group())


def _from_json(output: str) -> Iterator[Claim]:
    """Yield the claims of an answer in JSON; nothing where it is none, or broken."""
    match = _JSON.search(output)
    if match is None or not re.match(r"\s*(?:```\w*\s*)?[{\[]\s*[\[{\"]", output):
        return
    try:
        value: Any = json.loads(match.group())
    except (ValueError, RecursionError):
        return
    for name in _LISTS:
        if isinstance(value, dict) and isinstance(value.get(name), list):
            value = value[name]
    for row in _each(value):
        if isinstance(row, dict):
            yield from _claim_of(row)


def _claim_of(row: dict[str, Any]) -> Iterator[Claim]:
    text = _text_of(row, _TEXTS)
    if not text:
        return
    evidence = tuple(_evidence_of(row))
    numbers = dict.fromkeys([*_cited(text), *_numbers_of(row)])
    numbers |= dict.fromkeys(one.number for one in evidence if one.number)
    yield Claim(_MARKS.sub("", text).strip(), tuple(numbers), evidence)


def _evidence_of(row: dict[str, Any]) -> Iterator[Evidence]:
    own = next(iter(_numbers_of(row)), 0)
    for name in ("evidence", "quotes", "quote", "words"):
        value = row.get(name)
        for one in _each(value):
            if isinstance(one, str) and one.strip():
                yield Evidence(own, one.strip(_QUOTES))
            elif isinstance(one, dict):
                number = next(iter(_numbers_of(one)), own)
                words = _text_of(one, _WORDS)
                if words:
                    yield Evidence(number, words.strip(_QUOTES))


def _each(value: Any) -> list[Any]:
    """Return a list's members, or what is none as the only one."""
    if isinstance(value, list):
        return value
    return [value]


def _text_of(row: dict[str, Any], names: Sequence[str]) -> str:
    for name in names:
        value = row.get(name)
        if isinstance(value, str) and value.strip():
            return value.strip()
    return ""


def _numbers_of(row: dict[str, Any]) -> Iterator[int]:
    for name in _NUMBERS:
        value = row.get(name)
        for one in _each(value):
            if isinstance(one, int) and not isinstance(one, bool):
                yield one
            elif isinstance(one, str) and re.fullmatch(r"\D{0,2}\d{1,3}\D{0,2}", one):
                yield _first(one)
