"""
The advisor: answers in, advice that can defend itself out.

Pure and fast; no language model ever touches a number here.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Self

import numpy as np

from knowledge.advisor import model as models
from knowledge.advisor.blocks import PARTS
from knowledge.advisor.confidence import Draws, level, uniform
from knowledge.advisor.faults import InvalidPlace, invalid, unknown
from knowledge.advisor.needs import Estimate, Feasibility
from knowledge.advisor.order import Order, Step
from knowledge.advisor.record import (
    Comparison,
    Flip,
    Headline,
    Reason,
    Result,
    Standing,
    Way,
)
from knowledge.advisor.route import Routes
from knowledge.advisor.standings import Standings
from knowledge.advisor.tables import DIGITS, Tables
from knowledge.advisor.twins import alike
from knowledge.advisor.values import COUNT, LIST, UNKNOWN, Criterion, DecisionModel
from knowledge.advisor.verdicts import Judge
from knowledge.advisor.ways import ways
from knowledge.advisor.yaml_fields import word

SKIPPED = "skipped"  # another word for "not sure" in files of answers
# steps and results remembered: a dialog asks for each several times, and most dialogs begin alike
REMEMBERED = 2048
OTHER_KIND = 2.0  # steps between two options that have no order
TRIES = 4096  # random sets of answers in which a winner is looked for before searching
PEOPLE = 10_000_000  # the most that may use it


class Advisor:
    """One decision model at work. `source` is the YAML it was read from, whole."""

    def __init__(self, model: DecisionModel, source: str) -> None:
        self.model = model
        self.source = source
        self.tables = Tables(model)
        self.feasibility = Feasibility(self.tables)
        self.judge = Judge(self.tables, self.feasibility)
        self._standings = Standings(self.tables, self.feasibility)
        self._draws = Draws(self.tables, self.judge)
        self._order = Order(self.tables, self.judge)
        self._routes = Routes(self.tables, self.feasibility)
        self._step = lru_cache(REMEMBERED)(self._work_out_step)
        self._result = lru_cache(REMEMBERED)(self._work_out_result)

    @classmethod
    def load(cls, text: str | None = None) -> Self:
        """
        Read and check a decision model: a whole one, or what differs from the built-in one, which
        None reads. About 0.2 s.

        Raises:
            InvalidModel: something is missing or breaks a rule, or an option could never win.
        """
        model, source = models.load(text)
        advisor = cls(model, source)
        advisor._check_winners()
        return advisor

    @classmethod
    def take_in(cls, text: str) -> Self:
        """
        Read a model as somebody has just written it: `load` with the line in every refusal, which
        also refuses what a file would silently lose, such as a sentence cut at a comma.

        Raises:
            InvalidModel: as `load`.
        """
        manuscript = models.manuscript(text)
        try:
            advisor = cls.load(text)
            models.check_words(advisor.model, advisor.source)
        except InvalidPlace as error:
            raise manuscript.located(error) from error
        return advisor

    # ----------------------------------------------------------------- answers

    def validate(self, answers: Mapping[str, object]) -> dict[str, str]:
        """
        Return the answers as this model spells them, without the open ones.

        YAML reads a bare `no` as false; that is taken as the option "no". Several options may be a
        list or one text with commas.

        Raises:
            InvalidAnswers: a question or option does not exist; the sentence names the nearest one.
        """
        known = {criterion.id: criterion for criterion in self.model.questions}
        valid: dict[str, str] = {}
        for name, given in answers.items():
            if name == COUNT:
                valid[name] = _people(given)
                continue
            if name not in known:
                raise unknown(str(name), "unknown_criterion", [*known, COUNT])
            options = _options(known[name], given)
            if options:
                valid[name] = LIST.join(options)
        return valid

    # ----------------------------------------------------------------- results

    def evaluate(self, answers: Mapping[str, object]) -> Result:
        """
        Work out the advice and all that defends it. About 10 ms; raises InvalidAnswers as
        `validate` does.
        """
        return self._result(tuple(self.validate(answers).items()))

    def _work_out_result(self, answers: tuple[tuple[str, str], ...]) -> Result:
        given = dict(answers)
        tables = self.tables
        row, beside = tables.row(given), tables.beside(given)
        verdicts = self.judge.verdicts(row[None, :], beside)
        fit_number, now_number = int(verdicts.fit[0]), int(verdicts.now[0])
        advised = int(verdicts.advice[0])
        fit = self._standings.standing(given, fit_number)
        now = None
        if now_number >= 0:
            now = self._standings.standing(given, now_number)
        weak = self._standings.weak(row, given, advised)
        headline = self._headline(given, fit, now, weak=weak)
        unsolved = tuple(self._standings.unsolved(given, now or fit))
        reasons = self._standings.reasons(row, advised)
        against = [reason for reason in reasons if reason.points < 0]
        wanted = None
        if now is not None:
            wanted = fit_number
        out: tuple[Way, ...] = ()
        if headline in ("first", "none_fits"):
            out = ways(tables, self.judge, given, wanted)
        robust = self._draws.robust(row, beside, advised)
        return Result(
            model=self.model,
            answers=given,
            headline=headline,
            fit=fit,
            now=now,
            standings=self._standings.ranked(given),
            reasons=reasons,
            against=tuple(sorted(against, key=_points)),
            unsolved=unsolved,
            confidence=level(
                self.model, given, robust, self._standings.margin(row, given, advised)
            ),
            route=self._routes.route(given, fit, now),
            flips=self._flips(given, advised),
            ways=out,
            twin=self._standings.twin(row, given, advised),
            twins=alike(self.model, given),
            open_points=tuple(self._open_points(given)),
        )

    def _open_points(self, given: Mapping[str, str]) -> Iterator[str]:
        """Yield the scored questions that count and have no answer."""
        for criterion in self.model.criteria:
            if criterion.id not in given and self.tables.applicable(criterion, given):
                yield criterion.id

    def winner(self, answers: Mapping[str, str]) -> str:
        """Return the id of the advised option alone; for many sets of answers."""
        row = self.tables.row(answers)[None, :]
        verdicts = self.judge.verdicts(row, self.tables.beside(answers))
        return self.tables.combinations[int(verdicts.advice[0])].id

    def winners(self, sets: Sequence[Mapping[str, str]]) -> list[str]:
        """
        Return the id of the advised option for each set of answers; what the first says of former
        trials and of how many people there are counts for all.
        """
        if not sets:
            return []
        rows = np.array([self.tables.row(answers) for answers in sets])
        verdicts = self.judge.verdicts(rows, self.tables.beside(sets[0]))
        return [self.tables.combinations[number].id for number in verdicts.advice.tolist()]

    def lead(self, answers: Mapping[str, str], option: str) -> float:
        """
        Return by how many points an option is ahead of the best one with another base; both count
        even where they are ruled out.
        """
        tables = self.tables
        effective = tables.effective(tables.row(answers)[None, :])
        scores = tables.scores(tables.points(effective, tables.beside(answers)))[0]
        number = tables.position[option]
        own = scores[tables.position[self.tables.unrouted(number)]]
        others = tables.base[: tables.count] != tables.base[number]
        return float(own - scores[others].max())

    def approach(self, option: str) -> str:
        """Return the deck's approach an option is an example of."""
        return self.tables.combinations[self.tables.position[option]].approach

    def blocks(self, option: str) -> tuple[str, ...]:
        """Return the blocks of an option."""
        return self.tables.combinations[self.tables.position[option]].blocks

    def estimate(self, answers: Mapping[str, str], option: str) -> Estimate:
        """Return what an option takes under these answers."""
        row, beside = self.tables.row(answers), self.tables.beside(answers)
        [estimate] = self.feasibility.estimates(row, beside, [self.tables.position[option]])
        return estimate

    def _headline(
        self, given: Mapping[str, str], fit: Standing, now: Standing | None, *, weak: bool
    ) -> Headline:
        """Return how what fits and what can be done go together."""
        if now is None:
            return "none_fits"
        if now.base in self.model.alone:
            plain = self.model.plain.items()
            for criterion, options in plain:
                if given.get(criterion) in options:
                    return "dont"
            return "dont_now"
        if now.core != fit.core:
            return "first"
        if weak:
            return "weak"
        return "fits"

    def compare(self, answers: Mapping[str, str], first: str, second: str) -> Comparison:
        """Set two options side by side under these answers; positive points favour `first`."""
        return self._standings.compare(self.validate(answers), first, second)

    # ----------------------------------------------------------------- what if

    def _flips(self, given: Mapping[str, str], advised: int) -> tuple[Flip, ...]:
        """Return every single other answer that changes the approach, the nearest first."""
        tables = self.tables
        base = tables.row(given)
        changes = self.changes(given)
        rows = np.repeat(base[None, :], len(changes), axis=0)
        for number, (criterion_id, option) in enumerate(changes):
            q = tables.number[criterion_id]
            rows[number, q] = tables.options[q][option]
        verdicts = self.judge.verdicts(rows, tables.beside(given))
        flips = []
        for (criterion_id, option), other in zip(changes, verdicts.advice.tolist(), strict=True):
            if tables.approach[other] != tables.approach[advised]:
                advice = tables.combinations[other].id
                flips.append(Flip(criterion_id, option, advice))
        return tuple(flips)

    def best_with(self, answers: Mapping[str, str], block: str) -> str:
        """Return the option with a block that has most points; ruled out ones where all are."""
        tables = self.tables
        effective = tables.effective(tables.row(answers)[None, :])
        points = tables.points(effective, tables.beside(answers))
        scores = np.round(points @ tables.members.astype(float), DIGITS)[0]
        allowed = np.ones(len(scores), dtype=bool)
        allowed[: tables.count] = tables.allowed(effective)[0]
        ranked = np.where(allowed, scores, scores - 1e6)
        ranked = np.where(tables.members[tables.block[block]], ranked, -np.inf)
        return tables.combinations[int(ranked.argmax())].id

    def changes(self, answers: Mapping[str, str]) -> list[tuple[str, str]]:
        """Return every single other answer to a scored question that counts, the nearest first."""
        row = self.tables.row(answers)
        found = []
        for q, criterion in enumerate(self.model.criteria):
            if not self.tables.applicable(criterion, answers):
                continue
            for o, option in enumerate(criterion.names):
                if o != row[q]:
                    found.append((self._distance(criterion, int(row[q]), o), criterion.id, option))
        found.sort(key=itemgetter(0))
        return [(criterion_id, option) for _, criterion_id, option in found]

    def _distance(self, criterion: Criterion, current: int, other: int) -> float:
        """Return how far another answer is: options between them, or how unlikely an open one."""
        if current == self.tables.blank:
            return OTHER_KIND - criterion.prior[other]
        if criterion.ordered:
            return float(abs(other - current))
        return OTHER_KIND

    # ----------------------------------------------------------------- the order of questions

    def step(self, answers: Mapping[str, str], asked: Collection[str] = ()) -> Step:
        """Return the next question after the page, or why asking ends. `asked` may be open."""
        return self._step(tuple(sorted(self.validate(answers).items())), frozenset(asked))

    def _work_out_step(self, answers: tuple[tuple[str, str], ...], asked: frozenset[str]) -> Step:
        return self._order.step(dict(answers), asked)

    def left(self, answers: Mapping[str, str], asked: Collection[str] = ()) -> list[Criterion]:
        """Return the scored questions that count and were not asked, in the model's order."""
        return self._order.left(self.validate(answers), asked)

    # ----------------------------------------------------------------- checks that need computing

    def _check_winners(self) -> None:
        """Prove by example that each block wins for somebody and not for all, limits aside."""
        tables = self.tables
        count = len(self.model.criteria)
        table = uniform(1, TRIES * count).reshape(TRIES, count)
        counts = np.array([len(criterion.options) for criterion in self.model.criteria])
        rows = np.full((TRIES, len(tables.questions)), tables.blank, dtype=np.intp)
        rows[:, :count] = (table * counts).astype(np.intp)
        fit = self.judge.verdicts(rows, tables.beside({})).fit
        wins = dict(
            zip(self.model.blocks, tables.members[:, fit].sum(axis=1).tolist(), strict=True)
        )
        tries = f"{TRIES:,}"
        for block in sorted(wins, key=wins.__getitem__, reverse=True):
            place = f"{PARTS[block.layer]}.{block.id}"
            if wins[block] == TRIES:
                raise invalid(place, "always_wins", tries=tries)
            if not wins[block]:
                most = max(self.model.layer(block.layer), key=wins.__getitem__)
                share = f"{wins[most] / TRIES:.0%}"
                raise invalid(place, "never_wins", tries=tries, most=most.id, share=share)


def _options(criterion: Criterion, given: object) -> list[str]:
    """Return the options an answer names, in the question's order; none where it is open."""
    if given is None:
        return []
    rows = [given]
    if criterion.many and isinstance(given, list | tuple):
        rows = list(given)
    elif criterion.many:
        rows = list(word(given).split(LIST))
    named = {word(row).strip() for row in rows} - {UNKNOWN, SKIPPED, ""}
    for option in sorted(named):
        if option not in criterion.names:
            raise unknown(option, "unknown_option", criterion.names, criterion=criterion.id)
    return [option for option in criterion.names if option in named]


def _people(given: object) -> str:
    """Return a number of people as it is written."""
    text = word(given).replace(",", "").strip()
    if not text.isdecimal() or not 1 <= int(text) <= PEOPLE:
        raise unknown(text, "not_people", ["1", "30", "300"], limit=f"{PEOPLE:,}")
    return str(int(text))


def _points(reason: Reason) -> float:
    return reason.points
