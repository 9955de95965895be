"""
Statements a situation told in plain words comes near to: offered to be ticked, never taken for
granted.

A clause is held against sentences people say an answer with, by what it means (the sentence
encoder, where there is one) and by the letters both share. A question of a company's own is known
by its words in the model alone.
"""

import math
import re
import threading
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from knowledge.advisor.engine import Advisor
from knowledge.models.sentence_encoder import SentenceEncoder
from knowledge.sentences import yaml_values

MOST = 10  # statements offered; what a window of Slack draws as check boxes
OF_ONE_QUESTION = 2  # of them
CLAUSES = 80  # of a text, the first ones, that are compared
LETTERS = 0.5  # weight of shared letters beside one for what a clause means
NEAR = 0.34  # likeness below which a statement has nothing to do with a text
NEAR_BY_LETTERS = 0.2  # the same where only letters are compared
_PART = re.compile(r"[。.!?！？\n]|[、,]")
_JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
_WORD = re.compile(r"[a-z]{4,}")
STEM = 5  # letters of a European word that are compared
SHORT = 4  # letters below which a part of a clause says nothing by itself

Floats = npt.NDArray[np.float64]
Answer = tuple[str, str]  # a question and one of its options


@dataclass(frozen=True, slots=True)
class _Examples:
    """
    Sentences by the answer they are an example of: what they share letters with, and their vectors,
    none where they cannot be encoded.
    """

    answers: tuple[Answer, ...]
    grams: tuple[frozenset[str], ...]
    lengths: Floats
    vectors: npt.NDArray[np.float32]


class Statements:
    """Finds what a text comes near to. One object serves all threads."""

    def __init__(self, rows: Mapping[str, Any], encoder: SentenceEncoder | None) -> None:
        self._rows = rows
        self._encoder = encoder
        self._examples: dict[str, _Examples] = {}  # by the hash of a decision model
        self._learning = threading.Lock()

    @classmethod
    def load(cls, encoder: SentenceEncoder | None) -> Self:
        """Read the sentences that come with us. About 50 ms."""
        text = Path(__file__).with_name("statements.yaml").read_text(encoding="utf-8")
        return cls(yaml_values(text), encoder)

    def learn(self, advisor: Advisor) -> None:
        """
        Encode the sentences of a model's answers, once. A second or two with the encoder: call it
        in a thread.
        """
        with self._learning:
            if advisor.model.sha256 not in self._examples:
                self._examples = {advisor.model.sha256: self._learned(advisor)}

    def near(
        self, clauses: Sequence[str], advisor: Advisor, settled: Collection[str]
    ) -> list[Answer]:
        """
        Return the statements that some of the clauses come near to, nearest first, at most `MOST`;
        questions that are `settled` are left aside. About 5 ms a clause: call it in a thread.
        """
        self.learn(advisor)
        examples = self._examples.get(advisor.model.sha256) or self._learned(advisor)
        parts = list(dict.fromkeys(_parts(clauses)))[:CLAUSES]
        if not parts:
            return []
        likeness = LETTERS * self._letters(parts, examples)
        least = NEAR_BY_LETTERS
        if len(examples.vectors) and self._encoder is not None:
            likeness += self._encoder.encode(parts) @ examples.vectors.T
            least = NEAR
        best: dict[Answer, float] = {}
        for answer, value in zip(examples.answers, likeness.max(axis=0).tolist(), strict=True):
            best[answer] = max(value, best.get(answer, 0.0))
        return _offered(best, least, settled)

    def _learned(self, advisor: Advisor) -> _Examples:
        answers, sentences = [], []
        for answer, sentence in self._sentences(advisor):
            answers.append(answer)
            sentences.append(sentence)
        grams = [_grams(sentence) for sentence in sentences]
        vectors = np.empty((0, 0), np.float32)
        if self._encoder is not None:
            vectors = self._encoder.encode(sentences)
        rarity = _rarity(grams)
        lengths = np.array([_length(some, rarity) for some in grams])
        return _Examples(tuple(answers), tuple(grams), lengths, vectors)

    def _sentences(self, advisor: Advisor) -> Iterator[tuple[Answer, str]]:
        """Yield every example of every answer, and the answer in the model's own words."""
        for criterion in advisor.model.questions:
            told = self._rows.get(criterion.id, {})
            for option in criterion.options:
                answer = (criterion.id, option.id)
                for sentence in told.get(option.id, ()):
                    yield answer, sentence
                yield answer, f"{criterion.words.label.ja}: {option.text.ja}"
                yield answer, f"{criterion.words.label.en}: {option.text.en}"

    @staticmethod
    def _letters(parts: Sequence[str], examples: _Examples) -> Floats:
        """Return how much each part shares with each example, by what is rare in examples."""
        rarity = _rarity(examples.grams)
        likeness = np.zeros((len(parts), len(examples.answers)))
        for row, part in enumerate(parts):
            own = _grams(part)
            length = _length(own, rarity)
            for column, some in enumerate(examples.grams):
                shared = own & some
                if shared:
                    weight = _weight(shared, rarity)
                    likeness[row, column] = weight / (length * examples.lengths[column])
        return likeness


def _offered(best: Mapping[Answer, float], least: float, settled: Collection[str]) -> list[Answer]:
    """Return the nearest answers, not too many of one question."""
    offered: list[Answer] = []
    counts = Counter[str]()
    for answer in sorted(best, key=lambda one: -best[one]):
        question, _ = answer
        if best[answer] < least or len(offered) == MOST:
            break
        if question in settled or counts[question] == OF_ONE_QUESTION:
            continue
        counts[question] += 1
        offered.append(answer)
    return offered


def _parts(clauses: Sequence[str]) -> Iterator[str]:
    """Yield each clause, and its parts between commas that are long enough to mean a thing."""
    for clause in clauses:
        yield clause
        parts = _PART.split(clause)
        long = [part.strip() for part in parts if len(part.strip()) >= SHORT]
        if len(long) > 1:
            yield from long


def _grams(text: str) -> frozenset[str]:
    """Return pairs of letters of Japanese, stems of words of English."""
    plain = unicodedata.normalize("NFKC", text).lower()
    if not _JAPANESE.search(plain):
        return frozenset(word[:STEM] for word in _WORD.findall(plain))
    letters = re.sub(r"\W", "", plain)
    return frozenset(letters[at : at + 2] for at in range(len(letters) - 1))


def _rarity(grams: Sequence[Collection[str]]) -> dict[str, float]:
    counts = Counter[str]()
    for some in grams:
        counts.update(some)
    return {gram: math.log(1 + len(grams) / (1 + count)) for gram, count in counts.items()}


def _length(grams: Collection[str], rarity: Mapping[str, float]) -> float:
    return math.sqrt(_weight(grams, rarity)) or 1.0


def _weight(grams: Collection[str], rarity: Mapping[str, float]) -> float:
    weight = 0.0
    for gram in grams:
        weight += rarity.get(gram, 1.0)
    return weight
