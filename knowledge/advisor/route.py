"""
A way instead of a box: what to do now, what next, and what only if something was measured, each
with what it takes for the people and requests given.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from knowledge.advisor.needs import Feasibility
from knowledge.advisor.record import Leg, Standing
from knowledge.advisor.tables import Tables
from knowledge.advisor.values import COUNT, Block, Layer, Range, Stage

BOUGHT = "api"  # the approach whose additions carry the risk, rather than its base
ADDED: tuple[Layer, ...] = ("knowledge", "action")


class Routes:
    """Makes routes of one model."""

    def __init__(self, tables: Tables, feasibility: Feasibility) -> None:
        self._tables = tables
        self._feasibility = feasibility

    def route(
        self, answers: Mapping[str, str], fit: Standing, now: Standing | None
    ) -> tuple[Leg, ...]:
        """
        Return the stages in order. Where nothing can be done now, the only stage is the beginning
        of what would fit, with the limits it waits for.
        """
        if now is None:
            return (self._waiting(fit),)
        return tuple(self._legs(answers, fit, now))

    def _legs(self, answers: Mapping[str, str], fit: Standing, now: Standing) -> Iterator[Leg]:
        lead = self._lead(now)
        yield self._now(answers, now, lead)
        if now.core == fit.core:
            yield self._leg(lead.next, lead, now)
        else:
            yield self._waiting(fit)
        yield self._only_if(answers, now, lead)

    def _lead(self, standing: Standing) -> Block:
        """Return the block that carries the risk, and whose stages are the route's."""
        model = self._tables.model
        blocks = [model.block(block) for block in standing.blocks]
        lead = blocks[0]
        if lead.approach != BOUGHT:
            return lead
        for block in blocks[1:]:
            if block.layer in ADDED:
                lead = block
        return lead

    def _now(self, answers: Mapping[str, str], now: Standing, lead: Block) -> Leg:
        """Return the first stage: a trial by a few people, for a share of what is built."""
        model = self._tables.model
        pilot = model.pilot
        people = now.estimate.users.high
        few = {**answers, COUNT: str(int(min(people, pilot.users)))}
        row, beside = self._tables.row(few), self._tables.beside(few)
        number = self._tables.position[now.id]
        [trial] = self._feasibility.estimates(row, beside, [number])
        most = model.allows.time.get(answers.get("time", ""), pilot.months)
        span = min(pilot.months, most)  # no trial outlasts the deadline of the first result
        money = Range(
            trial.build.low * pilot.share + span * trial.month.low,
            trial.build.high * pilot.share + span * trial.month.high,
        )
        added = [block for block in now.blocks[1:] if block != lead.id]
        also = [(block, model.block(block).now) for block in added]
        months = Range(span, span)
        least = Range(now.estimate.people.low, now.estimate.people.low)
        return Leg("now", lead.now, lead.id, money, months, least, lead.slides, tuple(also))

    def _waiting(self, fit: Standing) -> Leg:
        """Return the beginning of what would fit better, with the limits it waits for."""
        lead = self._lead(fit)
        leg = self._leg(lead.now, lead, fit)
        return replace(leg, violations=fit.violations)

    def _leg(self, stage: Stage, lead: Block, standing: Standing) -> Leg:
        """Return the second stage, with what the whole option takes."""
        needs = standing.estimate
        return Leg("next", stage, lead.id, needs.year, needs.months, needs.people, lead.slides)

    def _only_if(self, answers: Mapping[str, str], now: Standing, lead: Block) -> Leg:
        """Return the last stage, with what the option it leads to takes."""
        number = self._tables.position[self._then(now, lead)]
        row, beside = self._tables.row(answers), self._tables.beside(answers)
        [needs] = self._feasibility.estimates(row, beside, [number])
        then = self._tables.model.block(lead.then)
        money = needs.year
        return Leg("only_if", lead.only_if, lead.id, money, needs.months, needs.people, then.slides)

    def _then(self, now: Standing, lead: Block) -> str:
        """Return the option a route leads to: another base with the same additions, or one more."""
        then = self._tables.model.block(lead.then)
        additions = [block for block in now.blocks[1:] if block != then.id]
        base = now.base
        if then.layer == "base":
            base = then.id
        elif then.layer == "knowledge":
            others = {block.id for block in self._tables.model.layer("knowledge")}
            additions = [then.id, *[block for block in additions if block not in others]]
        else:
            additions.append(then.id)
        wanted = "+".join([base, *additions])
        if wanted in self._tables.position:
            return wanted
        return base
