"""
What a result says, sentence by sentence: the same in chat, on pages, in shared results and memos.
Pure; every figure comes from the result.
"""

from collections.abc import Iterator

from handlers.choose import figures
from handlers.choose.runs import Run
from handlers.choose.wording import Wording
from knowledge.advisor.engine import Advisor
from knowledge.advisor.needs import Violation
from knowledge.advisor.record import Leg, Reason, Result, Standing, Way
from knowledge.advisor.values import LIST, Range
from knowledge.values import Phrase

TOP = 3  # reasons, objections and changes shown first
FACTS_WITHOUT = ("task", "docs")  # without these and a goal there is nothing to advise on


class Sentences:
    """One result in one language."""

    def __init__(self, run: Run, advisor: Advisor, result: Result, say: Wording) -> None:
        self.run = run
        self.advisor = advisor
        self.result = result
        self.say = say
        self.language = say.language

    # ----------------------------------------------------------------- names

    def name(self, option: str) -> str:
        """Return an option by its labels."""
        return figures.name(self.advisor, option, self.language)

    def full(self, option: str) -> str:
        """Return an option by its full names."""
        return figures.full(self.advisor, option, self.language)

    def to(self, phrase: Phrase) -> str:
        """Return a phrase in this language."""
        return phrase.to(self.language)

    def answer(self, criterion: str, option: str) -> str:
        """Return "予算: 500万円未満"."""
        return figures.answer(self.advisor, criterion, option, self.language)

    # ----------------------------------------------------------------- the headline

    @property
    def vague(self) -> bool:
        """Report whether nothing is known that advice could rest on."""
        answers = self.result.answers
        if self.run.goal or not self.run.done:
            return False
        return not any(criterion in answers for criterion in FACTS_WITHOUT)

    def headline(self) -> str:
        """Return what is recommended, or why nothing is, and what would fit better."""
        result = self.result
        if self.vague:
            return self.say("headline_trial")
        now, fit = self.full(result.advice.id), self.name(result.fit.id)
        match result.headline:
            case "none_fits":
                text = self.say("headline_none", reason=self.limits(result.fit))
            case "dont":
                text = self.say("headline_dont")
            case "dont_now":
                text = self.say("headline_not_now", need=self._needs() or "–")
            case "first":
                reason = self.limits(result.fit)
                text = self.say("headline_first", now=now, fit=fit, reason=reason)
            case "weak":
                text = self.say("headline_weak", now=now)
            case _:
                text = self.say("headline_fits", now=now)
        return text

    def title(self, *, bare: bool = False) -> str:
        """Return the headline's subject in a few words; `bare` where a column says what it is."""
        result = self.result
        if self.vague:
            return self.say("heading_trial")
        match result.headline:
            case "none_fits":
                return self.say("heading_none")
            case "dont" | "dont_now":
                return self.say("heading_dont")
            case "first":
                return self.say("heading_first", name=self.name(result.advice.id))
            case _:
                name = self.name(result.advice.id)
                return name if bare else self.say("heading", name=name)

    def word(self) -> str:
        """Return how firmly the advice stands, in one word."""
        return self.say(f"word_{self.result.confidence.word}")

    def certainty(self) -> str:
        """Return how firmly the advice stands, as a line that says what it is."""
        return self.say("certainty_line", word=self.word())

    def firmness(self) -> list[str]:
        """Return the figures behind that word, and how often it held on public cases."""
        confidence = self.result.confidence
        share = f"{round(confidence.robust * 100)}"
        margin = figures.points(min(confidence.margin, 99))
        return [
            self.say("confidence", share=share, margin=margin),
            self.say("calibration"),
            self.say("calibration_apart"),
        ]

    def deciding(self) -> list[str]:
        """Return the answers that speak most for the advice, without their points."""
        reasons = [reason for reason in self.result.reasons if reason.points > 0]
        return [self.answer(one.criterion, one.option) for one in reasons[:TOP]]

    def unfavourable(self) -> list[str]:
        """Return what speaks most against the advice, without points."""
        rows = [self.answer(one.criterion, one.option) for one in self.result.against[:TOP]]
        for block in self.result.blocks:
            rows += [self.to(phrase) for phrase in block.against]
        return rows[:TOP]

    def short(self) -> str:
        """Return in a sentence or two what the advice is."""
        return " ".join([self.to(block.short) for block in self.result.blocks])

    def _needs(self) -> str:
        names = [self.to(self.result.model.notes.needs[need]) for need, _ in self.result.unsolved]
        return self.say.listed(names)

    # ----------------------------------------------------------------- what stands in the way

    def warnings(self) -> list[str]:
        """Return what the advice leaves unsolved, and how little is known."""
        result = self.result
        rows = []
        if result.headline not in ("none_fits", "dont", "dont_now") and result.unsolved:
            rows.append(self.say("stays_open", need=self._needs()))
        open_ = [figures.subject(self.advisor, key, self.language) for key in self._unknown()]
        if open_:
            rows.append(self.say("limits_unknown", limits=self.say.listed(open_)))
        return rows

    def _unknown(self) -> Iterator[str]:
        """Yield the limits nobody answered: nothing was held against them."""
        for limit in self.result.model.limits:
            if limit.id != "partner" and limit.id not in self.result.answers:
                yield limit.id

    def limits(self, standing: Standing) -> str:
        """Return what an option needs at least where a limit forbids it; empty where none does."""
        if not standing.violations:
            return ""
        needs = [self._piece(one, one.needed) for one in standing.violations]
        have = [self._piece(one, one.allowed) for one in standing.violations]
        text = self.say(
            "needs_more",
            option=self.name(standing.id),
            need=self.say.listed(needs),
            have=self.say.listed(have),
        )
        return figures.sentence(text)

    def _piece(self, violation: Violation, value: float) -> str:
        match violation.resource:
            case "year":
                return self.say("piece_year", x=figures.money(value, self.language))
            case "months":
                return self.say("piece_months", x=figures.plain(value))
            case "people":
                return self.say("piece_people", x=figures.plain(value))
            case _:
                return self.to(self.result.model.notes.skills[int(value)])

    def way(self, way: Way) -> str:
        """Return a way out: which answers would open which option."""
        changes = [self.answer(*change) for change in way.changes]
        return self.say("way", changes=self.say.listed(changes), option=self.name(way.opens))

    # ----------------------------------------------------------------- the route

    def stage(self, leg: Leg) -> str:
        """Return the name of a stage."""
        if leg.name == "now":
            return self.say("stage_now")
        if leg.name == "next":
            return self.say("stage_next")
        return self.say("stage_only_if")

    def does(self, leg: Leg) -> str:
        """Return what is done in a stage, also for what is added, and what it waits for."""
        rows = [self.to(leg.stage.do)]
        for block, stage in leg.also:
            label = self.to(self.result.model.block(block).label)
            rows.append(f"{label}: {self.to(stage.do)}")
        if leg.violations:
            waits = [self._piece(one, one.needed) for one in leg.violations]
            label = self.to(self.result.model.block(leg.block).label)
            rows.insert(0, self.say("waits_for", option=label, needs=self.say.listed(waits)))
        return figures.sentence(" / ".join(rows))

    def takes(self, leg: Leg) -> str:
        """Return what a stage takes: money, months and people."""
        return self.say(
            "takes",
            money=figures.span(leg.money, self.language),
            months=figures.count(leg.months, self.language),
            people=figures.count(leg.people, self.language),
        )

    def row(self, leg: Leg) -> tuple[str, ...]:
        """Return a stage as a row: its name, what is done, measured, stopped by, and taken."""
        stop = self.to(leg.stage.stop)
        for _, stage in leg.also:
            stop = f"{stop} / {self.to(stage.stop)}"
        return (
            self.stage(leg),
            self.does(leg),
            self.to(leg.stage.metric),
            stop,
            self.takes(leg),
            figures.slides(leg.slides, self.language) or "–",
        )

    def cost(self, standing: Standing) -> str:
        """Return what an option takes for the people and requests given."""
        needs = standing.estimate
        return self.say(
            "cost_text",
            users=self._counted(needs.users),
            requests=self._counted(needs.requests),
            year=figures.span(needs.year, self.language),
            middle=figures.money(needs.middle, self.language),
            month=figures.span(needs.month, self.language),
        )

    def _counted(self, amount: Range) -> str:
        low, high = f"{amount.low:,.0f}", f"{amount.high:,.0f}"
        return figures.between(low, high, self.language)

    # ----------------------------------------------------------------- why, against, what if

    def reasons(self) -> list[str]:
        """Return what speaks for the advice, the heaviest first."""
        return [self._reason(reason) for reason in self.result.reasons if reason.points > 0]

    def _reason(self, reason: Reason) -> str:
        answer = self.answer(reason.criterion, reason.option)
        return self.say("reason", answer=answer, points=figures.signed(reason.points))

    def against(self) -> list[str]:
        """Return what speaks against the advice: answers first, then what is known of it."""
        rows = [self._reason(reason) for reason in self.result.against[:TOP]]
        for block in self.result.blocks:
            rows += [self.to(phrase) for phrase in block.against]
        return rows

    def flips(self) -> list[str]:
        """Return every other answer that would change the approach, the nearest first."""
        rows = []
        for flip in self.result.flips:
            answer = self.answer(flip.criterion, flip.option)
            rows.append(f"{answer} → {self.name(flip.advice)}")
        return rows

    def flips_by_question(self) -> list[str]:
        """Return the nearest change of each question, one a question, at most three."""
        seen: set[str] = set()
        rows = []
        for flip, row in zip(self.result.flips, self.flips(), strict=True):
            if flip.criterion not in seen:
                seen.add(flip.criterion)
                rows.append(row)
        return rows[:TOP]

    def twin(self) -> str:
        """Return what could also be, and the question that decides; empty where nothing is."""
        if self.result.twin is None:
            return ""
        other, criterion = self.result.twin
        question = self.to(self.advisor.model.criterion(criterion).question)
        return self.say("could_also_be", option=self.name(other), question=question)

    def twins(self) -> list[str]:
        """Return organisations that answered alike and how it ended; one line where none is."""
        rows = []
        for twin in self.result.twins:
            row = f"{self.to(twin.did)} → {self.to(twin.result)}"
            if twin.source:
                row = self.say("with_source", text=row, url=twin.source)
            rows.append(row)
        return rows or [self.say("no_twins")]

    def sources(self) -> list[str]:
        """Return where what is said of the advice was read, with date, grade and address."""
        behind = {*self.result.advice.blocks, *self._noted()}
        rows = []
        for source in self.result.model.sources:
            if source.of.isdisjoint(behind):
                continue
            row = self.say(
                "source_row", name=self.to(source.name), date=source.date, grade=source.grade
            )
            rows.append(self.say("with_source", text=row, url=source.url))
        return rows

    def _noted(self) -> Iterator[str]:
        """Yield the notes that answers bring along."""
        answers = self.result.answers
        if answers.get("impact") == "high":
            yield "high_impact"
        if answers.get("personal") == "yes":
            yield "personal_data"
        if answers.get("users") == "public":
            yield "public_bodies"

    def stands(self) -> list[str]:
        """Return where the deck speaks of each part of the advice."""
        return [self.to(block.stands) for block in self.result.blocks]

    def before(self) -> list[str]:
        """Return what to check before starting, first on the platforms that are in use."""
        rows = list(self._on_platforms())
        for block in self.result.blocks:
            rows += [self.to(phrase) for phrase in block.before]
        return rows

    def _on_platforms(self) -> Iterator[str]:
        """Yield what the platforms in use have for the parts of the advice."""
        for platform in self.result.answers.get("platform", "").split(LIST):
            named = self.result.model.notes.platforms.get(platform, {})
            for block in self.result.advice.blocks:
                if block in named:
                    yield self.to(named[block])

    def cautions(self) -> list[str]:
        """Return what the impact of mistakes, personal data and acting add."""
        answers, notes = self.result.answers, self.result.model.notes
        phrases: list[Phrase] = []
        if answers.get("impact") == "high" and self.result.headline not in ("dont", "dont_now"):
            phrases += notes.high_impact
        if answers.get("personal") == "yes":
            phrases += notes.personal_data
        if "agent" in self.result.advice.blocks:
            phrases += notes.agents
        if answers.get("users") == "public":
            phrases += notes.public_bodies
        return [self.to(phrase) for phrase in phrases]

    def open_points(self) -> list[str]:
        """Return the scored questions without an answer, by name."""
        names = self.result.open_points
        return [figures.subject(self.advisor, criterion, self.language) for criterion in names]

    def rules(self) -> list[str]:
        """Return which company rules settled a question, and where the person objected."""
        rows = []
        for criterion, rule in self.run.rules.items():
            prescribed = self.answer(criterion, rule.option)
            own = self.result.answers.get(criterion)
            if criterion in self.run.objections and own is not None:
                text = figures.text(self.advisor, criterion, own, self.language)
                rows.append(
                    self.say(
                        "rule_objected",
                        rule=prescribed,
                        text=rule.text,
                        source=rule.source,
                        own=text,
                    )
                )
            else:
                rows.append(
                    self.say("rule_followed", rule=prescribed, text=rule.text, source=rule.source)
                )
        return rows

    def objection(self) -> str:
        """Return a sentence for the headline where a hard rule was objected to; else empty."""
        if not self.run.objections:
            return ""
        names = [figures.subject(self.advisor, one, self.language) for one in self.run.objections]
        return self.say("objected", subjects=self.say.listed(names))

    def place(self, standing: Standing) -> str:
        """Return why an option is not advised, or that it can be done."""
        if standing.excluded_by:
            answers = [self.answer(*answer) for answer in standing.excluded_by]
            return self.say("excluded_by", answers=self.say.listed(answers))
        if standing.violations:
            needs = [self._piece(one, one.needed) for one in standing.violations]
            have = [self._piece(one, one.allowed) for one in standing.violations]
            need, own = self.say.listed(needs), self.say.listed(have)
            return self.say("needs_short", need=need, have=own)
        return self.say("can_be_done")
