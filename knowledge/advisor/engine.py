"""
The advisor: answers in, a recommendation that can defend itself out.

Pure and fast; no language model ever touches a number here.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Self

import numpy as np

from knowledge.advisor import guidance as texts
from knowledge.advisor import model as models
from knowledge.advisor.confidence import Samples, uniform
from knowledge.advisor.faults import invalid, unknown
from knowledge.advisor.guidance import Guidance
from knowledge.advisor.order import Order, Question, Step
from knowledge.advisor.parts import word
from knowledge.advisor.record import Comparison, Flip, Reason, Result, Standing, Weights
from knowledge.advisor.tables import DIGITS, Rows, Tables
from knowledge.advisor.values import UNKNOWN, Criterion, DecisionModel, Option

SKIPPED = "skipped"  # another word for "not sure" in files of answers
# steps and results remembered: a dialog asks for each several times, and most dialogs begin alike
REMEMBERED = 2048
OPEN_STEP = 0.5  # steps from "not sure" to any answer: less than to a neighbouring option
TUNED = "ft"  # the base whose model is trained further, and may have to be an open one
TRIES = 4096  # random answer sets in which a winner is looked for before searching


class Advisor:
    """One decision model at work. `source` is the YAML it was read from."""

    def __init__(self, model: DecisionModel, guidance: Guidance, source: str) -> None:
        self.model = model
        self.guidance = guidance
        self.source = source
        self._tables = Tables(model)
        self._samples = Samples(self._tables)
        self._order = Order(self._tables, self._samples)
        self._step = lru_cache(REMEMBERED)(self._work_out_step)
        self._result = lru_cache(REMEMBERED)(self._work_out_result)

    @classmethod
    def load(cls, model: str | None = None, results: str | None = None) -> Self:
        """
        Read and check the decision model and its texts, given as YAML or built in. About 0.1 s.

        Raises:
            InvalidModel: something is missing or breaks a rule, or a configuration could never win.
        """
        source = model
        if source is None:
            source = models.builtin()
        checked = models.load(source)
        advisor = cls(checked, texts.load(checked, results), source)
        advisor._check_winners()
        return advisor

    # ----------------------------------------------------------------- answers

    def validate(self, answers: Mapping[str, object]) -> dict[str, str]:
        """
        Return the answers as this model spells them, without the open ones.

        YAML reads a bare `no` as false; that is taken as the option "no".

        Raises:
            InvalidAnswers: a criterion or option does not exist; the sentence names the nearest
            one.
        """
        known = {criterion.id: criterion for criterion in self.model.questions}
        valid: dict[str, str] = {}
        for name, given in answers.items():
            if name not in known:
                raise unknown(str(name), "unknown_criterion", list(known))
            option = word(given)
            if given is None or option in (UNKNOWN, SKIPPED):
                continue
            options = known[name].names
            if option not in options:
                raise unknown(option, "unknown_option", options, criterion=name)
            valid[name] = option
        return valid

    # ----------------------------------------------------------------- results

    def evaluate(self, answers: Mapping[str, str]) -> Result:
        """
        Work out the recommendation and all that defends it. About 2 ms; raises InvalidAnswers as
        `validate` does.
        """
        return self._result(tuple(self.validate(answers).items()))

    def _work_out_result(self, answers: tuple[tuple[str, str], ...]) -> Result:
        given = dict(answers)
        row = self._tables.effective(self._tables.row(given)[None, :])
        winner = int(self._tables.winners(row)[0])
        standings = self._standings(row)
        best = standings[0]
        flips = self._flips(given, winner)
        open_points = tuple(self._open_points(given))
        leaning = self.guidance.unconfirmed.get(best.id, ())
        return Result(
            model=self.model,
            answers=given,
            recommendation=best.id,
            runner_up=_runner_up(standings),
            standings=standings,
            reasons=self._reasons(row[0], best.id),
            confidence=self._samples.confidence(row[0], winner),
            flips=flips,
            levers=tuple(flip for flip in flips if self._is_lever(flip, given)),
            open_points=open_points,
            unconfirmed=tuple(criterion for criterion in leaning if criterion in open_points),
            open_weights=self._open_weights(given, best.id),
        )

    def _open_points(self, given: Mapping[str, str]) -> Iterator[str]:
        """Yield the scored criteria that count and have no answer."""
        for criterion in self.model.criteria:
            if criterion.id not in given and self._tables.applicable(criterion, given):
                yield criterion.id

    def winner(self, answers: Mapping[str, str]) -> str:
        """
        Return the recommended configuration alone; for simulations and tests of many answer sets.
        """
        number = int(self._tables.winners(self._tables.row(answers)[None, :])[0])
        return self.model.configurations[number].id

    def standings(self, answers: Mapping[str, str]) -> tuple[Standing, ...]:
        """
        Return the configurations from best to worst, excluded ones last. About 0.1 ms, without what
        defends them.
        """
        return self._standings(self._row(answers))

    def compare(self, answers: Mapping[str, str], first: str, second: str) -> Comparison:
        """
        Set two configurations side by side under these answers; positive points favour `first`.
        """
        row = self._row(answers)
        standings = {standing.id: standing for standing in self._standings(row)}
        reasons = self._reasons(row[0], first, second)
        explained = sum(reason.points for reason in reasons)
        rest = standings[first].score - standings[second].score - explained
        return Comparison(standings[first], standings[second], round(rest, DIGITS), reasons)

    def _row(self, answers: Mapping[str, str]) -> Rows:
        """Return valid answers as one row of what counts."""
        return self._tables.effective(self._tables.row(self.validate(answers))[None, :])

    def _standings(self, row: Rows) -> tuple[Standing, ...]:
        scores = self._tables.scores(row)[0]
        feasible = self._tables.feasible(row)[0]
        # last key first: lexsort goes by feasible, then by points, then by simplicity
        order = np.lexsort((np.arange(len(scores)), -scores, ~feasible))
        standings = []
        for number in order.tolist():
            excluded_by: tuple[tuple[str, str], ...] = ()
            if not feasible[number]:
                excluded_by = self._excluders(row[0], number)
            id_ = self.model.configurations[number].id
            standings.append(Standing(id_, float(scores[number]), excluded_by))
        return tuple(standings)

    def _excluders(self, row: Rows, number: int) -> tuple[tuple[str, str], ...]:
        """Return the answers that rule a configuration out, as (criterion, option)."""
        configuration = self.model.configurations[number]
        blocks = {configuration.base}
        if configuration.rag:
            blocks.add(self.model.addon.id)
        excluders = []
        for criterion, option in self._given(row):
            lacks_addon = bool(option.requires) and not configuration.rag
            if lacks_addon or option.excludes & blocks:
                excluders.append((criterion.id, option.id))
        return tuple(excluders)

    def _given(self, row: Rows) -> Iterator[tuple[Criterion, Option]]:
        """Yield what is answered, in the model's order."""
        for criterion, number in zip(self.model.criteria, row.tolist(), strict=True):
            if number != self._tables.blank:
                yield criterion, criterion.options[number]

    def _reasons(self, row: Rows, first: str, second: str = "") -> tuple[Reason, ...]:
        """Return what each answer gives `first`, over `second` where one is named; not zeros."""
        scale = self.model.rules.scale
        reasons = []
        for criterion, option in self._given(row):
            value = self._value(option, first)
            if second:
                value -= self._value(option, second)
            points = criterion.weight * value / scale
            if points:
                reasons.append(Reason(criterion.id, option.id, points, criterion.sources))
        reasons.sort(key=_strength)
        return tuple(reasons)

    def _value(self, option: Option, configuration: str) -> float:
        """Return an option's value for a configuration, on the model's scale."""
        chosen = self.model.configuration(configuration)
        value = option.values.get(chosen.base, 0.0)
        if chosen.rag:
            value += option.values.get(self.model.addon.id, 0.0)
        return value

    # ----------------------------------------------------------------- what if

    def _flips(self, given: Mapping[str, str], winner: int) -> tuple[Flip, ...]:
        """Return every single other answer that changes the winner, the smallest change first."""
        base = self._tables.row(given)
        changes, rows = [], []
        for q, criterion in enumerate(self.model.criteria):
            if not self._tables.applicable(criterion, given):
                continue
            for o, option in enumerate(criterion.names):
                if o == base[q]:
                    continue
                row = base.copy()
                row[q] = o
                rows.append(row)
                changes.append((self._distance(int(base[q]), o), q, option))
        winners = self._tables.winners(np.array(rows)).tolist()
        flips = []
        for (step, q, option), other in zip(changes, winners, strict=True):
            if other != winner:
                recommendation = self.model.configurations[other].id
                flip = Flip(self.model.criteria[q].id, option, recommendation, step)
                flips.append((step, q, flip))
        flips.sort(key=itemgetter(0, 1))
        return tuple(flip for _, _, flip in flips)

    def _distance(self, current: int, other: int) -> float:
        """Return how many options lie between two answers; half a step from an open one."""
        if current == self._tables.blank:
            return OPEN_STEP
        return abs(other - current)

    def _is_lever(self, flip: Flip, given: Mapping[str, str]) -> bool:
        """Report whether a flip is a step forward on something an organisation can work on."""
        if flip.criterion not in self.guidance.levers or flip.criterion not in given:
            return False
        options = self.model.criterion(flip.criterion).names
        return options.index(flip.option) > options.index(given[flip.criterion])

    def _open_weights(self, given: Mapping[str, str], winner: str) -> Weights:
        """Return whether a tuned model must, or had better, run in-house."""
        if self.model.configuration(winner).base != TUNED:
            return ""
        if _any_given(given, self.model.open_weights_required):
            return "required"
        if _any_given(given, self.model.open_weights_preferred):
            return "preferred"
        return ""

    # ----------------------------------------------------------------- the order of questions

    def step(self, answers: Mapping[str, str], skipped: Collection[str] = ()) -> Step:
        """Return the next question, or why asking ends. `skipped` were asked and left open."""
        return self._step(tuple(sorted(self.validate(answers).items())), frozenset(skipped))

    def _work_out_step(self, answers: tuple[tuple[str, str], ...], skipped: frozenset[str]) -> Step:
        return self._order.step(dict(answers), skipped)

    def next_question(
        self, answers: Mapping[str, str], skipped: Collection[str] = ()
    ) -> Question | None:
        """Return the question worth asking next, or None when none is."""
        return self.step(answers, skipped).question

    # ----------------------------------------------------------------- checks that need computing

    def _check_winners(self) -> None:
        """Prove by example that each configuration wins for somebody."""
        count = len(self.model.criteria)
        table = uniform(1, TRIES * count).reshape(TRIES, count)
        rows = (table * self._tables.counts).astype(np.intp)
        winners = set(self._tables.winners(rows).tolist())
        for number, configuration in enumerate(self.model.configurations):
            if number not in winners and not self._can_win(number, rows):
                raise invalid(f"configs.{configuration.id}", "never_wins")

    def _can_win(self, number: int, rows: Rows) -> bool:
        """
        Climb from the most favourable of `rows`, one answer at a time, towards a lead for this
        configuration.
        """
        best = rows[int(np.argmax(self._lead(rows, number)))]
        while True:
            near = self._around(best)
            if number in self._tables.winners(near):
                return True
            leads = self._lead(near, number)
            if leads.max() <= leads[0]:
                return False
            best = near[int(np.argmax(leads))]

    def _around(self, row: Rows) -> Rows:
        """Return the row, and every row with one other answer, "not sure" included."""
        rows = [row]
        for q, count in enumerate(self._tables.counts.tolist()):
            for number in (*range(count), self._tables.blank):
                other = row.copy()
                other[q] = number
                rows.append(other)
        return np.array(rows)

    def _lead(self, rows: Rows, number: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """
        Return by row how far a configuration is ahead of the best other, in points; far behind
        where it is excluded.
        """
        rows = self._tables.effective(rows)
        scores = np.where(self._tables.feasible(rows), self._tables.scores(rows), -1000.0)
        return np.asarray(scores[:, number] - np.delete(scores, number, axis=1).max(axis=1))


def _runner_up(standings: Sequence[Standing]) -> str | None:
    """Return the best after the first that is not excluded."""
    for standing in standings[1:]:
        if not standing.excluded_by:
            return standing.id
    return None


def _any_given(given: Mapping[str, str], rows: Mapping[str, frozenset[str]]) -> bool:
    """Report whether one of the answers named by criterion was given."""
    return any(given.get(criterion) in options for criterion, options in rows.items())


def _strength(reason: Reason) -> float:
    """Order reasons by their points, the largest first whatever their sign."""
    return -abs(reason.points)
