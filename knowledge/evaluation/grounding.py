"""
Measuring the check of a model's answers on pairs of a passage and an answer, one JSON line each.

A row has "id", "question", "passage" and "answer", perhaps "title", "style" ("table"), "lang" and
"passage_lang", and "sentences", a list of [text, label] that are judged one by one.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge.answering.prompt import source
from knowledge.answering.verification import Verifier
from knowledge.errors import KnowledgeError
from knowledge.evaluation.sets import lines
from knowledge.sentences import phrase
from knowledge.text.language import language_of
from knowledge.values import Hit, Language, Passage, Place

NEEDED = ("id", "question", "passage", "answer")


@dataclass(frozen=True, slots=True)
class Judged:
    """Whether an answer is kept; of a row with sentences whether each of them is, in order."""

    id: str
    kept: bool | tuple[bool, ...]


def judged(path: Path, verifier: Verifier) -> Iterator[Judged]:
    """
    Yield each row's judgement, in the file's order. About 10 ms a row.

    Raises:
        KnowledgeError: the file cannot be read, or a line is not in its form.
    """
    for number, line in lines(path):
        yield _judged(_row(line, path.name, number), verifier)


def _row(line: str, name: str, number: int) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError:
        row = None
    if not isinstance(row, dict) or not all(_is_said(row.get(key)) for key in NEEDED):
        raise KnowledgeError("bad_set", phrase("set_not_a_pair", path=name, number=number))
    parts = row.get("sentences") or []
    if not isinstance(parts, list) or not all(map(_is_sentence, parts)):
        reason = phrase("set_field", path=name, number=number, name="sentences")
        raise KnowledgeError("bad_set", reason)
    return row


def _is_said(value: object) -> bool:
    """Whether a text has a letter or a digit."""
    return isinstance(value, str) and re.search(r"\w", value) is not None


def _is_sentence(part: object) -> bool:
    """Whether a part is a sentence with its label."""
    return isinstance(part, list) and bool(part) and _is_said(part[0])


def _judged(row: dict[str, Any], verifier: Verifier) -> Judged:
    passage = row["passage"]
    spoken: Language = language_of(passage, "ja")
    title = str(row.get("title", ""))
    place = Place("section", None, title)
    kind = row.get("style") == "table"
    held = Passage(
        row["id"],
        "document",
        "version",
        1,
        title,
        place,
        passage,
        language=spoken,
        kind="table" if kind else "prose",
    )
    behind = source(Hit(held, 1.0))
    question, answer = row["question"], row["answer"]
    sentences = row.get("sentences")
    if not sentences:
        return Judged(row["id"], verifier.holds(answer, behind, question))
    kept = [verifier.holds(text, behind, question, answer) for text, *_ in sentences]
    return Judged(row["id"], tuple(kept))
