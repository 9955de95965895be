"""
The model as arrays: many sets of answers worked out at once.

A set of answers is a row of option numbers, one for each question of one choice, scored ones first;
`blank` stands for "not sure", scores nothing and limits nothing. A single set is simply one row, so
that every number shown anywhere comes from the same few lines.
"""

import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.advisor.values import COUNT, LIST, Criterion, DecisionModel, Layer

Numbers = NDArray[np.float64]
Rows = NDArray[np.intp]
Flags = NDArray[np.bool_]
DIGITS = 9  # decimals at which two scores are the same score
TRIED = "tried"  # the question whose options take fixed points


@dataclass(frozen=True, slots=True)
class Combination:
    """A base and what is added to it: block ids in the order of their layers."""

    blocks: tuple[str, ...]
    approach: str  # the deck's approach, with "+rag" where documents are searched

    @property
    def id(self) -> str:
        """Return "api+rag"."""
        return "+".join(self.blocks)

    @property
    def base(self) -> str:
        """Return the base's id."""
        return self.blocks[0]


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside rows, the same for all: points of what was tried; people, 0 if unknown."""

    tried: Numbers
    users: int


@dataclass(frozen=True, slots=True)
class Variation:
    """By row other weights (rows x criteria) and factors of the offsets than the model's own."""

    weights: Numbers
    factors: Numbers


