"""
The advisor: answers in, a recommendation that can defend itself out.

Pure and fast; no language model ever touches a number here.
"""

import difflib
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Self

import numpy as np

from knowledge.advisor import guidance as texts
from knowledge.advisor import model as models
from knowledge.advisor.confidence import Samples, uniform
from knowledge.advisor.guidance import Guidance
from knowledge.advisor.order import Order, Question, Step
from knowledge.advisor.parts import invalid, word
from knowledge.advisor.record import Comparison, Flip, Reason, Result, Standing, Weights
from knowledge.advisor.tables import DIGITS, Rows, Tables
from knowledge.advisor.values import UNKNOWN, Model, Option
from knowledge.errors import InvalidAnswers
from knowledge.values import Phrase

SKIPPED = "skipped"  # another word for "not sure" in files of answers
# steps and results remembered: a dialog asks for each several times, and most dialogs begin alike
KEPT = 2048
TRIES = 4096  # random answer sets in which a winner is looked for before searching


class Advisor:
    """One decision model at work. `source` is the YAML it was read from."""

    def __init__(self, model: Model, guidance: Guidance, source: str) -> None:
        self.model = model
        self.guidance = guidance
        self.source = source
        self._tables = Tables(model)
        self._samples = Samples(self._tables)
        self._order = Order(self._tables, self._samples)
        self._step = lru_cache(KEPT)(self._work_out_step)
        self._result = lru_cache(KEPT)(self._work_out_result)

    @classmethod
    def load(cls, model: str | None = None, results: str | None = None) -> Self:
        """
        Read and check the decision model and its texts, given as YAML or built in. About 0.1 s.

        Raises:
            InvalidModel: something is missing or breaks a rule, or a configuration could never win.
        """
        source = models.builtin() if model is None else model
        read = models.load(source)
        advisor = cls(read, texts.load(read, results), source)
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
        known = {c.id: c for c in (*self.model.criteria, *self.model.advisory)}
        valid: dict[str, str] = {}
        for name, given in answers.items():
            if name not in known:
                raise _unknown(
                    "unknown_criterion", Phrase("項目", "criterion"), str(name), list(known)
                )
            option = word(given)
            if given is None or option in (UNKNOWN, SKIPPED):
                continue
            options = [o.id for o in known[name].options]
            if option not in options:
                raise _unknown(
                    "unknown_option",
                    Phrase(f"{name} の選択肢", f"option of {name}"),
                    option,
                    options,
                )
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
        best, *others = standings
        flips = self._flips(given, winner)
        open_points = tuple(
            c.id
            for c in self.model.criteria
            if c.id not in given and self._tables.applicable(c, given)
        )
        return Result(
            model=self.model,
            answers=given,
            recommendation=best.id,
            runner_up=next((s.id for s in others if not s.excluded_by), None),
            standings=standings,
            reasons=self._reasons(row[0], best.id),
            confidence=self._samples.confidence(row[0], winner),
            flips=flips,
            levers=tuple(f for f in flips if self._is_lever(f, given)),
            open_points=open_points,
            unconfirmed=tuple(
                c for c in self.guidance.unconfirmed.get(best.id, ()) if c in open_points
            ),
            open_weights=self._open_weights(given, best.id),
        )

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
        return self._standings(
            self._tables.effective(self._tables.row(self.validate(answers))[None, :])
        )

    def compare(self, answers: Mapping[str, str], first: str, second: str) -> Comparison:
        """
        Set two configurations side by side under these answers; positive points favour `first`.
        """
        row = self._tables.effective(self._tables.row(self.validate(answers))[None, :])
        found = {s.id: s for s in self._standings(row)}
        reasons = self._reasons(row[0], first, second)
        rest = found[first].score - found[second].score - sum(r.points for r in reasons)
        return Comparison(found[first], found[second], round(rest, DIGITS), reasons)

    def _standings(self, row: Rows) -> tuple[Standing, ...]:
        scores, feasible = self._tables.scores(row)[0], self._tables.feasible(row)[0]
        order = sorted(range(len(scores)), key=lambda i: (not feasible[i], -scores[i], i))
        return tuple(
            Standing(
                self.model.configurations[i].id,
                float(scores[i]),
                () if feasible[i] else self._excluders(row[0], i),
            )
            for i in order
        )

    def _excluders(self, row: Rows, number: int) -> tuple[tuple[str, str], ...]:
        configuration = self.model.configurations[number]
        addons = {b.id for b in self.model.blocks if b.addon}
        parts = {configuration.base} | (addons if configuration.rag else set())
        return tuple(
            (criterion, option.id)
            for criterion, option in self._given(row)
            if option.excludes & parts or (option.requires and not configuration.rag)
        )

    def _given(self, row: Rows) -> list[tuple[str, Option]]:
        return [
            (c.id, c.options[o])
            for c, o in zip(self.model.criteria, row, strict=True)
            if o != self._tables.blank
        ]

    def _reasons(self, row: Rows, first: str, second: str = "") -> tuple[Reason, ...]:
        reasons = []
        for id_, option in self._given(row):
            criterion = self.model.criterion(id_)
            value = self._value(option, first) - (self._value(option, second) if second else 0.0)
            reasons.append(
                Reason(
                    id_,
                    option.id,
                    criterion.weight * value / self.model.rules.scale,
                    criterion.sources,
                )
            )
        return tuple(sorted((r for r in reasons if r.points), key=lambda r: -abs(r.points)))

    def _value(self, option: Option, configuration: str) -> float:
        chosen = self.model.configuration(configuration)
        addon = next(b.id for b in self.model.blocks if b.addon)
        return option.values.get(chosen.base, 0.0) + (
            option.values.get(addon, 0.0) if chosen.rag else 0.0
        )

    # ----------------------------------------------------------------- what if

    def _flips(self, given: Mapping[str, str], winner: int) -> tuple[Flip, ...]:
        """Return every single other answer that changes the winner, the smallest change first."""
        base, changes, rows = self._tables.row(given), [], []
        for q, criterion in enumerate(self.model.criteria):
            if not self._tables.applicable(criterion, given):
                continue
            for o, option in enumerate(criterion.options):
                if o != base[q]:
                    row = base.copy()
                    row[q] = o
                    step = abs(o - int(base[q])) if base[q] != self._tables.blank else 0.5
                    changes.append((step, q, option.id))
                    rows.append(row)
        winners = self._tables.winners(np.array(rows))
        flips = [
            (
                step,
                q,
                Flip(self.model.criteria[q].id, option, self.model.configurations[w].id, step),
            )
            for (step, q, option), w in zip(changes, winners.tolist(), strict=True)
            if w != winner
        ]
        return tuple(flip for *_, flip in sorted(flips, key=lambda row: row[:2]))

    def _is_lever(self, flip: Flip, given: Mapping[str, str]) -> bool:
        """Report whether a flip is a step forward on something an organisation can work on."""
        if flip.criterion not in self.guidance.levers or flip.criterion not in given:
            return False
        options = [o.id for o in self.model.criterion(flip.criterion).options]
        return options.index(flip.option) > options.index(given[flip.criterion])

    def _open_weights(self, given: Mapping[str, str], winner: str) -> Weights:
        if self.model.configuration(winner).base != "ft":
            return ""
        if any(given.get(c) in options for c, options in self.model.open_weights_required.items()):
            return "required"
        return (
            "preferred"
            if any(given.get(c) in o for c, o in self.model.open_weights_preferred.items())
            else ""
        )

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
        rows = (uniform(1, TRIES * count).reshape(TRIES, count) * self._tables.counts).astype(
            np.intp
        )
        seen = set(self._tables.winners(rows).tolist())
        for number, configuration in enumerate(self.model.configurations):
            if number not in seen and not self._can_win(number, rows):
                place = f"configs.{configuration.id}"
                raise invalid(
                    place,
                    "どの回答でも選ばれません。値を見直してください",
                    "can never win; change its values",
                )

    def _can_win(self, number: int, rows: Rows) -> bool:
        """
        Climb from the most favourable of `rows`, one answer at a time, towards a lead for this
        configuration.
        """
        best = rows[int(np.argmax(self._lead(rows, number)))]
        while True:
            around = [best]
            for q, count in enumerate(self._tables.counts):
                for o in (*range(count), self._tables.blank):
                    row = best.copy()
                    row[q] = o
                    around.append(row)
            near = np.array(around)
            if number in self._tables.winners(near):
                return True
            leads = self._lead(near, number)
            if leads.max() <= leads[0]:
                return False
            best = near[int(np.argmax(leads))]

    def _lead(self, rows: Rows, number: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """
        Return by row how far a configuration is ahead of the best other, in points; far behind
        where it is excluded.
        """
        rows = self._tables.effective(rows)
        scores = np.where(self._tables.feasible(rows), self._tables.scores(rows), -1000.0)
        return np.asarray(scores[:, number] - np.delete(scores, number, axis=1).max(axis=1))


def _unknown(code: str, what: Phrase, name: str, known: list[str]) -> InvalidAnswers:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.0)[0]
    listed = ", ".join(known)
    return InvalidAnswers(
        code,
        Phrase(
            f"「{name}」という{what.ja}はありません。「{near}」ではありませんか。使えるのは {listed} です。",
            f"There is no {what.en} “{name}”. Did you mean “{near}”? Known: {listed}.",
        ),
    )
