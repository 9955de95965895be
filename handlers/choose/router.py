"""
The guided dialog: one question at a time, a recommendation that can defend itself, and what one can
do with it.

Every press and form carries its run and revision. Old, double and foreign clicks change nothing and
get a friendly sentence.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import replace
from typing import get_args

from handlers.actions.action import Action
from handlers.actions.choose import (
    AnswerPage,
    AnswerQuestion,
    AnswerRest,
    AskAboutResult,
    DeleteRun,
    DescribeSituation,
    FrameMemo,
    JoinTeam,
    KeepAnswers,
    OfRun,
    OpenTeam,
    RestartRun,
    ResumeRun,
    ShareResult,
    ShowHistory,
    SkipPage,
    StartChoice,
    ViewRun,
)
from handlers.actions.registry import read
from handlers.choose import desk
from handlers.choose.decision_models import DecisionModels
from handlers.choose.dialog import Dialog, Later, Step
from handlers.choose.former import carried
from handlers.choose.framing import Framing
from handlers.choose.guidelines import Guidelines
from handlers.choose.outcome import Outcome, Use
from handlers.choose.question import ways_on
from handlers.choose.reading import Reading
from handlers.choose.reviews import DecisionReviews
from handlers.choose.runs import Open, Run, Runs
from handlers.choose.team import Teams
from handlers.choose.teamwork import Teamwork
from handlers.choose.typed import tells, typed, typed_at_page
from handlers.choose.wording import Wording
from handlers.conversation import Block, Button, Buttons, Command, Form, Message, Paragraph, Reply
from handlers.routes import Routes
from handlers.sessions import Sessions, SessionsUnavailable
from handlers.texts import Texts
from knowledge.advisor.engine import Advisor
from knowledge.advisor.values import Criterion
from knowledge.errors import InvalidAnswers

# steps this process works on; of a burst the others wait here, not in the store past its time-out
AT_ONCE = 16
HISTORY = ("history", "履歴")
TEAM = ("team", "チーム")
JOIN = ("join", "参加")
EXPRESS = ("express", "急いで", "5問", "6問")
WORDS = frozenset((*HISTORY, *TEAM, *JOIN, *EXPRESS))  # first words this room takes as its own

WayIn = StartChoice | ShowHistory | OpenTeam | JoinTeam
OfAnswers = Step | Later | Use | DeleteRun | RestartRun | ResumeRun | ViewRun
OfOwnRun = OfAnswers | FrameMemo
Choice = WayIn | OfOwnRun
NOTHING: Mapping[str, str] = {}  # what a button brings of a form's values


class Choose:
    """The map of the guided dialog: which action does what."""

    def __init__(
        self,
        models: DecisionModels,
        sessions: Sessions,
        texts: Texts,
        guidelines: Guidelines | None = None,
        reading: Reading | None = None,
    ) -> None:
        """`reading` tells how situations in words are read; None is by rules and letters alone."""
        self._reading = reading or Reading.of(None, None)
        self._models = models
        self._runs = Runs(sessions)
        self._texts = texts
        self._steps = asyncio.Semaphore(AT_ONCE)
        self._last_answer: Callable[[str], Awaitable[str]] = _nothing_answered
        self._dialog = Dialog(models, self._runs, texts, guidelines, self._reading)
        self._framing = Framing(self._runs, texts)
        self.reviews = DecisionReviews(models, self._runs, texts)
        self._outcome = Outcome(models, self._runs, texts, guidelines)
        self.teamwork = Teamwork(models, self._runs, Teams(sessions), self._dialog, texts)
        self._dialog.follow(self.teamwork.changed)

    def routes(self, routes: Routes) -> None:
        """Take every button of this room, and every form but a question about a result."""
        for kind in get_args(Choice):
            routes.press(kind, self.press)
            if kind is not AskAboutResult:
                routes.form(kind, self.form)

    def follow(self, last_answer: Callable[[str], Awaitable[str]]) -> None:
        """Take how to learn the id of the last answer that was given at a place."""
        self._last_answer = last_answer

    # ----------------------------------------------------------------- typed answers

    async def open(self, message: Message) -> Open | None:
        """Return the question that stands open for this person at this place, None for none."""
        try:
            put = await self._runs.open(message.person.id)
        except SessionsUnavailable:
            return None
        if put is None or put.place != message.place:
            return None
        return put

    async def typed(self, message: Message, put: Open, text: str) -> AsyncIterator[Reply] | None:
        """Return what a message does at an open question or page, None where it is no answer."""
        try:
            run, advisor = await self._kept(put.run)
        except SessionsUnavailable:
            return None
        if run is None or advisor is None or run.done:
            return None
        following = self._dialog.following(run, advisor)
        if isinstance(following, Criterion):
            return self._at_question(message, run, following, text)
        if following is None:
            return None
        return self._at_page(message, run, text)

    def _at_question(
        self, message: Message, run: Run, question: Criterion, text: str
    ) -> AsyncIterator[Reply] | None:
        """Take a step, or words that tell of what is asked; None where they are no answer."""
        step = typed(text, run, question, self._texts)
        if step is not None:
            return self.press(message, step)
        if tells(text) and self._reading.says(text, question.id):
            return self._described(message, run, text)
        return None

    def _described(self, message: Message, run: Run, text: str) -> AsyncIterator[Reply]:
        """Read what is told, as if it came by the form for it."""
        form = DescribeSituation(run.id, run.rev)
        return self.form(message, form, Form(form.name, form.data, {"text": text}))

    def _at_page(self, message: Message, run: Run, text: str) -> AsyncIterator[Reply] | None:
        """Take words typed at the page of limits; None where they are no answer to it."""
        match typed_at_page(text, self._texts, read=self._reading.says(text)):
            case "skip":
                return self.press(message, SkipPage(run.id, run.rev))
            case "read":
                return self._described(message, run, text)
            case "goal":
                return self._replied(message, self._dialog.telling.wished(message, run, text))
            case "how":
                return self._replied(message, self._dialog.telling.explained(message, run))
            case None:
                return None

    async def _replied(self, message: Message, replying: Awaitable[Reply]) -> AsyncIterator[Reply]:
        yield await self._safely(message, replying)

    async def _put(self, message: Message, reply: Reply) -> None:
        """Note where a question or the page was put, so that its answer may be typed there."""
        if reply.ask is None or reply.ask.form not in (AnswerQuestion.name, AnswerPage.name):
            return
        action = read(Form(reply.ask.form, reply.ask.state, NOTHING))
        if isinstance(action, AnswerQuestion | AnswerPage):
            after = await self._last_answer(message.place)
            await self._runs.put(message.person.id, Open(action.run, message.place, after))

    async def desk(self, message: Message) -> tuple[Block, ...]:
        """Return what this person can go on with."""
        return await desk.rows(message, self._runs, self._texts)

    # ----------------------------------------------------------------- ways in

    async def start(self, message: Message) -> AsyncIterator[Reply]:
        """Begin a run, or ask which one when another is unfinished."""
        yield await self._safely(message, self._start(message, ""))

    async def command(self, message: Message, command: Command) -> AsyncIterator[Reply]:
        """Take "express", "team", "join …", "history" or the situation in plain words."""
        argument = command.argument.strip()
        word, _, rest = argument.partition(" ")
        if command.name == "decisions" or word in HISTORY:
            wanted = rest if word in HISTORY else argument
            reply = self._outcome.history(message, wanted.strip())
        elif word in TEAM and not rest:
            reply = self.teamwork.begin(message)
        elif word in JOIN:
            reply = self.teamwork.join(message, rest.strip())
        else:
            reply = self._start(message, argument)
        yield await self._safely(message, reply)

    async def press(self, message: Message, action: Choice) -> AsyncIterator[Reply]:
        """Do what a button says."""
        yield await self._safely(message, self._take(message, action, NOTHING), action)

    async def form(self, message: Message, action: Choice, form: Form) -> AsyncIterator[Reply]:
        """Do what a form says, with what was filled in."""
        yield await self._safely(message, self._take(message, action, form.values), action)

    async def topic(self, message: Message, action: AskAboutResult) -> tuple[str, str] | None:
        """
        Return what a run was about and what came of it, for questions about it; None when it is not
        this person's.
        """
        own = await self._asked_about(message, action)
        if own is None:
            return None
        return self._outcome.topic(*own, message.person.language)

    async def told(self, message: Message, action: AskAboutResult, text: str) -> Reply | None:
        """Return what a result itself says to a question; None where it does not hold it."""
        own = await self._asked_about(message, action)
        if own is None:
            return None
        return self._outcome.told(*own, message.person.language, text)

    async def _asked_about(
        self, message: Message, action: AskAboutResult
    ) -> tuple[Run, Advisor] | None:
        """Return a run with the model it stands on; None when it is not this person's."""
        try:
            run, advisor = await self._kept(action.run)
        except SessionsUnavailable:
            return None
        if run is None or advisor is None or run.person != message.person.id:
            return None
        return run, advisor

    async def _safely(
        self, message: Message, replying: Awaitable[Reply], action: Action | None = None
    ) -> Reply:
        """
        Keep the dialog to its person, and say so when it cannot be remembered or an option does not
        exist.
        """
        try:
            async with self._steps:
                reply = await replying
            await self._put(message, reply)
        except SessionsUnavailable:
            reply = self._paused(message, action)
        except InvalidAnswers as error:
            reply = Reply(error.reason.to(message.person.language), private=True)
        return replace(reply, private=reply.private and not message.audience.private)

    def _paused(self, message: Message, action: Action | None) -> Reply:
        """Say that the dialog waits for its memory; the button goes on at the same step."""
        say = Wording.to(message, self._texts)
        text = say("away")
        on: Action = StartChoice()
        if isinstance(action, OfRun | ShareResult) and action.run:
            on = ResumeRun(action.run)
        ways = Buttons((Button(say("resume"), on, "primary"),))
        return Reply(text, (Paragraph(text, "warning"), ways), private=True)

    async def _start(self, message: Message, word: str) -> Reply:
        express = word in EXPRESS
        running = await self._runs.active(message.person.id)
        if running is not None and await self._models.of(running.model) is None:
            return await self._renewed(message, running)
        if running is not None and not running.blank:
            return await self._unfinished(message, running, word)
        if running is None:
            fresh = Run("", message.person.id, message.person.name, "", express=express)
            running = await self._dialog.begin(fresh)
        if express and not running.express:
            running = await self._hurried(running)
        if word and not express:
            return await self._dialog.telling.read(message, running, word)
        return await self._dialog.ask(message, running)

    async def _unfinished(self, message: Message, running: Run, word: str) -> Reply:
        """Add plain words to an unfinished run; without any, ask which run is meant."""
        if not word or word in EXPRESS:
            return self._which(message, running)
        note = Wording.to(message, self._texts)("added", count=len(running.answers))
        return await self._dialog.telling.read(message, running, word, note)

    async def _hurried(self, run: Run) -> Run:
        """Return the run as an express one, unless another press came first."""
        changed = await self._runs.save(replace(run, express=True))
        return changed or await self._runs.load(run.id) or run

    def _which(self, message: Message, run: Run) -> Reply:
        """
        Ask which of two runs is meant: the unfinished one, told by its age and place, or a new one.
        """
        say = Wording.to(message, self._texts)
        text = say("which", count=len(run.asked), date=run.began[:10] or "–")
        return replace(ways_on(run, text, say), private=True)

    # ----------------------------------------------------------------- presses and forms

    async def _take(self, message: Message, action: Choice, values: Mapping[str, str]) -> Reply:
        match action:
            case StartChoice(situation=situation):
                return await self._start(message, situation)
            case ShowHistory():
                return await self._outcome.history(message)
            case OpenTeam() | JoinTeam():
                return await self._team(message, action)
            case ShareResult() if action.team:
                return await self.teamwork.show(message, action.team, share=True)
            case _:
                return await self._own(message, action, values)

    async def _team(self, message: Message, action: OpenTeam | JoinTeam) -> Reply:
        """Begin a team, join one or show one."""
        if isinstance(action, JoinTeam):
            return await self.teamwork.join(message, action.team, anew=action.anew)
        if action.team:
            return await self.teamwork.show(message, action.team)
        return await self.teamwork.begin(message)

    async def _own(self, message: Message, action: OfOwnRun, values: Mapping[str, str]) -> Reply:
        """Do something with a run, or with the frame of its memo, for its person alone."""
        run, advisor = await self._kept(action.run)
        if run is None:
            return self._expired(message)
        if run.person != message.person.id:
            return Wording.to(message, self._texts).reply("foreign", name=run.name)
        if advisor is None:
            return await self._renewed(message, run)
        if isinstance(action, FrameMemo):
            return await self._framing.frame(message, run, values)
        return await self._act(message, run, advisor, action, values)

    async def _act(
        self,
        message: Message,
        run: Run,
        advisor: Advisor,
        action: OfAnswers,
        values: Mapping[str, str],
    ) -> Reply:
        """Do something with a run that is the person's own."""
        match action:
            case RestartRun():
                return await self._restart(message, run)
            case DeleteRun():
                return await self._outcome.delete(message, run)
            case ResumeRun() | ViewRun():
                return await self._dialog.ask(message, run)
            case AnswerRest() | KeepAnswers():
                return await self._dialog.change(message, run, action)
            case _ if isinstance(action, Step):
                return await self._dialog.edit(message, run, action, values)
            case _:
                return await self._outcome.use(message, run, advisor, action, values)

    def _expired(self, message: Message) -> Reply:
        """Say that a run is not kept any more, and offer a new one."""
        say = Wording.to(message, self._texts)
        text = say("expired")
        begin = Button(say("begin"), StartChoice(), "primary")
        return Reply(text, (Paragraph(text), Buttons((begin,))), private=True)

    async def _renewed(self, message: Message, run: Run) -> Reply:
        """
        Begin anew what stands on a decision model that is not kept any more, with the answers that
        mean the same.
        """
        answers = carried(run.answers)
        note = Wording.to(message, self._texts)("renewed", count=len(answers))
        fresh = Run("", run.person, run.name, "", answers=answers)
        begun = await self._dialog.begin(fresh)
        return await self._dialog.ask(message, begun, note)

    async def _kept(self, id_: str) -> tuple[Run | None, Advisor | None]:
        """Return a run and its own decision model, as far as they are still kept."""
        run = await self._runs.load(id_)
        if run is None:
            return None, None
        return run, await self._models.of(run.model)

    async def _restart(self, message: Message, run: Run) -> Reply:
        """Begin anew, once: a second click finds the new run and shows it."""
        running = await self._runs.active(message.person.id)
        if running is not None and running.id != run.id:
            return await self._dialog.ask(message, running)
        if run.team:
            return await self.teamwork.renew(message, run.team)
        fresh = await self._dialog.begin(Run("", run.person, run.name, ""))
        return await self._dialog.ask(message, fresh)


async def _nothing_answered(_: str) -> str:
    return ""
