"""
How a result looks: what to do and what stands in the way first, then everything that defends it.
Pure; every figure comes from the result.
"""

from collections.abc import Iterator
from dataclasses import replace

from handlers.actions.action import Action
from handlers.actions.choose import (
    AnswerRest,
    AskAboutResult,
    AskWhyNot,
    CompareTwo,
    ExportMemo,
    KeepAnswers,
    OpenTeam,
    ShareResult,
    TryAnswer,
)
from handlers.actions.demo import OpenTrace
from handlers.choose import figures
from handlers.choose.question import delete, restart, resume
from handlers.choose.runs import Run
from handlers.choose.sentences import Sentences
from handlers.choose.wording import Wording
from handlers.conversation import (
    Bar,
    Block,
    Button,
    Buttons,
    Chart,
    Column,
    Details,
    Fact,
    Facts,
    Feedback,
    Flat,
    Heading,
    Paragraph,
    Reply,
    Table,
    Tone,
)
from knowledge.advisor.engine import Advisor
from knowledge.advisor.record import Result, Standing, Way
from knowledge.advisor.values import LIST
from knowledge.values import Language

MARKS = {"best": "◎", "excluded": "✕", "normal": ""}
BUTTON = 75  # characters of a button's label
SHORT = 20  # characters of a name in a chart at most


