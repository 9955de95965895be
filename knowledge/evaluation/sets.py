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
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

from knowledge.errors import KnowledgeError
from knowledge.evaluation.judging import Expected, Outcome, patterns
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


@dataclass(frozen=True, slots=True)
class Line:
    """A row and where it stands."""

    path: Path
    number: int
    row: Row

    def wrong(self, name: str) -> KnowledgeError:
        """Return the error that names a field which cannot be read."""
        reason = phrase("set_field", path=self.path, number=self.number, name=name)
        return KnowledgeError("bad_set", reason)


def load(path: Path) -> QuestionSet:
    """
    Read a folder or a file of questions.

    Raises:
        KnowledgeError: a file is missing or not in its form; the sentence names it and the line.
    """
    if path.suffix == ".jsonl":
        cases = [_case(line, _own_gold(line.row)) for line in _rows(path)]
        return QuestionSet(path.stem, tuple(cases))
    corpus = tuple(line.row for line in _rows(path / "corpus.jsonl"))
    queries = _rows(path / "queries.jsonl")
    gold = _relevance(path / "qrels.tsv")
    cases = [_case(line, gold.get(line.row["id"], {})) for line in queries]
    return QuestionSet(path.name, tuple(cases), corpus)


def _case(line: Line, gold: Mapping[str, float]) -> Case:
    row = line.row
    if not row["text"].strip():
        raise line.wrong("text")
    spans = row.get("answers") or []
    if not isinstance(spans, list):
        raise line.wrong("answers")
    answerable = row.get("answerable")
    if answerable not in (True, False, None):
        raise line.wrong("answerable")
    return Case(
        row["id"],
        row["text"],
        _language(line),
        gold,
        tuple(str(span) for span in spans),
        answerable,
        _expected(line),
        str(row.get("kind") or ""),
    )


def _language(line: Line) -> Language:
    for name in ("lang", "language"):
        told = line.row.get(name)
        if told == "en":
            return "en"
        if told == "ja":
            return "ja"
        if told:
            raise line.wrong(name)
    return language_of(line.row["text"], "ja")


def _expected(line: Line) -> Expected:
    """Return what a row says of a right answer."""
    row = line.row
    outcome = row.get("outcome") or None
    if outcome is not None and outcome not in get_args(Outcome):
        raise line.wrong("outcome")
    first: re.Pattern[str] | None = None
    if row.get("first"):
        [first] = _patterns(line, "first", [row["first"]])
    must = _patterns(line, "must", row.get("must") or [])
    must_not = _patterns(line, "must_not", row.get("must_not") or [])
    return Expected(must, must_not, first, outcome)


def _patterns(line: Line, name: str, texts: object) -> tuple[re.Pattern[str], ...]:
    if not isinstance(texts, list):
        raise line.wrong(name)
    try:
        return patterns(texts)
    except (TypeError, re.error) as error:
        raise line.wrong(name) from error


def _own_gold(row: Row) -> dict[str, float]:
    if not row.get("document"):
        return {}
    name = str(row["document"])
    if row.get("page"):
        name = f"{name}#{row['page']}"
    return {name: 1.0}


def _relevance(path: Path) -> dict[str, dict[str, float]]:
    gold: dict[str, dict[str, float]] = {}
    for number, line in lines(path):
        try:
            query, document, relevance = line.split("\t")
            if float(relevance) > 0:
                gold.setdefault(query, {})[document] = float(relevance)
        except ValueError as error:
            raise _malformed(path, number) from error
    return gold


def _rows(path: Path) -> list[Line]:
    rows = []
    for number, text in lines(path):
        try:
            row = json.loads(text)
        except ValueError as error:
            raise _malformed(path, number) from error
        if not isinstance(row, dict) or not {"id", "text"} <= row.keys():
            raise _malformed(path, number)
        line = Line(path, number, row)
        for name in ("id", "text"):
            if not isinstance(row[name], str):
                raise line.wrong(name)
        rows.append(line)
    return rows


def lines(path: Path) -> Iterator[tuple[int, str]]:
    """
    Yield a file's lines with their numbers from 1, without the empty ones. A line ends with a line
    feed alone: what else Unicode takes for an end may stand in a sentence.

    Raises:
        KnowledgeError: the file cannot be read.
    """
    try:
        text = path.read_text("utf-8-sig")  # some editors put a mark before the first line
    except (OSError, UnicodeDecodeError) as error:
        reason = phrase("set_unreadable", path=path)
        raise KnowledgeError("bad_set", reason) from error
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield number, line


def _malformed(path: Path, number: int) -> KnowledgeError:
    reason = phrase("set_malformed", path=path, number=number)
    return KnowledgeError("bad_set", reason)
