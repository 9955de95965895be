"""
The guided dialog: one question at a time, a recommendation that can defend itself, and what one can
do with it.

Every press and form carries its run and revision. Old, double and foreign clicks change nothing and
get a friendly sentence.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Mapping
from dataclasses import replace

from handlers.choose.decision_models import DecisionModels
from handlers.choose.dialog import Dialog
from handlers.choose.guidelines import Guidelines
from handlers.choose.outcome import Outcome
from handlers.choose.question import restart, resume
from handlers.choose.runs import Run, Runs
from handlers.choose.team import Teams
from handlers.choose.teamwork import Teamwork
from handlers.conversation import Button, Buttons, Command, Form, Message, Paragraph, Press, Reply
from handlers.sessions import Sessions, SessionsUnavailable
from handlers.texts import Texts
from knowledge.errors import InvalidAnswers

# steps this process works on; of a burst the others wait here, not in the store past its time-out
AT_ONCE = 16
EDITS = (
    "answer",
    "back",
    "skip",
    "express",
    "describe",
    "prefill",
    "open",
)  # presses that change a run or lead to it
HISTORY = ("history", "履歴")
TEAM = ("team", "チーム")
JOIN = ("join", "参加")
EXPRESS = ("express", "5問")
WORDS = frozenset((*HISTORY, *TEAM, *JOIN, *EXPRESS))  # first words this room takes as its own


class Choose:
    def __init__(
        self,
        models: DecisionModels,
        sessions: Sessions,
        texts: Texts,
        guidelines: Guidelines | None = None,
    ) -> None:
        self._models = models
        self._runs = Runs(sessions)
        self._texts = texts
        self._steps = asyncio.Semaphore(AT_ONCE)
        self._dialog = Dialog(models, self._runs, texts, guidelines)
        self._outcome = Outcome(models, self._runs, texts, guidelines)
        self._teamwork = Teamwork(models, self._runs, Teams(sessions), self._dialog, texts)

    # ----------------------------------------------------------------- ways in

    async def start(self, message: Message) -> AsyncIterator[Reply]:
        """Begin a run, or ask which one when another is unfinished."""
        yield await self._safely(message, self._start(message, ""))

    async def command(self, message: Message, command: Command) -> AsyncIterator[Reply]:
        """Take "express", "team", "join …", "history" or the situation in plain words."""
        word, _, rest = command.argument.strip().partition(" ")
        if command.name == "decisions" or word in HISTORY:
            reply = self._outcome.history(message)
        elif word in TEAM and not rest:
            reply = self._teamwork.begin(message)
        elif word in JOIN:
            reply = self._teamwork.join(message, rest.strip())
        else:
            reply = self._start(message, command.argument.strip())
        yield await self._safely(message, reply)

    async def press(self, message: Message, press: Press) -> AsyncIterator[Reply]:
        """
        Take a button; an option drawn as a button ("f" its field, "o" its id) is a form with one
        value.
        """
        picked = (
            {str(press.data["f"]): str(press.data["o"])}
            if "f" in press.data and "o" in press.data
            else {}
        )
        reply = self._take(message, press.action.partition(".")[2], press.data, picked)
        yield await self._safely(message, reply, press.data)

    async def form(self, message: Message, form: Form) -> AsyncIterator[Reply]:
        reply = self._take(message, form.name.partition(".")[2], form.state, form.values)
        yield await self._safely(message, reply, form.state)

    async def topic(self, message: Message, form: Form) -> tuple[str, str] | None:
        """
        Return what a run was about and what came of it, for questions about it; None when it is not
        this person's.
        """
        try:
            run = await self._runs.load(str(form.state.get("rid", "")))
            advisor = await self._models.of(run.model) if run is not None else None
        except SessionsUnavailable:
            return None
        if run is None or advisor is None or run.person != message.person.id:
            return None
        return self._outcome.topic(run, advisor, message.person.language)

    async def _safely(
        self, message: Message, reply: Awaitable[Reply], data: Mapping[str, str | int] | None = None
    ) -> Reply:
        """
        Keep the dialog to its person, and say so when it cannot be remembered or an option does not
        exist.
        """
        try:
            async with self._steps:
                found = await reply
        except SessionsUnavailable:
            found = self._paused(message, data or {})
        except InvalidAnswers as error:
            found = Reply(error.reason.to(message.person.language), private=True)
        return replace(found, private=found.private and not message.audience.private)

    def _paused(self, message: Message, data: Mapping[str, str | int]) -> Reply:
        """Say that the dialog waits for its memory; the button goes on at the same step."""
        text = self._say(message, "away")
        rid = {"rid": data["rid"]} if "rid" in data else {}
        on = Button(
            self._say(message, "resume"),
            Press("choose.resume" if rid else "choose.start", rid),
            "primary",
        )
        return Reply(text, (Paragraph(text, "warning"), Buttons((on,))), private=True)

    async def _start(self, message: Message, word: str) -> Reply:
        express = word in EXPRESS
        running = await self._runs.active(message.person.id)
        if running is not None and not running.blank:
            if express or not word:
                return await self._which(message, running)
            return await self._dialog.read(
                message, running, word, self._say(message, "added", count=len(running.answers))
            )
        if running is None:
            running = await self._dialog.begin(
                message, Run("", message.person.id, message.person.name, "", express=express)
            )
        if express and not running.express:
            changed = await self._runs.save(replace(running, express=True))
            running = (
                changed or await self._runs.load(running.id) or running
            )  # another press came first
        return await (
            self._dialog.read(message, running, word)
            if word and not express
            else self._dialog.ask(message, running)
        )

    async def _which(self, message: Message, run: Run) -> Reply:
        """
        Ask which of two runs is meant: the unfinished one, told by its age and place, or a new one.
        """
        language = message.person.language
        text = self._say(message, "which", count=len(run.asked), date=run.began[:10] or "–")
        ways = Buttons((resume(run, self._texts, language), restart(run, self._texts, language)))
        return Reply(text, (Paragraph(text), ways), private=True)

    # ----------------------------------------------------------------- presses and forms

    async def _take(
        self, message: Message, verb: str, data: Mapping[str, str | int], values: Mapping[str, str]
    ) -> Reply:
        if "tid" in data:
            return await self._teamwork.take(
                message, verb, str(data["tid"]), anew=bool(data.get("anew"))
            )
        if "rid" not in data:
            return await self._without_run(message, verb)
        run = await self._runs.load(str(data["rid"]))
        advisor = await self._models.of(run.model) if run is not None else None
        if run is None or advisor is None:
            text = self._say(message, "expired")
            begin = Button(self._say(message, "begin"), Press("choose.start"), "primary")
            return Reply(text, (Paragraph(text), Buttons((begin,))), private=True)
        if run.person != message.person.id:
            return Reply(self._say(message, "foreign", name=run.name), private=True)
        if verb == "restart":
            return await self._restart(message, run)
        if verb in EDITS:
            return await self._dialog.edit(message, run, verb, data, values)
        if self._outcome.does(verb):
            return await self._outcome.use(message, run, advisor, verb, data, values)
        note = "" if verb in ("resume", "view") else self._say(message, "old_click")
        return await self._dialog.ask(message, run, note)

    async def _without_run(self, message: Message, verb: str) -> Reply:
        match verb:
            case "history":
                return await self._outcome.history(message)
            case "team":
                return await self._teamwork.begin(message)
            case _:
                return await self._start(message, "")

    async def _restart(self, message: Message, run: Run) -> Reply:
        """Begin anew, once: a second click finds the new run and shows it."""
        running = await self._runs.active(message.person.id)
        if running is not None and running.id != run.id:
            return await self._dialog.ask(message, running)
        if run.team:
            return await self._teamwork.renew(message, run.team)
        return await self._dialog.ask(
            message, await self._dialog.begin(message, Run("", run.person, run.name, ""))
        )

    def _say(self, message: Message, key: str, /, **values: object) -> str:
        return self._texts.say(f"choose.{key}", message.person.language, **values)
