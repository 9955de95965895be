"""
Team mode: a run for each person, then where they differ, what that means for the result, and what
they agree on.

Nobody sees another's answers before they have finished their own; each is told at the start that
names will be shown.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from handlers.actions.choose import JoinTeam, OpenTeam
from handlers.choose.decision_models import DecisionModels
from handlers.choose.dialog import Dialog
from handlers.choose.question import resume
from handlers.choose.runs import Run, Runs
from handlers.choose.team import Member, Team, Teams
from handlers.choose.team_view import Progress, TeamView
from handlers.choose.wording import Wording
from handlers.conversation import (
    Block,
    Button,
    Buttons,
    Heading,
    Message,
    Paragraph,
    Reply,
)
from handlers.texts import Texts
from knowledge.values import Language

BEGUN, SHARED = "team.begun:", "team.shared:"  # begin the names of what goes on, before a team's id
# what goes on by its name, and what to say of it in a language
Redraw = Callable[[str, Callable[[Language], Reply]], Awaitable[None]]


class Teamwork:
    """Begins, joins and shows teams."""

    def __init__(
        self, models: DecisionModels, runs: Runs, teams: Teams, dialog: Dialog, texts: Texts
    ) -> None:
        self._models = models
        self._runs = runs
        self._teams = teams
        self._dialog = dialog
        self._texts = texts
        self._redraw: dict[str, Redraw] = {}

    def reach(self, platform: str, redraw: Redraw) -> None:
        """Let a platform draw anew what it shows of a team."""
        self._redraw[platform] = redraw

    async def changed(self, id_: str) -> None:
        """Draw anew, everywhere, how far a team is and what it agrees on."""
        team = await self._teams.load(id_)
        if team is None:
            return
        advisor = await self._models.of(team.model)
        if advisor is None:
            return
        progress = await self._progress(team)

        def begun(language: Language) -> Reply:
            return _begun(team, progress, Wording(self._texts, language))

        def shared(language: Language) -> Reply:
            return TeamView(team, advisor, progress, Wording(self._texts, language)).standing()

        for redraw in self._redraw.values():
            await redraw(f"{BEGUN}{id_}", begun)
            await redraw(f"{SHARED}{id_}", shared)

    async def begin(self, message: Message) -> Reply:
        """Open a team and show how to join it; the channel may see this."""
        say = Wording.to(message, self._texts)
        advisor = await self._models.current()
        await self._models.keep(advisor)
        team = await self._teams.begin(message.person, advisor.model.sha256)
        return _begun(team, (), say)

    async def show(self, message: Message, id_: str, *, share: bool = False) -> Reply:
        """Show where a team stands to one who has finished their own run, or to its channel."""
        say = Wording.to(message, self._texts)
        team = await self._teams.load(id_)
        advisor = None
        if team is not None:
            advisor = await self._models.of(team.model)
        if team is None or advisor is None:
            return say.reply("team_gone")
        progress = await self._progress(team)
        if team.member(message.person.id) is None:
            return _counted(say("team_members_only", name=team.name), progress, say)
        own = [one for one in progress if one.member.person == message.person.id]
        if not own:  # whoever deleted their run answers anew
            return await self.join(message, id_)
        if not own[0].run.done:
            counted = _counted(say("team_first"), progress, say)
            ways = Buttons((resume(own[0].run, say),))
            return replace(counted, blocks=(*counted.blocks, ways))
        reply = TeamView(team, advisor, progress, say).standing()
        if share:
            return replace(reply, share=True, live=f"{SHARED}{id_}")
        return replace(reply, private=True)

    async def join(self, message: Message, id_: str, *, anew: bool = False) -> Reply:
        """
        Begin the person's own run in a team, or go on with it; another unfinished run is asked
        about first.
        """
        team = await self._team(id_)
        if team is None:
            return Wording.to(message, self._texts).reply("team_gone")
        member = team.member(message.person.id)
        if member is not None:
            run = await self._runs.load(member.run)
            if run is not None:
                return await self._dialog.ask(message, run)
        running = await self._runs.active(message.person.id)
        if running is not None and not running.blank and not anew:
            return self._which(message, team, running)
        return await self._enter(message, team)

    async def renew(self, message: Message, id_: str) -> Reply:
        """Begin the person's own run in a team anew; it takes the place of the one before."""
        team = await self._team(id_)
        if team is None:
            return Wording.to(message, self._texts).reply("team_gone")
        return await self._enter(message, team)

    async def _team(self, id_: str) -> Team | None:
        if not id_:
            return None
        return await self._teams.load(id_)

    async def _enter(self, message: Message, team: Team) -> Reply:
        say = Wording.to(message, self._texts)
        fresh = Run("", message.person.id, message.person.name, team.model, team=team.id)
        run = await self._dialog.begin(fresh)
        if run.team != team.id:
            return say.reply("team_full")
        joined = await self._teams.join(team.id, Member(run.person, run.name, run.id))
        if joined is None:
            return say.reply("team_full")
        await self.changed(team.id)
        return await self._dialog.ask(message, run, say("team_joined", name=team.name))

    def _which(self, message: Message, team: Team, running: Run) -> Reply:
        """Ask which is meant: the person's own unfinished run, or the team's."""
        say = Wording.to(message, self._texts)
        text = say("team_which", count=len(running.asked))
        begin = Button(say("team_anew"), JoinTeam(team.id, anew=True))
        ways = Buttons((resume(running, say), begin))
        return Reply(text, (Paragraph(text), ways), private=True)

    async def _progress(self, team: Team) -> list[Progress]:
        """Return how far the members are whose run is still kept, in the order they came."""
        progress = []
        for member in team.members:
            run = await self._runs.load(member.run)
            if run is not None:
                progress.append(Progress(member, run))
        return progress


def _begun(team: Team, progress: Sequence[Progress], say: Wording) -> Reply:
    """Return how to join a team and how far it is; the channel may see this."""
    text = say("team_begun", name=team.name, id=team.id)
    join = Button(say("team_join"), JoinTeam(team.id), "primary")
    show = Button(say("team_show"), OpenTeam(team.id))
    blocks: list[Block] = [Heading(say("team_title")), Paragraph(text)]
    if progress:
        blocks.append(Paragraph(_count(progress, say), "note"))
    return Reply(text, (*blocks, Buttons((join, show))), live=f"{BEGUN}{team.id}")


def _counted(text: str, progress: Sequence[Progress], say: Wording) -> Reply:
    """Say something to one who may not see a team's answers, with how far it is."""
    count = _count(progress, say)
    return Reply(f"{text}\n{count}", (Paragraph(text), Paragraph(count, "note")), private=True)


def _count(progress: Sequence[Progress], say: Wording) -> str:
    done = [one for one in progress if one.run.done]
    return say("team_count", count=len(progress), done=len(done))