class Tables:
    """
    A model's values as arrays by question, option number and block number.

    `blank`, the number after the last option of the longest question, is the answer "not sure".
    `combinations` hold what competes, then the same with a routing, which is decided afterwards;
    `count` is how many compete.
    """

    def __init__(self, model: DecisionModel) -> None:
        self.model = model
        self.questions = model.single
        self.number = _numbered([criterion.id for criterion in self.questions])
        self.options = [_numbered(criterion.names) for criterion in self.questions]
        self.scored = len(model.criteria)
        self.blank = max(map(len, self.options))
        self.block = _numbered([block.id for block in model.blocks])
        competing = list(_combinations(model))
        self.count = len(competing)
        self.combinations = (*competing, *_routed(model, competing))
        self.position = _numbered([one.id for one in self.combinations])
        self.weights: Numbers = np.array([criterion.weight for criterion in model.criteria])
        self.offsets: Numbers = np.array([block.offset for block in model.blocks])
        self._fill_values()
        self._fill_members()
        self._moot = list(self._moot_rules())
        self._all = np.arange(self.scored)

    def _fill_values(self) -> None:
        """Fill what options are worth, exclude and require, by question, option and block."""
        shape = (self.scored, self.blank + 1, len(self.block))
        self.values: Numbers = np.zeros(shape)
        self.excludes: Flags = np.zeros(shape, dtype=bool)
        self.requires: Flags = np.zeros((self.scored, self.blank + 1), dtype=bool)
        self._needed: dict[tuple[int, int], frozenset[str]] = {}
        for q, criterion in enumerate(self.model.criteria):
            for o, option in enumerate(criterion.options):
                for block, value in option.values.items():
                    self.values[q, o, self.block[block]] = value / self.model.rules.scale
                for block in option.excludes:
                    self.excludes[q, o, self.block[block]] = True
                if option.requires:
                    self.requires[q, o] = True
                    self._needed[q, o] = option.requires

    def _fill_members(self) -> None:
        """Fill which blocks a combination has, and what it needs of those that require some."""
        self.members: Flags = np.zeros((len(self.block), len(self.combinations)), dtype=bool)
        size = len(self.combinations)
        self.alone: Flags = np.zeros(size, dtype=bool)
        self.base: Rows = np.zeros(size, dtype=np.intp)
        self.approach: Rows = np.zeros(size, dtype=np.intp)
        self.core: Rows = np.zeros(size, dtype=np.intp)
        approaches: dict[str, int] = {}
        for number, combination in enumerate(self.combinations):
            for block in combination.blocks:
                self.members[self.block[block], number] = True
            self.alone[number] = combination.base in self.model.alone
            self.base[number] = self.block[combination.base]
            self.approach[number] = approaches.setdefault(combination.approach, len(approaches))
            self.core[number] = self._core(combination)
        self._competing = self.members[:, : self.count].astype(float)
        self.routings = list(self._routings())

    def _core(self, combination: Combination) -> int:
        """Return a number for the base with its knowledge: what asking questions is about."""
        return self.position["+".join(self._within(combination, ("base", "knowledge")))]

    def unrouted(self, number: int) -> str:
        """Return a combination's id without its routing."""
        layers: tuple[Layer, ...] = ("base", "knowledge", "action")
        return "+".join(self._within(self.combinations[number], layers))

    def _within(self, combination: Combination, layers: tuple[Layer, ...]) -> list[str]:
        """Return the blocks of a combination that belong to some layers."""
        kept = {block.id for block in self.model.blocks if block.layer in layers}
        return [block for block in combination.blocks if block in kept]

    def _routings(self) -> Iterator[tuple[int, Rows]]:
        """Yield each routing's block, and by combination the number of it with that routing."""
        for block in self.model.layer("routing"):
            with_it = np.full(self.count, -1, dtype=np.intp)
            for number, combination in enumerate(self.combinations[: self.count]):
                routed = self.position.get(f"{combination.id}+{block.id}")
                if routed is not None:
                    with_it[number] = routed
            yield self.block[block.id], with_it

    # ----------------------------------------------------------------- answers as rows

    def row(self, answers: Mapping[str, str]) -> Rows:
        """Return the answers as one row, as given: moot ones are still in it."""
        numbers = []
        for criterion, options in zip(self.questions, self.options, strict=True):
            numbers.append(options.get(answers.get(criterion.id, ""), self.blank))
        return np.array(numbers, dtype=np.intp)

    def beside(self, answers: Mapping[str, str]) -> Beside:
        """Return what stands beside the rows of these answers."""
        points: Numbers = np.zeros(len(self.block))
        for option in answers.get(TRIED, "").split(LIST):
            for block, value in self.model.tried.get(option, {}).items():
                points[self.block[block]] += value
        return Beside(points, int(answers.get(COUNT, 0)))

    def effective(self, rows: Rows) -> Rows:
        """Return a copy of the rows in which moot answers are blank."""
        out = rows.copy()
        for q, parent, answers in self._moot:
            out[answers[rows[:, parent]], q] = self.blank
        return out

    def _moot_rules(self) -> Iterator[tuple[int, int, Flags]]:
        """Yield (moot question, its parent, by the parent's option number whether it is moot)."""
        for q, criterion in enumerate(self.model.criteria):
            for parent, answers in criterion.unless.items():
                number = self.number[parent]
                yield q, number, self.among(number, answers)

    def among(self, question: int, answers: Collection[str]) -> Flags:
        """Return by option number whether it is one of `answers`."""
        flags: Flags = np.zeros(self.blank + 1, dtype=bool)
        for option in answers:
            flags[self.options[question][option]] = True
        return flags

    def applicable(self, criterion: Criterion, answers: Mapping[str, str]) -> bool:
        """Report whether a question counts under these answers: none makes it moot."""
        return all(answers.get(parent) not in moot for parent, moot in criterion.unless.items())

    # ----------------------------------------------------------------- points

    def points(self, rows: Rows, beside: Beside, variation: Variation | None = None) -> Numbers:
        """Return points by row and block; `rows` are effective ones."""
        values = self.values[self._all, rows[:, : self.scored]]
        if variation is None:
            return np.asarray(np.einsum("c,ncb->nb", self.weights, values)) + (
                self.offsets + beside.tried
            )
        weighted = np.matmul(variation.weights[:, None, :], values)[:, 0, :]
        offsets = variation.factors[:, None] * self.offsets
        return np.asarray(weighted + offsets + beside.tried)

    def scores(self, points: Numbers) -> Numbers:
        """Return points by row and competing combination, from those of blocks."""
        return np.asarray(np.round(points @ self._competing, DIGITS))

    def allowed(self, rows: Rows) -> Flags:
        """Report by row and competing combination whether no answer rules it out."""
        scored = rows[:, : self.scored]
        excluded = self.excludes[self._all, scored].any(axis=1)
        allowed: Flags = ~(excluded.astype(float) @ self._competing > 0)
        for q, o in self._needed:
            demanding = scored[:, q] == o
            if demanding.any():
                allowed[np.ix_(demanding, ~self.satisfies(q, o))] = False
        return allowed

    def satisfies(self, question: int, option: int) -> Flags:
        """Report by competing combination whether it has what an option requires."""
        needed = [self.block[block] for block in self._needed.get((question, option), ())]
        if not needed:
            return np.ones(self.count, dtype=bool)
        return np.asarray(self.members[needed, : self.count].any(axis=0) | self.alone[: self.count])


def _combinations(model: DecisionModel) -> Iterator[Combination]:
    """Yield every base with every choice of additions, the simplest first; a tie goes by this."""
    knowledge = [None, *model.layer("knowledge")]
    actions = [None, *model.layer("action")]
    for base in model.layer("base"):
        added = itertools.product(knowledge, actions)
        if base.id in model.alone:
            added = itertools.product([None], [None])
        for pair in added:
            blocks = [base.id]
            approach = base.approach
            for block in pair:
                if block is not None:
                    blocks.append(block.id)
                    if block.id == block.approach:
                        approach = f"{base.approach}+{block.id}"
            yield Combination(tuple(blocks), approach)


def _routed(model: DecisionModel, competing: list[Combination]) -> Iterator[Combination]:
    for block in model.layer("routing"):
        for combination in competing:
            if combination.base in block.only_with:
                yield Combination((*combination.blocks, block.id), combination.approach)


def _numbered(names: Sequence[str]) -> dict[str, int]:
    """Return the position of each name."""
    return dict(zip(names, range(len(names)), strict=True))
