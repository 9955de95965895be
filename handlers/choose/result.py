"""
How a recommendation looks: short first, then everything that defends it. Pure; every figure comes
from the result.
"""

from string import Template

from handlers.choose import figures
from handlers.choose.question import restart, resume
from handlers.choose.runs import Run
from handlers.conversation import (
    Bar,
    Block,
    Button,
    Buttons,
    Chart,
    Details,
    Fact,
    Facts,
    Feedback,
    Heading,
    Paragraph,
    Press,
    Reply,
)
from handlers.texts import Texts
from knowledge.advisor.engine import Advisor
from knowledge.advisor.record import Flip, Reason, Result
from knowledge.values import Language, Phrase

TOP = 3  # reasons and differences shown first
ACTIONS = ("whatif", "compare", "share", "memo", "question")


class ResultView:
    """One run's result in one language."""

    def __init__(
        self, advisor: Advisor, texts: Texts, result: Result, language: Language, run: Run
    ) -> None:
        self.advisor = advisor
        self.result = result
        self.language = language
        self.run = run
        self.advice = advisor.guidance.advice[result.recommendation]
        self._texts = texts

    def full(self) -> Reply:
        """Return the finished run's result with all its buttons."""
        blocks = (
            *self._short(),
            *self.details(),
            self._small_print(),
            self._actions(),
            Feedback(self.run.id),
        )
        return Reply(self.text(), blocks)

    def preview(self) -> Reply:
        """Return the result so far, clearly marked, with the way back to the questions."""
        note = self.say("preview_note", count=len(self.result.answers))
        on = Buttons((resume(self.run, self._texts, self.language),))
        return Reply(
            f"{note}\n{self.text()}",
            (Paragraph(note, "note"), *self._short(), self._small_print(), on),
        )

    def plain(self) -> Reply:
        """Return the result of answers that belong to no run, which has nothing to press."""
        return Reply(self.text(), (*self._short(), *self.details(), self._small_print()))

    def shared(self) -> Reply:
        """Return what a channel sees: the result without the asker's own buttons."""
        lead = self.say("shared", name=self.run.name)
        return Reply(
            f"{lead}\n{self.text()}", (Paragraph(lead, "quiet"), *self.plain().blocks), share=True
        )

    def text(self) -> str:
        """
        Return the result as text that is complete by itself, the figures of the chart included.
        """
        bars = " / ".join(f"{_mark(bar)}{bar.short} {bar.shown}" for bar in self.chart().bars)
        return "\n".join(
            (self.headline(), self.advice.summary.to(self.language), self.robustness(), bars)
        )

    # ----------------------------------------------------------------- sentences

    def headline(self) -> str:
        result = self.result
        best = self.say(
            "best", name=self.name(result.recommendation), points=self.points(result.recommendation)
        )
        if result.runner_up is None or result.margin is None:
            return self.say("two_sentences", a=best, b=self.say("no_runner_up"))
        close = result.margin < result.model.rules.close
        second = self.say(
            "close_call" if close else "runner_up",
            name=self.name(result.runner_up),
            points=self.points(result.runner_up),
            margin=figures.points(result.margin),
        )
        return self.say("two_sentences", a=best, b=second)

    def robustness(self) -> str:
        count, same = self._counted(self.result.confidence.weights)
        return self.say("robustness", count=count, same=same)

    def split(self) -> str:
        """
        Return how firm the result is when open answers vary, too: as a whole, its base and its
        decision about RAG.
        """
        confidence, rules = self.result.confidence, self.result.model.rules
        level = (
            "high"
            if confidence.overall >= rules.high
            else "medium"
            if confidence.overall >= rules.medium
            else "low"
        )
        count, overall = self._counted(confidence.overall)
        return self.say(
            "split_text",
            level=self.say(f"level_{level}"),
            count=count,
            overall=overall,
            base=self._counted(confidence.base)[1],
            rag=self._counted(confidence.rag)[1],
        )

    def decisions(self) -> tuple[Fact, ...]:
        """
        Return the two decisions the recommendation is made of, how firm they are, and what is open.
        """
        result = self.result
        chosen = result.model.configuration(result.recommendation)
        facts = [
            Fact(self.say("base"), result.model.block(chosen.base).text.to(self.language)),
            Fact(self.say("rag"), self.say("rag_yes" if chosen.rag else "rag_no")),
            Fact(self.say("robust"), self.robustness()),
            Fact(self.say("split"), self.split()),
        ]
        if result.open_points:
            facts.append(Fact(self.say("open_points"), self.open_points()))
        return tuple(facts)

    def open_points(self) -> str:
        """
        Return what was left open: first what could change the result, then what would not by
        itself.
        """
        changing = {f.criterion for f in self.result.flips}
        groups = (("open_matters", True), ("open_harmless", False))
        said = []
        for key, matters in groups:
            names = [
                self.criterion(c) for c in self.result.open_points if (c in changing) is matters
            ]
            if names:
                said.append(self.say(key, criteria=self.say("listed").join(names)))
        return " / ".join(said)

    def chart(self) -> Chart:
        bars = []
        for standing in self.result.standings:
            by = self.say("listed").join(
                figures.answer(self.advisor, c, o, self.language) for c, o in standing.excluded_by
            )
            best = standing.id == self.result.recommendation
            bars.append(
                Bar(
                    id=standing.id,
                    label=self.name(standing.id),
                    short=self.advisor.guidance.short[standing.id].to(self.language),
                    value=round(standing.score, 1),
                    shown=figures.points(standing.score),
                    state="excluded" if standing.excluded_by else "best" if best else "normal",
                    note=by,
                )
            )
        return Chart(
            self.say("chart", count=len(bars)), self.say("axis"), tuple(bars), self.say("legend")
        )

    # ----------------------------------------------------------------- lists, shared with the memo

    def reasons(self) -> list[str]:
        """
        Return what speaks for the recommendation, strongest first, each with its points and
        sources.
        """
        return [self._reason(r) for r in self.result.reasons if r.points > 0]

    def separates(self) -> list[str]:
        """
        Return what sets the recommendation apart from the runner-up, largest difference first.
        """
        if self.result.runner_up is None:
            return []
        compared = self.advisor.compare(
            self.result.answers, self.result.recommendation, self.result.runner_up
        )
        rows = [self._reason(r) for r in compared.reasons[:TOP]]
        return (
            [*rows, self.say("simplicity", points=figures.signed(compared.offset))]
            if compared.offset
            else rows
        )

    def flips(self) -> list[str]:
        return [self._flip(flip) for flip in self.result.flips]

    def levers(self) -> list[str]:
        """Return what the organisation could bring about, and where that would lead."""
        rows = []
        for flip in self.result.levers:
            option = (
                self.result.model.criterion(flip.criterion)
                .option(flip.option)
                .text.to(self.language)
            )
            start = Template(
                self.advisor.guidance.levers[flip.criterion].to(self.language)
            ).substitute(option=option)
            rows.append(f"{start} → {self.name(flip.recommendation)}")
        return rows

    def excluded(self) -> list[str]:
        return [f"{bar.label}: {bar.note}" for bar in self.chart().bars if bar.state == "excluded"]

    def ranges(self) -> tuple[tuple[str, str, str], ...]:
        """
        Return cost, time and staff: what it is, the rough figure and the grade of its evidence.
        """
        rows = (
            ("cost", self.advice.cost),
            ("time", self.advice.time),
            ("staff", self.advice.staff),
        )
        return tuple((self.say(key), r.text.to(self.language), r.grade) for key, r in rows)

    def risks(self) -> list[str]:
        """
        Return the risks, with what the impact of mistakes, open facts and the place of a tuned
        model add.
        """
        extra = self.advisor.guidance.impact.get(self.result.answers.get("impact", ""), ())
        rows = self.texts_of((*self.advice.risks, *extra))
        rows += [
            self.say("unconfirmed", criterion=self.criterion(c)) for c in self.result.unconfirmed
        ]
        if self.result.open_weights:
            rows.append(self.say(f"open_weights_{self.result.open_weights}"))
        return rows

    def prerequisites(self) -> list[str]:
        return self.texts_of(self.advice.prerequisites)

    def steps(self) -> list[str]:
        return self.texts_of(self.advice.next)

    def rules(self) -> list[str]:
        """Return which company rules settled a question, and where the person objected."""
        rows = []
        for id_, rule in self.run.rules.items():
            chosen = self.result.answers.get(id_)
            asked = figures.answer(self.advisor, id_, rule.option, self.language)
            said = self.say("rule_followed", rule=asked, text=rule.text, source=rule.source)
            if id_ in self.run.objections and chosen is not None:
                own = self.result.model.criterion(id_).option(chosen).text.to(self.language)
                said = self.say(
                    "rule_objected", rule=asked, text=rule.text, source=rule.source, own=own
                )
            rows.append(said)
        return rows

    def details(self) -> tuple[Details, ...]:
        """Return what defends the result, folded: reasons first, next steps last."""
        rough = Facts(
            tuple(
                Fact(label, self.say("grade", text=text, grade=grade))
                for label, text, grade in self.ranges()
            )
        )
        rows = [
            Details(
                self.say("reasons", count=len(self.reasons()[:TOP])),
                (Paragraph(_list(self.reasons()[:TOP])),),
                open=True,
            )
        ]
        optional = (
            ("separates", self.separates()),
            ("flips", self.flips() or [self.say("no_flips")]),
        )
        rows += [
            self._folded(key, found)
            for key, found in (*optional, ("levers", self.levers()))
            if found
        ]
        rows += [
            self._folded(key, found)
            for key, found in (("excluded", self.excluded()), ("rules", self.rules()))
            if found
        ]
        note = Paragraph(
            self.say(
                "two_sentences",
                a=self.advisor.guidance.note.to(self.language),
                b=self.say("grades"),
            ),
            "quiet",
        )
        rows.append(Details(self.say("ranges"), (rough, note)))
        rows.append(self._folded("risks", self.risks()))
        rows.append(self._folded("prerequisites", self.prerequisites()))
        steps = "\n".join(f"{i}. {text}" for i, text in enumerate(self.steps(), 1))
        rows.append(Details(self.say("steps", count=len(self.advice.next)), (Paragraph(steps),)))
        return tuple(rows)

    # ----------------------------------------------------------------- parts

    def _short(self) -> tuple[Block, ...]:
        heading = self.say("heading", name=self.name(self.result.recommendation))
        lead = Paragraph(f"**{self.headline()}**\n{self.advice.summary.to(self.language)}")
        return (Heading(heading), lead, Facts(self.decisions()), self.chart())

    def _folded(self, title: str, rows: list[str]) -> Details:
        return Details(self.say(title), (Paragraph(_list(rows)),))

    def _reason(self, reason: Reason) -> str:
        return self.say(
            "reason",
            answer=figures.answer(self.advisor, reason.criterion, reason.option, self.language),
            points=figures.signed(reason.points),
            sources=figures.sources(reason.sources, self.language),
        )

    def _flip(self, flip: Flip) -> str:
        changed = figures.answer(self.advisor, flip.criterion, flip.option, self.language)
        return f"{changed} → {self.name(flip.recommendation)}"

    def _small_print(self) -> Paragraph:
        model = self.result.model
        return Paragraph(
            self.say("small_print", version=model.version, count=len(model.criteria)), "quiet"
        )

    def _actions(self) -> Buttons:
        data: dict[str, str | int] = {"rid": self.run.id, "rev": self.run.rev}
        items = [
            Button(
                self.say(f"do_{n}"),
                Press(f"choose.{n}", data),
                "primary" if n == "whatif" else "plain",
            )
            for n in ACTIONS
        ]
        if self.run.team:
            items.append(Button(self.say("do_team"), Press("choose.team", {"tid": self.run.team})))
        demo = Button(self.say("do_demo"), Press("demo.open", {"rid": self.run.id}))
        return Buttons((*items, demo, restart(self.run, self._texts, self.language)))

    def _counted(self, share: float) -> tuple[str, str]:
        """Return how many samples there are, and in how many of them something held."""
        samples = self.result.model.rules.samples
        return f"{samples:,}", f"{round(share * samples):,}"

    def texts_of(self, phrases: tuple[Phrase, ...]) -> list[str]:
        return [p.to(self.language) for p in phrases]

    def criterion(self, id_: str) -> str:
        return self.advisor.guidance.criteria[id_].to(self.language)

    def name(self, id_: str) -> str:
        return figures.name(self.advisor, id_, self.language)

    def points(self, id_: str) -> str:
        return figures.points(self.result.standing(id_).score)

    def say(self, name: str, /, **values: object) -> str:
        return self._texts.say(f"choose.{name}", self.language, **values)


def _list(rows: list[str]) -> str:
    return "\n".join(f"- {row}" for row in rows)


def _mark(bar: Bar) -> str:
    return {"best": "◎", "excluded": "✕", "normal": ""}[bar.state]
