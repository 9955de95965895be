"""
The nouns of a decision model: questions and their options, the blocks that advice is made of, what
these need, and the limits they are held against.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from knowledge.values import Phrase

UNKNOWN = "ns"  # the answer "not sure"
LIST = ","  # stands between the options of an answer that may hold several
COUNT = "users_n"  # an answer that is a whole number: how many people, instead of a band of them

Layer = Literal["base", "knowledge", "action", "routing"]
Kind = Literal["scored", "limit", "fact"]


@dataclass(frozen=True, slots=True)
class Option:
    """
    One possible answer. `values` are on the model's scale by block; `excludes` names blocks, and
    of those in `requires` one is needed.
    """

    id: str
    text: Phrase
    values: Mapping[str, float]
    excludes: frozenset[str] = frozenset()
    requires: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Wording:
    """What a question says; `label` is its subject in a few words."""

    label: Phrase
    question: Phrase
    help: Phrase
    why: Phrase


@dataclass(frozen=True, slots=True)
class Criterion:
    """
    One question. `unless` makes it moot: parent criterion → answers under which it is not asked and
    does not count.

    `kind` says whether it scores, limits what is feasible, or is a fact for texts; `many` that
    several options may be ticked. `peak` names the blocks that may be best in the middle of its
    options. `prior` holds how often each option is given, adding up to 1; it orders questions.
    """

    id: str
    kind: Kind
    weight: float
    words: Wording
    options: tuple[Option, ...]
    unless: Mapping[str, frozenset[str]]
    prior: tuple[float, ...]
    peak: frozenset[str] = frozenset()
    ordered: bool = True
    many: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Return the ids of the options, in their order."""
        return tuple(option.id for option in self.options)

    @property
    def question(self) -> Phrase:
        """Return the question itself."""
        return self.words.question

    def option(self, id_: str) -> Option:
        """Return the option with this id. Raises StopIteration when there is none."""
        return next(option for option in self.options if option.id == id_)


@dataclass(frozen=True, slots=True)
class Range:
    """From the least to the most something may take."""

    low: float
    high: float

    def __add__(self, other: "Range") -> "Range":
        return Range(self.low + other.low, self.high + other.high)


NOTHING = Range(0, 0)