class ResultView:
    """One run's result in one language."""

    def __init__(self, advisor: Advisor, result: Result, say: Wording, run: Run) -> None:
        self.advisor = advisor
        self.result = result
        self.language: Language = say.language
        self.run = run
        self.say = say
        self.words = Sentences(run, advisor, result, say)

    @classmethod
    def of(cls, run: Run, advisor: Advisor, say: Wording) -> "ResultView":
        """Return the view of what a run's answers lead to so far."""
        return cls(advisor, advisor.evaluate(run.answers), say, run)

    def full(self) -> Reply:
        """Return the finished run's result with all its buttons."""
        blocks = (
            *self._short(ways=True),
            *self._stopped(),
            self.chart(),
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
        blocks = (*self.say.note(note), *self._short(), self.chart(), self._small_print(), ways)
        return Reply(f"{note}\n{self.text()}", blocks)

    def plain(self) -> Reply:
        """Return the result of answers that belong to no run, which has nothing to press."""
        blocks = (*self._short(), self.chart(), *self.details(), self._small_print())
        return Reply(self.text(), blocks)

    def shared(self) -> Reply:
        """Return what a channel sees: the result without the asker's own buttons."""
        lead = self.say("shared", name=self.run.name)
        blocks = (Paragraph(lead, "quiet"), *self.plain().blocks)
        return Reply(f"{lead}\n{self.text()}", blocks, share=True)

    def text(self) -> str:
        """Return the result as text that is complete by itself."""
        words = self.words
        rows = [words.headline(), words.certainty(), words.short(), *words.warnings()]
        rows += [words.way(way) for way in self.result.ways]
        for leg in self.result.route:
            rows.append(f"{words.stage(leg)}: {words.does(leg)} ({words.takes(leg)})")
        return "\n".join(row for row in rows if row)

    # ----------------------------------------------------------------- what is seen at once

    def _short(self, *, ways: bool = False) -> tuple[Block, ...]:
        """Return headline, what stands in the way, route and costs; `ways` draws its buttons."""
        words = self.words
        blocks: list[Block] = [Heading(words.title())]
        if self.run.goal:
            blocks.append(Paragraph(self.say("goal_line", goal=self.run.goal), "quiet"))
        blocks.append(Paragraph(f"**{words.headline()}**\n{words.short()}"))
        warned = [text for text in (words.objection(), *words.warnings()) if text]
        blocks += [Paragraph(text, "warning") for text in warned]
        blocks += self._ways(pressed=ways)
        blocks.append(self._route())
        blocks.append(Facts(tuple(self.facts())))
        return tuple(blocks)

    def _ways(self, *, pressed: bool) -> Iterator[Block]:
        """Yield the ways out as a list, or as buttons that take them."""
        if not self.result.ways:
            return
        if not pressed:
            rows = [self.words.way(way) for way in self.result.ways]
            yield Paragraph(f"{self.say('ways')}\n{_list(rows)}", "note")
            return
        buttons = [self._way(way) for way in self.result.ways]
        if any(button.label.endswith("…") for button in buttons):  # whole once, above
            rows = [self.words.way(way) for way in self.result.ways]
            yield Paragraph(_list(rows), "quiet")
        yield Buttons(tuple(buttons), "ways", self.say("ways"))

    def _way(self, way: Way) -> Button:
        changes = LIST.join(f"{criterion}={option}" for criterion, option in way.changes)
        action = KeepAnswers(self.run.id, self.run.rev, changes)
        return Button(self._way_label(way), action)

    def _way_label(self, way: Way) -> str:
        """Return a way out as a button holds it: where it is cut, what it opens is still there."""
        label = self.words.way(way)
        if len(label) <= BUTTON:
            return label
        changes = [self.words.answer(*change) for change in way.changes]
        name = figures.sentence(self.words.name(way.opens))
        label = self.say("way_first", option=name, changes=self.say.listed(changes))
        return label if len(label) <= BUTTON else f"{label[: BUTTON - 1]}…"

    def _route(self) -> Table:
        rows = [self.words.row(leg) for leg in self.result.route]
        return Table(self.say("route"), tuple(self.columns()), tuple(rows))

    def columns(self) -> Iterator[Column]:
        """Yield the columns of the route."""
        for title in (
            self.say("column_stage"),
            self.say("column_do"),
            self.say("column_metric"),
            self.say("column_stop"),
            self.say("column_takes"),
            self.say("column_slides"),
        ):
            yield Column(title)

    def facts(self) -> Iterator[Fact]:
        """Yield what the advice takes, how firmly it stands, what it rests on and what is open."""
        words, needs = self.words, self.result.advice.estimate
        yield Fact(self.say("cost"), words.cost(self.result.advice))
        yield Fact(
            self.say("time"), self.say("months", x=figures.count(needs.months, self.language))
        )
        people = figures.count(needs.people, self.language)
        skill = words.to(self.result.model.notes.skills[needs.skill])
        yield Fact(self.say("staff"), self.say("people_skill", x=people, skill=skill))
        yield Fact(self.say("certainty"), words.word())
        reasons = words.deciding()
        if reasons:
            yield Fact(self.say("why_this"), " / ".join(reasons))
        against = words.unfavourable()
        if against:
            yield Fact(self.say("against"), " / ".join(against))
        flips = words.flips_by_question()
        if flips:
            yield Fact(self.say("flips"), " / ".join(flips))

    def _stopped(self) -> Iterator[Block]:
        """Yield why asking ended, and the way to answer the rest."""
        left = self.advisor.left(self.run.answers, self.run.asked)
        if not left:
            return
        text = self.say("stopped_early", count=len(self.run.turns))
        if self.run.express:
            text = self.say("stopped_express")
        elif self.advisor.step(self.run.answers, self.run.asked).question is not None:
            text = self.say("stopped_by_person", count=len(self.run.turns))
        yield Paragraph(text, "note")
        action = AnswerRest(self.run.id, self.run.rev)
        yield Buttons((Button(self.say("do_rest", count=len(left)), action),), "rest")

    def chart(self) -> Chart:
        """Return the points of the best option of every base, best first."""
        bars = tuple(self._bar(standing) for standing in self.result.standings)
        return Chart(self.say("chart", count=len(bars)), self.say("axis"), bars, self.say("legend"))

    def _bar(self, standing: Standing) -> Bar:
        label = self.words.to(self.advisor.model.block(standing.base).label)
        bar = Bar(
            id=standing.base,
            label=self.words.name(standing.id),
            short=label if len(label) <= SHORT else f"{label[: SHORT - 1]}…",
            value=round(standing.score, 1),
            shown=figures.points(standing.score),
            note=self.words.place(standing),
        )
        advised = self.result.headline != "none_fits"
        if advised and standing.base == self.result.advice.base:
            return replace(bar, state="best")
        if standing.excluded_by or standing.violations:
            return replace(bar, state="excluded")
        return bar

    # ----------------------------------------------------------------- what is folded

    def details(self) -> tuple[Details, ...]:
        """Return what defends the result, folded: reasons first."""
        return tuple(self._details())

    def _details(self) -> Iterator[Details]:
        words = self.words
        yield from self._folded(self.say("all_reasons"), words.reasons())
        yield from self._folded(self.say("against"), words.against())
        flips = words.flips() or [self.say("no_flips")]
        yield from self._folded(self.say("flips"), [words.twin(), *flips])
        yield Details(self.say("considered", count=len(self.result.standings)), (self._options(),))
        yield from self._folded(self.say("twins"), words.twins(), "linked")
        yield from self._folded(self.say("cautions"), words.cautions())
        yield from self._folded(self.say("rules"), words.rules())
        yield from self._folded(self.say("prerequisites"), words.before())
        yield from self._folded(self.say("stands"), words.stands())
        open_ = words.open_points()
        yield from self._folded(self.say("open_points"), open_)
        yield from self._folded(self.say("firmness"), words.firmness())
        yield from self._folded(self.say("sources"), words.sources(), "linked")

    def _folded(self, title: str, rows: list[str], tone: Tone = "plain") -> Iterator[Details]:
        """Yield a folded list; nothing where it is empty."""
        kept = [row for row in rows if row]
        if kept:
            blocks: tuple[Flat, ...] = (Paragraph(_list(kept), tone),)
            yield Details(title, blocks)

    def _options(self) -> Table:
        """Return the best option of every base with its points, costs and what stands against."""
        columns = (
            Column(self.say("configuration")),
            Column(self.say("point"), "number"),
            Column(self.say("first_year")),
            Column(self.say("time")),
            Column(self.say("staff")),
            Column(self.say("possible")),
        )
        rows = [self.option(standing) for standing in self.result.standings]
        return Table(self.say("considered", count=len(rows)), columns, tuple(rows))

    def option(self, standing: Standing) -> tuple[str, ...]:
        """Return one option as a row of the comparison."""
        needs = standing.estimate
        return (
            self.words.name(standing.id),
            figures.points(standing.score),
            figures.span(needs.year, self.language),
            self.say("months", x=figures.count(needs.months, self.language)),
            figures.count(needs.people, self.language),
            self.words.place(standing),
        )

    def _small_print(self) -> Paragraph:
        model = self.result.model
        note = self.words.to(model.notes.range_note)
        text = self.say("small_print", version=model.version, date=model.as_of)
        return Paragraph(self.say("two_sentences", a=note, b=text), "quiet")

    def _actions(self) -> Buttons:
        run = self.run
        at: tuple[str, int] = (run.id, run.rev)
        rows: list[tuple[str, Action]] = [
            (self.say("do_whynot"), AskWhyNot(*at)),
            (self.say("do_question"), AskAboutResult(*at)),
            (self.say("do_memo"), ExportMemo(*at)),
            (self.say("do_share"), ShareResult(*at)),
            (self.say("do_compare"), CompareTwo(*at)),
        ]
        if run.team:
            rows.append((self.say("do_team"), OpenTeam(run.team)))
        rows.append((self.say("do_demo"), OpenTrace(run=run.id)))
        buttons = [Button(self.say("do_whatif"), TryAnswer(*at), "primary")]
        buttons += [Button(label, action) for label, action in rows]
        return Buttons((*buttons, restart(run, self.say), delete(run, self.say)))


def _list(rows: list[str]) -> str:
    return "\n".join(f"- {row}" for row in rows)
