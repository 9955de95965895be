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

    @property
    def names(self) -> tuple[str, ...]:
        """Return the ids of the options, in their order."""
        return tuple(option.id for option in self.options)

    def option(self, id_: str) -> Option:
        """Return the option with this id. Raises StopIteration when there is none."""
        return next(option for option in self.options if option.id == id_)


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
    """What can be recommended: a base by itself, or with RAG."""

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
class DecisionModel:
    """
    A whole model. `criteria` are scored, `advisory` ones are asked last and score nothing;
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

    @property
    def questions(self) -> tuple[Criterion, ...]:
        """Return whatever may be asked, scored criteria first."""
        return (*self.criteria, *self.advisory)

    @property
    def addon(self) -> Block:
        """Return the one block that is added to a base."""
        return next(block for block in self.blocks if block.addon)

    def criterion(self, id_: str) -> Criterion:
        """Return the criterion with this id. Raises StopIteration when there is none."""
        return next(criterion for criterion in self.questions if criterion.id == id_)

    def configuration(self, id_: str) -> Configuration:
        """Return the configuration with this id. Raises StopIteration when there is none."""
        return next(config for config in self.configurations if config.id == id_)

    def block(self, id_: str) -> Block:
        """Return the block with this id. Raises StopIteration when there is none."""
        return next(block for block in self.blocks if block.id == id_)
