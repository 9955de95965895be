"""
The nouns of a decision model: criteria, options, blocks, configurations and the constants of the
method.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from knowledge.values import Phrase

UNKNOWN = "ns"  # the answer "not sure"


@dataclass(frozen=True, slots=True)
class Option:
    """
    One possible answer. `values` are on the model's scale by block; `excludes` and `requires` name
    blocks.
    """

    id: str
    text: Phrase
    values: Mapping[str, float]
    excludes: frozenset[str] = frozenset()
    requires: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Criterion:
    """
    One question. `unless` makes it moot: parent criterion → answers under which it is not asked and
    does not count.

    `sources` are slides of the deck ("p15") or public sources by name; `label` is its subject in a
    few words, where given.
    """

    id: str
    weight: float
    question: Phrase
    help: Phrase
    why: Phrase
    options: tuple[Option, ...]
    unless: Mapping[str, frozenset[str]]
    sources: tuple[str, ...]
    rationale: str = ""
    label: Phrase | None = None

    def option(self, id_: str) -> Option:
        return next(o for o in self.options if o.id == id_)


@dataclass(frozen=True, slots=True)
class Block:
    """One of the five approaches: a base, or the addon RAG. `offset` is in points."""

    id: str
    text: Phrase
    addon: bool
    offset: float
    slides: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Configuration:
    id: str
    text: Phrase
    base: str
    rag: bool


@dataclass(frozen=True, slots=True)
class Rules:
    """
    Constants of the method: `samples` and `seed` of the robustness check, when to stop asking, what
    counts as close.
    """

    scale: float
    samples: int
    seed: int
    probable: float
    minimum: int
    close: float
    high: float
    medium: float


@dataclass(frozen=True, slots=True)
class Model:
    """
    `configurations` stand in order of simplicity; `sha256` is that of the content, whatever its
    layout.
    """

    id: str
    version: str
    sha256: str
    criteria: tuple[Criterion, ...]
    advisory: tuple[Criterion, ...]
    blocks: tuple[Block, ...]
    configurations: tuple[Configuration, ...]
    rules: Rules
    open_weights_required: Mapping[str, frozenset[str]]
    open_weights_preferred: Mapping[str, frozenset[str]]

    def criterion(self, id_: str) -> Criterion:
        return next(c for c in (*self.criteria, *self.advisory) if c.id == id_)

    def configuration(self, id_: str) -> Configuration:
        return next(c for c in self.configurations if c.id == id_)

    def block(self, id_: str) -> Block:
        return next(b for b in self.blocks if b.id == id_)
