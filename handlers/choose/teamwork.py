"""
Team mode: a run for each person, then where they differ, what that means for the result, and what
they agree on.

Nobody sees another's answers before they have finished their own; each is told at the start that
names will be shown.
"""

from dataclasses import dataclass, replace

from handlers.choose import figures
from handlers.choose.decision_models import DecisionModels
from handlers.choose.dialog import Dialog
from handlers.choose.question import resume
from handlers.choose.result import ResultView
from handlers.choose.runs import Run, Runs
from handlers.choose.team import Member, Team, Teams
from handlers.conversation import (
    Block,
    Button,
    Buttons,
    Column,
    Heading,
    Message,
    Paragraph,
    Press,
    Reply,
    Table,
)
from handlers.texts import Texts
from knowledge.advisor.engine import Advisor
from knowledge.advisor.team import Disagreement, agreement, disagreements
from knowledge.values import Language


@dataclass(frozen=True, slots=True)
class Part:
    """One member and how far they are."""

    member: Member
    run: Run


class Teamwork:
    def __init__(
        self, models: DecisionModels, runs: Runs, teams: Teams, dialog: Dialog, texts: Texts
    ) -> None:
        self._models = models
        self._runs = runs
        self._teams = teams
        self._dialog = dialog
        self._texts = texts

    async def begin(self, message: Message) -> Reply:
        """Open a team and show how to join it; the channel may see this."""
        advisor = await self._models.current()
        await self._models.keep(advisor)
        team = await self._teams.begin(message.person, advisor.model.sha256)
        text = self._say(message, "team_begun", name=team.name, id=team.id)
        data = {"tid": team.id}
        items = (
            Button(self._say(message, "team_join"), Press("choose.join", data), "primary"),
            Button(self._say(message, "team_show"), Press("choose.team", data)),
        )
        return Reply(
            text, (Heading(self._say(message, "team_title")), Paragraph(text), Buttons(items))
        )

    async def take(self, message: Message, verb: str, id_: str, *, anew: bool) -> Reply:
        """Do what a team's button says: join it, show it or share where it stands."""
        if verb == "join":
            return await self.join(message, id_, anew=anew)
        team = await self._teams.load(id_)
        advisor = await self._models.of(team.model) if team is not None else None
        if team is None or advisor is None:
            return self._tell(message, "team_gone")
        if team.member(message.person.id) is None:
            return self._tell(message, "team_members_only", name=team.name)
        parts = await self._parts(team)
        own = next(p for p in parts if p.member.person == message.person.id)
        if not own.run.done:
            text = self._say(message, "team_first")
            on = Buttons((resume(own.run, self._texts, message.person.language),))
            return Reply(text, (Paragraph(text), on), private=True)
        reply = self._standing(message, team, advisor, parts)
        return replace(reply, share=True) if verb == "share" else replace(reply, private=True)

    async def join(self, message: Message, id_: str, *, anew: bool = False) -> Reply:
        """
        Begin the person's own run in a team, or go on with it; another unfinished run is asked
        about first.
        """
        team = await self._teams.load(id_) if id_ else None
        if team is None:
            return self._tell(message, "team_gone")
        member = team.member(message.person.id)
        run = await self._runs.load(member.run) if member is not None else None
        if run is not None:
            return await self._dialog.ask(message, run)
        running = await self._runs.active(message.person.id)
        if running is not None and not running.blank and not anew:
            return self._which(message, team, running)
        return await self._enter(message, team)

    async def renew(self, message: Message, id_: str) -> Reply:
        """Begin the person's own run in a team anew; it takes the place of the one before."""
        team = await self._teams.load(id_)
        return (
            self._tell(message, "team_gone") if team is None else await self._enter(message, team)
        )

    async def _enter(self, message: Message, team: Team) -> Reply:
        fresh = Run("", message.person.id, message.person.name, team.model, team=team.id)
        run = await self._dialog.begin(message, fresh)
        if (
            run.team != team.id
            or await self._teams.join(team.id, Member(run.person, run.name, run.id)) is None
        ):
            return self._tell(message, "team_full")
        return await self._dialog.ask(
            message, run, self._say(message, "team_joined", name=team.name)
        )

    def _which(self, message: Message, team: Team, running: Run) -> Reply:
        """Ask which is meant: the person's own unfinished run, or the team's."""
        text = self._say(message, "team_which", count=len(running.asked))
        begin = Button(
            self._say(message, "team_anew"), Press("choose.join", {"tid": team.id, "anew": 1})
        )
        ways = Buttons((resume(running, self._texts, message.person.language), begin))
        return Reply(text, (Paragraph(text), ways), private=True)

    async def _parts(self, team: Team) -> tuple[Part, ...]:
        """Return the members whose run is still kept."""
        runs = [await self._runs.load(m.run) for m in team.members]
        return tuple(
            Part(m, run) for m, run in zip(team.members, runs, strict=True) if run is not None
        )

    # ----------------------------------------------------------------- how it looks

    def _standing(
        self, message: Message, team: Team, advisor: Advisor, parts: tuple[Part, ...]
    ) -> Reply:
        """
        Show each finished person's result, then the differences and the result of what all agree
        on.
        """
        done = [p for p in parts if p.run.done]
        text = self._say(message, "team_status", done=len(done), count=len(parts), id=team.id)
        waiting = self._say(message, "listed").join(p.member.name for p in parts if not p.run.done)
        blocks: list[Block] = [Heading(self._say(message, "team_title")), Paragraph(text)]
        if waiting:
            blocks.append(Paragraph(self._say(message, "team_waiting", names=waiting), "quiet"))
        blocks.append(self._people(message, advisor, done))
        if len(done) > 1:
            found = disagreements(advisor, [p.run.answers for p in done])
            said, agreed = self._agreed(message, advisor, done)
            text = f"{text}\n{said}"
            blocks.append(self._differences(message, advisor, done, found))
            blocks += agreed
        data = {"tid": team.id}
        share = Button(self._say(message, "do_share"), Press("choose.share", data))
        again = Button(self._say(message, "team_again"), Press("choose.team", data))
        return Reply(text, (*blocks, Buttons((again, share))))

    def _people(self, message: Message, advisor: Advisor, done: list[Part]) -> Table:
        language, rows = message.person.language, []
        for part in done:
            best = advisor.standings(part.run.answers)[0]
            name = figures.name(advisor, best.id, language)
            rows.append(
                (part.member.name, name, figures.points(best.score), str(len(part.run.answers)))
            )
        columns = self._columns(
            message,
            ("person", "recommendation", "point", "answered"),
            numbers=("point", "answered"),
        )
        return Table(self._say(message, "team_people"), columns, tuple(rows))

    def _differences(
        self, message: Message, advisor: Advisor, done: list[Part], found: tuple[Disagreement, ...]
    ) -> Table | Paragraph:
        if not found:
            return Paragraph(self._say(message, "team_no_differences"), "note")
        language, rows = message.person.language, []
        for one in found:
            subject = advisor.guidance.criteria[one.criterion].to(language)
            answers = " / ".join(
                self._say(
                    message,
                    "team_answer",
                    answer=advisor.model.criterion(one.criterion)
                    .option(c.option)
                    .text.to(language),
                    names=self._say(message, "listed").join(done[n].member.name for n in c.people),
                )
                for c in one.choices
            )
            rows.append((subject, answers, self._effect(message, advisor, one, language)))
        columns = self._columns(message, ("question_column", "team_answers", "team_effect"))
        return Table(self._say(message, "team_differences", count=len(rows)), columns, tuple(rows))

    def _effect(
        self, message: Message, advisor: Advisor, one: Disagreement, language: Language
    ) -> str:
        if not one.decides:
            return self._say(message, "team_harmless", points=figures.points(one.swing))
        options = advisor.model.criterion(one.criterion)
        ways = (
            f"{options.option(c.option).text.to(language)} → {figures.name(advisor, c.recommendation, language)}"
            for c in one.choices
        )
        return self._say(message, "team_decides", ways=" / ".join(ways))

    def _agreed(
        self, message: Message, advisor: Advisor, done: list[Part]
    ) -> tuple[str, list[Block]]:
        """Return the result under what nobody contradicts, its figures and its open points."""
        answers = agreement([p.run.answers for p in done])
        view = ResultView(
            advisor, self._texts, advisor.evaluate(answers), message.person.language, done[0].run
        )
        said = self._say(message, "team_agreed", count=len(answers), headline=view.headline())
        return said, [Paragraph(said, "note"), Paragraph(view.robustness(), "quiet"), view.chart()]

    def _columns(
        self, message: Message, names: tuple[str, ...], numbers: tuple[str, ...] = ()
    ) -> tuple[Column, ...]:
        return tuple(
            Column(self._say(message, n), "number" if n in numbers else "text") for n in names
        )

    def _tell(self, message: Message, key: str, /, **values: object) -> Reply:
        return Reply(self._say(message, key, **values), private=True)

    def _say(self, message: Message, key: str, /, **values: object) -> str:
        return self._texts.say(f"choose.{key}", message.person.language, **values)
