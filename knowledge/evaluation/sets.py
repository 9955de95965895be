"""
Sets of questions: a folder with a corpus of its own, or a file of questions to what is on the
shelf.

A folder holds corpus.jsonl and queries.jsonl ({"id", "title", "text"} a line, queries perhaps with
"lang", "answers" and "answerable") and qrels.tsv (query, document, relevance). A file is JSON lines
of {"id", "text"} and what is known of the right
answer: "document" (its id or title), "page" (as printed), "answers" (spans one of which must be
said), "answerable" (false when the answer should be refused), "must" and "must_not" (regular
expressions that are to stand, or not, in what is said), "first" (one that the first sentence is to
meet), "outcome" (answered, unsure, refused or asked_back) and "kind" (by which the figures are
grouped). Regression cases of downvoted answers are such files.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

from knowledge.errors import KnowledgeError
from knowledge.evaluation.judging import Expected, Outcome, pattern, patterns
from knowledge.sentences import phrase
from knowledge.text.language import language_of
from knowledge.values import Language

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """
    One question. `gold` is the relevance of each right document, empty when unknown; in a file of
    questions its keys are "document" or "document#page". `kind` groups the figures, empty for none.
    """

    id: str
    text: str
    language: Language
    gold: Mapping[str, float] = field(default_factory=dict, hash=False)
    spans: tuple[str, ...] = ()
    answerable: bool | None = None
    expected: Expected = field(default_factory=Expected, hash=False)
    kind: str = ""


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """`corpus` is None for questions to what is on the shelf."""

    name: str
    cases: tuple[Case, ...]
    corpus: tuple[Row, ...] | None = field(default=None, hash=False)


def load(path: Path) -> QuestionSet:
    """
    Read a folder or a file of questions.

    Raises:
        KnowledgeError: a file is missing or not in its form; the sentence names it and the line.
    """
    if path.suffix == ".jsonl":
        cases = []
        for number, row in enumerate(_rows(path), 1):
            try:
                cases.append(_case(row, _own_gold(row)))
            except (ValueError, TypeError, re.error) as error:
                raise _malformed(path, number) from error
        return QuestionSet(path.stem, tuple(cases))
    corpus, queries = _rows(path / "corpus.jsonl"), _rows(path / "queries.jsonl")
    gold = _relevance(path / "qrels.tsv")
    cases = [_case(row, gold.get(row["id"], {})) for row in queries]
    return QuestionSet(path.name, tuple(cases), corpus)


def _case(row: Row, gold: Mapping[str, float]) -> Case:
    known = row.get("lang") or row.get("language") or language_of(row["text"], "ja")
    language: Language = "ja"
    if known == "en":
        language = "en"
    spans = tuple(str(span) for span in row.get("answers") or ())
    return Case(
        row["id"],
        row["text"],
        language,
        gold,
        spans,
        row.get("answerable"),
        _expected(row),
        str(row.get("kind") or ""),
    )


def _expected(row: Row) -> Expected:
    """
    Return what a row says of a right answer. Raises ValueError, TypeError or re.error: it says it
    in a form of its own.
    """
    for name in ("must", "must_not"):
        if not isinstance(row.get(name) or [], list):
            raise TypeError(name)
    outcome = row.get("outcome") or None
    if outcome is not None and outcome not in get_args(Outcome):
        raise ValueError(outcome)
    first = pattern(row["first"]) if row.get("first") else None
    return Expected(
        patterns(row.get("must") or ()), patterns(row.get("must_not") or ()), first, outcome
    )


def _own_gold(row: Row) -> dict[str, float]:
    if not row.get("document"):
        return {}
    name = str(row["document"])
    if row.get("page"):
        name = f"{name}#{row['page']}"
    return {name: 1.0}


def _relevance(path: Path) -> dict[str, dict[str, float]]:
    gold: dict[str, dict[str, float]] = {}
    for number, line in enumerate(_lines(path), 1):
        try:
            query, document, relevance = line.split("\t")
            if float(relevance) > 0:
                gold.setdefault(query, {})[document] = float(relevance)
        except ValueError as error:
            raise _malformed(path, number) from error
    return gold


def _rows(path: Path) -> tuple[Row, ...]:
    rows = []
    for number, line in enumerate(_lines(path), 1):
        try:
            row = json.loads(line)
        except ValueError as error:
            raise _malformed(path, number) from error
        if (
            not isinstance(row, dict)
            or not isinstance(row.get("id"), str)
            or not isinstance(row.get("text"), str)
        ):
            raise _malformed(path, number)
        rows.append(row)
    return tuple(rows)


def _lines(path: Path) -> list[str]:
    try:
        return [line for line in path.read_text("utf-8").split("\n") if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        reason = phrase("set_unreadable", path=path)
        raise KnowledgeError("bad_set", reason) from error


def _malformed(path: Path, number: int) -> KnowledgeError:
    reason = phrase("set_malformed", path=path, number=number)
    return KnowledgeError("bad_set", reason)