@dataclass(frozen=True, slots=True)
class Needs:
    """
    What a block takes. `build` is paid once and `month` every month, in 10,000 yen; `seat` in yen
    a user and month, `request` in yen a request. `months` and `people` lead to the first measured
    result. `skill` runs from 0, nobody special, to 3, research.
    """

    build: Range
    month: Range
    seat: Range
    request: Range
    months: Range
    people: Range
    skill: int


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of a route: what to do, what to measure, when to stop."""

    do: Phrase
    metric: Phrase
    stop: Phrase


@dataclass(frozen=True, slots=True)
class Block:
    """
    A base, or what may be added to one. `approach` is the deck's name for it ("outside" where it
    has none), `then` the block that the last stage of its route leads to, `offset` is in points.
    `needs_in_product` replaces `needs` inside a finished product.

    `label` fits into a sentence, `name` heads a page, `stands` says where the deck speaks of it;
    `against` and `before` are what speaks against it and what to check first. `now`, `next` and
    `only_if` are its route. `only_with` names the bases a routing goes with.
    """

    id: str
    layer: Layer
    approach: str
    then: str
    slides: tuple[int, ...]
    offset: float
    needs: Needs
    needs_in_product: Needs | None
    label: Phrase
    name: Phrase
    short: Phrase
    stands: Phrase
    against: tuple[Phrase, ...]
    before: tuple[Phrase, ...]
    now: Stage
    next: Stage
    only_if: Stage
    only_with: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Hardware:
    """Machines that the bases in `bases` need under one of the answers in `when`."""

    when: Mapping[str, frozenset[str]]
    bases: frozenset[str]
    build: Range
    month: Range


@dataclass(frozen=True, slots=True)
class Partner:
    """What a partner brings: a level of `skill`, so many `people`; it costs at least `build`."""

    skill: int
    people: float
    build: float


@dataclass(frozen=True, slots=True)
class Cleaning:
    """What documents in this state add to the blocks that read them."""

    build: Range
    months: Range


@dataclass(frozen=True, slots=True)
class Limits:
    """
    What answers about the organisation allow, by option: `budget` in 10,000 yen in the first year,
    `time` in months, `skill` and `people` of the own team.
    """

    budget: Mapping[str, float]
    time: Mapping[str, float]
    skill: Mapping[str, int]
    people: Mapping[str, float]
    partner: Partner


@dataclass(frozen=True, slots=True)
class Use:
    """How many people use it and how many requests they make a month, by option."""

    users: Mapping[str, Range]
    requests: Mapping[str, Range]


@dataclass(frozen=True, slots=True)
class Pilot:
    """The first stage of a route: at most `users` people for `months`, `share` of what is built."""

    users: int
    months: int
    share: float


@dataclass(frozen=True, slots=True)
class Word:
    """From what share of samples, and how many points ahead, a word of confidence holds."""

    robust: float
    margin: float


@dataclass(frozen=True, slots=True)
class Rules:
    """
    Constants of the method. `page` and `optional` are asked on one page, `express` are the
    questions an express run asks after it; `least`, `probable` and the samples end asking; `key`
    are the questions whose absence lowers confidence.
    """

    scale: float
    weak_below: float
    dollar: float  # yen
    page: tuple[str, ...]
    optional: tuple[str, ...]
    express: tuple[str, ...]
    least: int
    probable: float
    questions: int  # samples that order the questions
    order_seed: int
    draws: int  # samples that vary the weights
    seed: int
    key: tuple[str, ...]
    clear: Word
    likely: Word


@dataclass(frozen=True, slots=True)
class Twin:
    """
    An organisation that decided: its answers, what it did and how that ended; `source` is the
    address of the public account, empty for none.
    """

    id: str
    end: Literal["good", "mixed", "bad", "open"]
    answers: Mapping[str, str]
    did: Phrase
    result: Phrase
    source: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """
    Where something a result says was read. `of` are the blocks and notes it stands behind. Grade A
    is the organisation's own page, B press, a vendor or an analyst, C our own estimate. `date` is
    ISO, as far as it is known.
    """

    of: frozenset[str]
    name: Phrase
    date: str
    grade: Literal["A", "B", "C"]
    url: str


@dataclass(frozen=True, slots=True)
class Notes:
    """
    Sentences that belong to a result because of an answer, and names of skills and needs.
    `platforms` say by platform in use and block of the advice what to look at first.
    """

    skills: Mapping[int, Phrase]
    needs: Mapping[str, Phrase]
    high_impact: tuple[Phrase, ...]
    personal_data: tuple[Phrase, ...]
    agents: tuple[Phrase, ...]
    public_bodies: tuple[Phrase, ...]
    range_note: Phrase
    platforms: Mapping[str, Mapping[str, Phrase]]


@dataclass(frozen=True, slots=True)
class DecisionModel:
    """
    A whole model. `criteria` are scored, `limits` and `facts` are not; `order` holds the bases by
    simplicity, `alone` those that take no additions. `solves` names, by question and answer, the
    blocks that meet a need; `plain` the answers that ask for ordinary software by themselves;
    `tried` the points that a failed trial takes. `goal` and `measure` are
    asked in words. `sha256` is that of the content, whatever its layout.
    """

    id: str
    version: str
    as_of: str
    sha256: str
    criteria: tuple[Criterion, ...]
    limits: tuple[Criterion, ...]
    facts: tuple[Criterion, ...]
    goal: Wording
    measure: Wording
    blocks: tuple[Block, ...]
    order: tuple[str, ...]
    alone: frozenset[str]
    hardware: Hardware
    cleaning: Mapping[str, Cleaning]
    cleaned: frozenset[str]  # blocks that read documents
    allows: Limits
    use: Use
    pilot: Pilot
    solves: Mapping[str, Mapping[str, frozenset[str]]]
    plain: Mapping[str, frozenset[str]]
    tried: Mapping[str, Mapping[str, float]]
    rules: Rules
    notes: Notes
    twins: tuple[Twin, ...]
    sources: tuple[Source, ...] = ()

    @property
    def questions(self) -> tuple[Criterion, ...]:
        """Return whatever may be asked by choice: scored ones, limits, then facts."""
        return (*self.criteria, *self.limits, *self.facts)

    @property
    def single(self) -> tuple[Criterion, ...]:
        """Return the questions that take one option."""
        return tuple(criterion for criterion in self.questions if not criterion.many)

    def criterion(self, id_: str) -> Criterion:
        """Return the question with this id. Raises StopIteration when there is none."""
        return next(criterion for criterion in self.questions if criterion.id == id_)

    def block(self, id_: str) -> Block:
        """Return the block with this id. Raises StopIteration when there is none."""
        return next(block for block in self.blocks if block.id == id_)

    def layer(self, layer: Layer) -> tuple[Block, ...]:
        """Return the blocks of one layer, bases by simplicity."""
        return tuple(block for block in self.blocks if block.layer == layer)
