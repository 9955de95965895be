"""How a recommendation looks: short first, then everything that defends it. Pure; every figure comes from the result."""

from string import Template

from handlers import figures
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
from handlers.question import restart, resume
from handlers.runs import Run
from handlers.texts import Texts
from knowledge.advisor.engine import Advisor
from knowledge.advisor.record import Flip, Result
from knowledge.values import Language, Phrase

TOP = 3  # reasons shown first


class ResultView:
    """One result in one language."""

    def __init__(self, advisor: Advisor, texts: Texts, result: Result, language: Language) -> None:
        self._advisor = advisor
        self._texts = texts
        self._result = result
        self._language = language
        self.language = language
        self._advice = advisor.guidance.advice[result.recommendation]

    def full(self, run: Run) -> Reply:
        """Return the finished run's result with all its buttons."""
        blocks = (*self._short(), *self.details(), self._small_print(), self._actions(run), Feedback(run.id))
        return Reply(self.text(), blocks)

    def preview(self, run: Run) -> Reply:
        """Return the result so far, clearly marked, with the way back to the questions."""
        note = self._say("preview_note")
        on = Buttons((resume(run, self._texts, self._language),))
        return Reply(f"{note}\n{self.text()}", (Paragraph(note, "note"), *self._short(), self._small_print(), on))

    def shared(self, run: Run) -> Reply:
        """Return what a channel sees: the result without the asker's own buttons."""
        lead = self._say("shared", name=run.name)
        return Reply(
            f"{lead}\n{self.text()}",
            (Paragraph(lead, "quiet"), *self._short(), *self.details(), self._small_print()),
            share=True,
        )

    def text(self) -> str:
        """Return the result as text that is complete by itself, the figures of the chart included."""
        bars = " / ".join(f"{_mark(bar)}{bar.short} {bar.shown}" for bar in self.chart().bars)
        return "\n".join((self.headline(), self._advice.summary.to(self._language), self.robustness(), bars))

    def headline(self) -> str:
        result = self._result
        best = self._say("best", name=self._name(result.recommendation), points=self._points(result.recommendation))
        if result.runner_up is None or result.margin is None:
            return f"{best} {self._say('no_runner_up')}"
        close = result.margin < result.model.rules.close
        second = self._say(
            "close_call" if close else "runner_up",
            name=self._name(result.runner_up),
            points=self._points(result.runner_up),
            margin=figures.points(result.margin),
        )
        return f"{best} {second}"

    def robustness(self) -> str:
        share = self._result.confidence.weights
        return self._say("robustness", count=f"{self._result.model.rules.samples:,}", percent=figures.percent(share))

    def decisions(self) -> tuple[Fact, ...]:
        """Return the two decisions the recommendation is made of, how firm each is, and what is open."""
        result, language = self._result, self._language
        chosen = result.model.configuration(result.recommendation)
        confidence = result.confidence
        rules = result.model.rules
        level = "high" if confidence.overall >= rules.high else "medium" if confidence.overall >= rules.medium else "low"
        facts = [
            Fact(self._say("base"), result.model.block(chosen.base).text.to(language)),
            Fact(self._say("rag"), self._say("rag_yes" if chosen.rag else "rag_no")),
            Fact(self._say("robust"), self.robustness()),
            Fact(
                self._say("split"),
                self._say(
                    "split_text",
                    level=self._say(f"level_{level}"),
                    overall=figures.percent(confidence.overall),
                    base=figures.percent(confidence.base),
                    rag=figures.percent(confidence.rag),
                ),
            ),
        ]
        if result.open_points:
            facts.append(Fact(self._say("open_points"), self._open_points()))
        return tuple(facts)

    def chart(self) -> Chart:
        bars = []
        for standing in self._result.standings:
            by = ", ".join(figures.answer(self._advisor, c, o, self._language) for c, o in standing.excluded_by)
            best = standing.id == self._result.recommendation
            bars.append(
                Bar(
                    id=standing.id,
                    label=self._name(standing.id),
                    short=self._advisor.guidance.short[standing.id].to(self._language),
                    value=round(standing.score, 1),
                    shown=figures.points(standing.score),
                    state="excluded" if standing.excluded_by else "best" if best else "normal",
                    note=by,
                )
            )
        return Chart(self._say("chart", count=len(bars)), self._say("axis"), tuple(bars), self._say("legend"))

    def details(self) -> tuple[Details, ...]:
        """Return what defends the result, folded: reasons first, next steps last."""
        advice, language = self._advice, self._language
        ranges = (("cost", advice.cost), ("time", advice.time), ("staff", advice.staff))
        rough = Facts(tuple(Fact(self._say(key), f"{r.text.to(language)} ({r.grade})") for key, r in ranges))
        rows = [
            Details(self._say("reasons", count=TOP), (Paragraph(_list(self.reasons()[:TOP])),), open=True),
            self._folded("flips", self.flips() or [self._say("no_flips")]),
        ]
        if levers := self.levers():
            rows.append(self._folded("levers", levers))
        if excluded := self.excluded():
            rows.append(self._folded("excluded", excluded))
        rows.append(Details(self._say("ranges"), (rough, Paragraph(self._advisor.guidance.note.to(language), "quiet"))))
        checks = Paragraph(_list(self._texts_of(advice.prerequisites)))
        rows.append(Details(self._say("risks"), (Paragraph(_list(self.risks())), checks)))
        steps = "\n".join(f"{i}. {text}" for i, text in enumerate(self._texts_of(advice.next), 1))
        rows.append(Details(self._say("steps", count=len(advice.next)), (Paragraph(steps),)))
        return tuple(rows)

    # ----------------------------------------------------------------- lists, shared with the memo

    def reasons(self) -> list[str]:
        """Return what speaks for the recommendation, strongest first, each with its points and sources."""
        return [
            self._say(
                "reason",
                answer=figures.answer(self._advisor, r.criterion, r.option, self._language),
                points=figures.signed(r.points),
                sources=figures.sources(r.sources, self._language),
            )
            for r in self._result.reasons
            if r.points > 0
        ]

    def flips(self) -> list[str]:
        return [self._flip(flip) for flip in self._result.flips]

    def levers(self) -> list[str]:
        """Return what the organisation could bring about, and where that would lead."""
        rows = []
        for flip in self._result.levers:
            option = self._result.model.criterion(flip.criterion).option(flip.option).text.to(self._language)
            start = Template(self._advisor.guidance.levers[flip.criterion].to(self._language)).substitute(option=option)
            rows.append(f"{start} → {self._name(flip.recommendation)}")
        return rows

    def excluded(self) -> list[str]:
        return [f"{bar.label}: {bar.note}" for bar in self.chart().bars if bar.state == "excluded"]

    def risks(self) -> list[str]:
        """Return the risks, with what the impact of mistakes, open facts and the place of a tuned model add."""
        result = self._result
        extra = self._advisor.guidance.impact.get(result.answers.get("impact", ""), ())
        rows = self._texts_of((*self._advice.risks, *extra))
        rows += [
            self._say("unconfirmed", criterion=self._advisor.guidance.criteria[c].to(self._language))
            for c in result.unconfirmed
        ]
        if result.open_weights:
            rows.append(self._say(f"open_weights_{result.open_weights}"))
        return rows

    def memo(self) -> tuple[str, tuple[tuple[str, tuple[str, ...], tuple[tuple[str, ...], ...]], ...]]:
        """Return the memo's title and its sections: title, lines, table."""
        model, advice, language = self._result.model, self._advice, self._language
        answers = tuple(figures.answer(self._advisor, c, o, language) for c, o in self._result.answers.items())
        facts = tuple(f"{f.label}: {f.value}" for f in self.decisions())
        ranges = tuple(r.text.to(language) + f" ({r.grade})" for r in (advice.cost, advice.time, advice.staff))
        head = (self._say("configuration"), self._say("point"), self._say("excluded"))
        chart = (head, *((b.label, b.shown, b.note) for b in self.chart().bars))
        made = self._say("memo_model_text", id=model.id, version=model.version, sha256=model.sha256)
        recompute = ", ".join(f"{c}={o}" for c, o in self._result.answers.items())
        return self._say("memo_title"), (
            (self._say("memo_result"), (self.headline(), advice.summary.to(language), *facts), ()),
            (self._say("chart", count=len(self.chart().bars)), (), chart),
            (self._say("reasons", count=TOP), tuple(row.replace("**", "") for row in self.reasons()[:TOP]), ()),
            (self._say("flips"), tuple(self.flips()) or (self._say("no_flips"),), ()),
            (self._say("ranges"), (*ranges, *advice.evidence, self._advisor.guidance.note.to(language)), ()),
            (self._say("risks"), (*self.risks(), *self._texts_of(advice.prerequisites)), ()),
            (self._say("steps", count=len(advice.next)), tuple(self._texts_of(advice.next)), ()),
            (self._say("memo_answers"), answers, ()),
            (self._say("memo_model"), (made, recompute), ()),
        )

    # ----------------------------------------------------------------- parts

    def _short(self) -> tuple[Block, ...]:
        heading = self._say("heading", name=self._name(self._result.recommendation))
        lead = Paragraph(f"**{self.headline()}**\n{self._advice.summary.to(self._language)}")
        return (Heading(heading), lead, Facts(self.decisions()), self.chart())

    def _folded(self, title: str, rows: list[str]) -> Details:
        return Details(self._say(title), (Paragraph(_list(rows)),))

    def _open_points(self) -> str:
        changing = {f.criterion for f in self._result.flips}
        return self._say("listed").join(
            self._say(
                "open_matters" if c in changing else "open_harmless",
                criterion=self._advisor.guidance.criteria[c].to(self._language),
            )
            for c in self._result.open_points
        )

    def _flip(self, flip: Flip) -> str:
        return (
            f"{figures.answer(self._advisor, flip.criterion, flip.option, self._language)} → {self._name(flip.recommendation)}"
        )

    def _small_print(self) -> Paragraph:
        model = self._result.model
        return Paragraph(self._say("small_print", version=model.version, count=len(model.criteria)), "quiet")

    def _actions(self, run: Run) -> Buttons:
        data: dict[str, str | int] = {"rid": run.id, "rev": run.rev}
        names = ("whatif", "compare", "share", "memo")
        items = tuple(
            Button(self._say(f"do_{n}"), Press(f"choose.{n}", data), "primary" if n == "whatif" else "plain") for n in names
        )
        demo = Button(self._say("do_demo"), Press("demo.open", {"rid": run.id}))
        return Buttons((*items, demo, restart(run, self._texts, self._language)))

    def _texts_of(self, phrases: tuple[Phrase, ...]) -> list[str]:
        return [p.to(self._language) for p in phrases]

    def _name(self, id_: str) -> str:
        return figures.name(self._advisor, id_, self._language)

    def _points(self, id_: str) -> str:
        return figures.points(self._result.standing(id_).score)

    def _say(self, name: str, /, **values: object) -> str:
        return self._texts.say(f"choose.{name}", self._language, **values)


def _list(rows: list[str]) -> str:
    return "\n".join(f"- {row}" for row in rows)


def _mark(bar: Bar) -> str:
    return {"best": "◎", "excluded": "✕", "normal": ""}[bar.state]
