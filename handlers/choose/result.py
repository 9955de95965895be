"""
How a recommendation looks: short first, then everything that defends it. Pure; every figure comes
from the result.
"""

from collections.abc import Iterator
from dataclasses import replace
from string import Template
from typing import Literal

from handlers.actions.action import Action
from handlers.actions.choose import (
    AskAboutResult,
    CompareTwo,
    ExportMemo,
    OpenTeam,
    ShareResult,
    TryAnswer,
)
from handlers.actions.demo import OpenTrace
from handlers.choose import figures
from handlers.choose.question import restart, resume
from handlers.choose.runs import Rule, Run
from handlers.choose.wording import Wording
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
    Reply,
)
from handlers.texts import Texts
from knowledge.advisor.engine import Advisor
from knowledge.advisor.guidance import Range
from knowledge.advisor.record import Flip, Reason, Result, Standing
from knowledge.values import Language, Phrase

TOP = 3  # reasons and differences shown first
# The sentences of the parts that are named by a word of their own.
Figure = Literal["cost", "time", "staff"]
Title = Literal["separates", "flips", "levers", "excluded", "rules"]
Step = Literal["do_compare", "do_share", "do_memo", "do_question", "do_team", "do_demo"]
MARKS = {"best": "◎", "excluded": "✕", "normal": ""}


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
        self.say = Wording(texts, language)

    @classmethod
    def of(cls, run: Run, advisor: Advisor, say: Wording) -> "ResultView":
        """Return the view of what a run's answers lead to so far."""
        return cls(advisor, say.texts, advisor.evaluate(run.answers), say.language, run)

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
        ways = Buttons((resume(self.run, self.say),))
        blocks = (*self.say.note(note), *self._short(), self._small_print(), ways)
        return Reply(f"{note}\n{self.text()}", blocks)

    def plain(self) -> Reply:
        """Return the result of answers that belong to no run, which has nothing to press."""
        return Reply(self.text(), (*self._short(), *self.details(), self._small_print()))

    def shared(self) -> Reply:
        """Return what a channel sees: the result without the asker's own buttons."""
        lead = self.say("shared", name=self.run.name)
        blocks = (Paragraph(lead, "quiet"), *self.plain().blocks)
        return Reply(f"{lead}\n{self.text()}", blocks, share=True)

    def text(self) -> str:
        """
        Return the result as text that is complete by itself, the figures of the chart included.
        """
        bars = [f"{MARKS[bar.state]}{bar.short} {bar.shown}" for bar in self.chart().bars]
        summary = self.advice.summary.to(self.language)
        return "\n".join((self.headline(), summary, self.robustness(), " / ".join(bars)))

    # ----------------------------------------------------------------- sentences

    def headline(self) -> str:
        """Return what is recommended, and by how much it leads what comes next."""
        result = self.result
        best = self.say(
            "best", name=self.name(result.recommendation), points=self.points(result.recommendation)
        )
        return self.say("two_sentences", a=best, b=self._next_best())

    def _next_best(self) -> str:
        result = self.result
        if result.runner_up is None or result.margin is None:
            return self.say("no_runner_up")
        name = self.name(result.runner_up)
        points = self.points(result.runner_up)
        margin = figures.points(result.margin)
        if result.margin < result.model.rules.close:
            return self.say("close_call", name=name, points=points, margin=margin)
        return self.say("runner_up", name=name, points=points, margin=margin)

    def robustness(self) -> str:
        """Return in how many samples with other weights the result stays."""
        same = self._samples(self.result.confidence.weights)
        return self.say("robustness", count=self._samples(1), same=same)

    def split(self) -> str:
        """
        Return how firm the result is when open answers vary, too: as a whole, its base and its
        decision about RAG.
        """
        confidence = self.result.confidence
        return self.say(
            "split_text",
            level=self._level(confidence.overall),
            count=self._samples(1),
            overall=self._samples(confidence.overall),
            base=self._samples(confidence.base),
            rag=self._samples(confidence.rag),
        )

    def _level(self, share: float) -> str:
        rules = self.result.model.rules
        if share >= rules.high:
            return self.say("level_high")
        if share >= rules.medium:
            return self.say("level_medium")
        return self.say("level_low")

    def decisions(self) -> tuple[Fact, ...]:
        """
        Return the two decisions the recommendation is made of, how firm they are, and what is open.
        """
        result = self.result
        chosen = result.model.configuration(result.recommendation)
        rag = self.say("rag_no")
        if chosen.rag:
            rag = self.say("rag_yes")
        facts = [
            Fact(self.say("base"), result.model.block(chosen.base).text.to(self.language)),
            Fact(self.say("rag"), rag),
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
        changing = {flip.criterion for flip in self.result.flips}
        matters: list[str] = []
        harmless: list[str] = []
        for criterion in self.result.open_points:
            names = matters if criterion in changing else harmless
            names.append(self.criterion(criterion))
        sentences = []
        if matters:
            sentences.append(self.say("open_matters", criteria=self.say.listed(matters)))
        if harmless:
            sentences.append(self.say("open_harmless", criteria=self.say.listed(harmless)))
        return " / ".join(sentences)

    def chart(self) -> Chart:
        """Return the points of every configuration, best first."""
        bars = tuple(self._bar(standing) for standing in self.result.standings)
        return Chart(self.say("chart", count=len(bars)), self.say("axis"), bars, self.say("legend"))

    def _bar(self, standing: Standing) -> Bar:
        excluded_by = [self._answer(*answer) for answer in standing.excluded_by]
        bar = Bar(
            id=standing.id,
            label=self.name(standing.id),
            short=self.advisor.guidance.short[standing.id].to(self.language),
            value=round(standing.score, 1),
            shown=figures.points(standing.score),
            note=self.say.listed(excluded_by),
        )
        if standing.excluded_by:
            return replace(bar, state="excluded")
        if standing.id == self.result.recommendation:
            return replace(bar, state="best")
        return bar

    # ----------------------------------------------------------------- lists, shared with the memo

    def reasons(self) -> list[str]:
        """
        Return what speaks for the recommendation, strongest first, each with its points and
        sources.
        """
        return [self._reason(reason) for reason in self.result.reasons if reason.points > 0]

    def separates(self) -> list[str]:
        """
        Return what sets the recommendation apart from the runner-up, largest difference first.
        """
        result = self.result
        if result.runner_up is None:
            return []
        compared = self.advisor.compare(result.answers, result.recommendation, result.runner_up)
        rows = [self._reason(reason) for reason in compared.reasons[:TOP]]
        if compared.offset:
            rows.append(self.say("simplicity", points=figures.signed(compared.offset)))
        return rows

    def flips(self) -> list[str]:
        """Return every other answer that would change the result, the smallest change first."""
        return [self._flip(flip) for flip in self.result.flips]

    def levers(self) -> list[str]:
        """Return what the organisation could bring about, and where that would lead."""
        rows = []
        for flip in self.result.levers:
            sentence = Template(self.advisor.guidance.levers[flip.criterion].to(self.language))
            start = sentence.substitute(option=self._option(flip.criterion, flip.option))
            rows.append(f"{start} → {self.name(flip.recommendation)}")
        return rows

    def excluded(self) -> list[str]:
        """Return what is ruled out, each with the answers that do so."""
        return [f"{bar.label}: {bar.note}" for bar in self.chart().bars if bar.state == "excluded"]

    def ranges(self) -> tuple[tuple[str, str, str], ...]:
        """Return cost, time and staff, each with its rough figure and the grade of its evidence."""
        figures_by_name: tuple[tuple[Figure, Range], ...] = (
            ("cost", self.advice.cost),
            ("time", self.advice.time),
            ("staff", self.advice.staff),
        )
        rows = []
        for name, rough in figures_by_name:
            rows.append((self.say(name), rough.text.to(self.language), rough.grade))
        return tuple(rows)

    def risks(self) -> list[str]:
        """
        Return the risks, with what the impact of mistakes, open facts and the place of a tuned
        model add.
        """
        impact = self.result.answers.get("impact", "")
        rows = self.texts_of(self.advice.risks)
        rows += self.texts_of(self.advisor.guidance.impact.get(impact, ()))
        for criterion in self.result.unconfirmed:
            rows.append(self.say("unconfirmed", criterion=self.criterion(criterion)))
        if self.result.open_weights:
            rows.append(self.say(f"open_weights_{self.result.open_weights}"))
        return rows

    def prerequisites(self) -> list[str]:
        """Return what to check before starting."""
        return self.texts_of(self.advice.prerequisites)

    def steps(self) -> list[str]:
        """Return the next steps in order."""
        return self.texts_of(self.advice.next)

    def rules(self) -> list[str]:
        """Return which company rules settled a question, and where the person objected."""
        return [self._rule(criterion, rule) for criterion, rule in self.run.rules.items()]

    def _rule(self, criterion: str, rule: Rule) -> str:
        prescribed = self._answer(criterion, rule.option)
        chosen = self.result.answers.get(criterion)
        if criterion in self.run.objections and chosen is not None:
            own = self._option(criterion, chosen)
            return self.say(
                "rule_objected", rule=prescribed, text=rule.text, source=rule.source, own=own
            )
        return self.say("rule_followed", rule=prescribed, text=rule.text, source=rule.source)

    def details(self) -> tuple[Details, ...]:
        """Return what defends the result, folded: reasons first, next steps last."""
        return tuple(self._details())

    def _details(self) -> Iterator[Details]:
        top = self.reasons()[:TOP]
        yield Details(self.say("reasons", count=len(top)), (Paragraph(_list(top)),), open=True)
        yield from self._folded("separates", self.separates())
        yield from self._folded("flips", self.flips() or [self.say("no_flips")])
        yield from self._folded("levers", self.levers())
        yield from self._folded("excluded", self.excluded())
        yield from self._folded("rules", self.rules())
        yield self._rough()
        yield Details(self.say("risks"), (Paragraph(_list(self.risks())),))
        yield Details(self.say("prerequisites"), (Paragraph(_list(self.prerequisites())),))
        steps = [f"{number}. {step}" for number, step in enumerate(self.steps(), 1)]
        title = self.say("steps", count=len(steps))
        yield Details(title, (Paragraph("\n".join(steps)),))

    # ----------------------------------------------------------------- parts

    def _short(self) -> tuple[Block, ...]:
        heading = self.say("heading", name=self.name(self.result.recommendation))
        lead = Paragraph(f"**{self.headline()}**\n{self.advice.summary.to(self.language)}")
        return (Heading(heading), lead, Facts(self.decisions()), self.chart())

    def _folded(self, title: Title, rows: list[str]) -> Iterator[Details]:
        """Yield a folded list; nothing where it is empty."""
        if rows:
            yield Details(self.say(title), (Paragraph(_list(rows)),))

    def _rough(self) -> Details:
        """Return the rough figures, each with its grade, and what the grades mean."""
        facts = []
        for label, text, grade in self.ranges():
            facts.append(Fact(label, self.say("grade", text=text, grade=grade)))
        note = self.advisor.guidance.note.to(self.language)
        meaning = self.say("two_sentences", a=note, b=self.say("grades"))
        return Details(self.say("ranges"), (Facts(tuple(facts)), Paragraph(meaning, "quiet")))

    def _reason(self, reason: Reason) -> str:
        return self.say(
            "reason",
            answer=self._answer(reason.criterion, reason.option),
            points=figures.signed(reason.points),
            sources=figures.sources(reason.sources, self.language),
        )

    def _flip(self, flip: Flip) -> str:
        return f"{self._answer(flip.criterion, flip.option)} → {self.name(flip.recommendation)}"

    def _small_print(self) -> Paragraph:
        model = self.result.model
        text = self.say("small_print", version=model.version, count=len(model.criteria))
        return Paragraph(text, "quiet")

    def _actions(self) -> Buttons:
        run = self.run
        rows: list[tuple[Step, Action]] = [
            ("do_compare", CompareTwo(run.id, run.rev)),
            ("do_share", ShareResult(run.id, run.rev)),
            ("do_memo", ExportMemo(run.id, run.rev)),
            ("do_question", AskAboutResult(run.id, run.rev)),
        ]
        if run.team:
            rows.append(("do_team", OpenTeam(run.team)))
        rows.append(("do_demo", OpenTrace(run=run.id)))
        buttons = [Button(self.say("do_whatif"), TryAnswer(run.id, run.rev), "primary")]
        buttons += [Button(self.say(label), action) for label, action in rows]
        return Buttons((*buttons, restart(run, self.say)))

    def _samples(self, share: float) -> str:
        """Return in how many samples something held; all of them for a share of 1."""
        return f"{round(share * self.result.model.rules.samples):,}"

    def texts_of(self, phrases: tuple[Phrase, ...]) -> list[str]:
        """Return the phrases in the view's language."""
        return [phrase.to(self.language) for phrase in phrases]

    def criterion(self, id_: str) -> str:
        """Return a criterion's short name."""
        return self.advisor.guidance.criteria[id_].to(self.language)

    def name(self, id_: str) -> str:
        """Return a configuration's full name."""
        return figures.name(self.advisor, id_, self.language)

    def points(self, id_: str) -> str:
        """Return a configuration's points as they are written."""
        return figures.points(self.result.standing(id_).score)

    def _answer(self, criterion: str, option: str) -> str:
        return figures.answer(self.advisor, criterion, option, self.language)

    def _option(self, criterion: str, option: str) -> str:
        return self.result.model.criterion(criterion).option(option).text.to(self.language)


def _list(rows: list[str]) -> str:
    return "\n".join(f"- {row}" for row in rows)
