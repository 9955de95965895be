"""
The guided dialog: one question at a time, a recommendation that can defend itself, and what one can do with it.

Every press and form carries its run and revision. Old, double and foreign clicks change nothing and get a friendly sentence.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import replace

from handlers import figures, whatif
from handlers.conversation import Button, Buttons, Command, Form, Message, Paragraph, Press, Reply
from handlers.memo import attachments
from handlers.prefill import Prefill
from handlers.question import EXPRESS, confirm, describe, question, ways_on
from handlers.result import ResultView
from handlers.runs import Run, Runs
from handlers.sessions import Sessions, SessionsUnavailable
from handlers.texts import Texts
from knowledge.advisor.engine import Advisor
from knowledge.advisor.values import UNKNOWN, Criterion
from knowledge.errors import InvalidAnswers
from knowledge.values import Language

Passages = Callable[[str, Message], Awaitable[tuple[str, str] | None]]  # question → (text, source) the reader may see
EDITS = ("answer", "back", "skip", "express", "describe", "prefill")  # presses that change a run or lead to a change


class Choose:
    def __init__(self, advisor: Advisor, sessions: Sessions, texts: Texts, passages: Passages | None = None) -> None:
        self._advisor = advisor
        self._runs = Runs(sessions)
        self._texts = texts
        self._passages = passages
        self._prefill = Prefill.load()

    # ----------------------------------------------------------------- ways in

    async def start(self, message: Message) -> AsyncIterator[Reply]:
        """Begin a run, or ask which one when another is unfinished."""
        yield await self._safely(message, self._start(message, ""))

    async def command(self, message: Message, command: Command) -> AsyncIterator[Reply]:
        """Take "express", "history" or the situation in plain words."""
        word = command.argument.strip()
        listed = command.name == "decisions" or word in ("history", "履歴")
        yield await self._safely(message, self._history(message) if listed else self._start(message, word))

    async def press(self, message: Message, press: Press) -> AsyncIterator[Reply]:
        yield await self._safely(message, self._take(message, press.action.partition(".")[2], press.data, {}))

    async def form(self, message: Message, form: Form) -> AsyncIterator[Reply]:
        yield await self._safely(message, self._take(message, form.name.partition(".")[2], form.state, form.values))

    async def _safely(self, message: Message, reply: Awaitable[Reply]) -> Reply:
        """Keep the dialog to its person, and say so when it cannot be remembered or an option does not exist."""
        try:
            found = await reply
        except SessionsUnavailable:
            found = self._tell(message, "away")
        except InvalidAnswers as error:
            found = Reply(error.reason.to(message.person.language))
        return replace(found, private=not message.audience.private and not found.share)

    async def _start(self, message: Message, word: str) -> Reply:
        running = await self._runs.active(message.person.id)
        if running is not None and not word:
            return ways_on(running, self._say(message, "which"), self._texts, message.person.language)
        fresh = Run("", message.person.id, message.person.name, self._advisor.model.sha256, express=word == "express")
        run = running or await self._runs.begin(fresh)
        if word and word != "express":
            return self._read(message, run, word)
        return await self._ask(message, run)

    async def _history(self, message: Message) -> Reply:
        runs = await self._runs.history(message.person.id)
        if not runs:
            return self._tell(message, "no_history")
        text, language = self._say(message, "history"), message.person.language
        winners = [(run, self._advisor.winner(run.answers)) for run in runs]
        items = tuple(
            Button(figures.name(self._advisor, winner, language), Press("choose.resume", {"rid": run.id, "rev": run.rev}))
            for run, winner in winners
        )
        return Reply(text, (Paragraph(text), Buttons(items)))

    # ----------------------------------------------------------------- presses and forms

    async def _take(self, message: Message, verb: str, data: Mapping[str, str | int], values: Mapping[str, str]) -> Reply:
        if verb == "start" or "rid" not in data:
            return await self._history(message) if verb == "history" else await self._start(message, "")
        run = await self._runs.load(str(data["rid"]))
        if run is None or run.model != self._advisor.model.sha256:
            text = self._say(message, "expired")
            begin = Button(self._say(message, "begin"), Press("choose.start"), "primary")
            return Reply(text, (Paragraph(text), Buttons((begin,))))
        if run.person != message.person.id:
            return self._tell(message, "foreign", name=run.name)
        if verb in EDITS:
            return await self._edit(message, run, verb, data, values)
        return await self._use(message, run, verb, data, values)

    async def _edit(
        self, message: Message, run: Run, verb: str, data: Mapping[str, str | int], values: Mapping[str, str]
    ) -> Reply:
        if data.get("rev") != run.rev or run.done:
            return await self._again(message, run, data, values)
        current = self._next(run)
        given = str(data.get("o") or (values.get(current.id, "") if current else ""))
        match verb:
            case "describe" if not values:
                return describe(run, self._texts, message.person.language)
            case "describe":
                return self._read(message, run, values.get("text", ""))
            case "prefill":
                known = self._advisor.validate(values)
                changed = replace(run, answers={**run.answers, **known})
            case "express":
                changed = replace(run, express=True)
            case "back":
                changed = run.stepped_back()
            case _:
                option = UNKNOWN if verb == "skip" else given
                if current is None or data.get("c", current.id) != current.id:
                    return await self._again(message, run, data, values)
                if not option:
                    return await self._ask(message, run, self._say(message, "required"))
                self._advisor.validate({current.id: option})
                changed = run.answered(current.id, option)
        changed = replace(changed, done=self._next(changed) is None)
        saved = await self._runs.save(changed)
        if saved is None:
            newer = await self._runs.load(run.id)
            return await self._again(message, newer or run, data, values)
        if saved.done:
            await self._runs.finished(saved)
        return await self._ask(message, saved)

    async def _again(self, message: Message, run: Run, data: Mapping[str, str | int], values: Mapping[str, str]) -> Reply:
        """Show where the run stands; the same click twice is no reason to say anything."""
        criterion = str(data.get("c", ""))
        given = str(data.get("o") or values.get(criterion, ""))
        double = bool(criterion) and criterion in run.asked and run.answers.get(criterion, UNKNOWN) == given
        return await self._ask(message, run, "" if double else self._say(message, "old_click"))

    async def _use(
        self, message: Message, run: Run, verb: str, data: Mapping[str, str | int], values: Mapping[str, str]
    ) -> Reply:
        """Do what changes no answers."""
        language, texts = message.person.language, self._texts
        match verb:
            case "resume":
                return await self._ask(message, run)
            case "preview":
                return self._view(run, language).preview(run)
            case "stop":
                return ways_on(run, self._say(message, "stopped"), texts, language)
            case "restart":
                return await self._restart(message, run)
            case "share":
                return self._view(run, language).shared(run)
            case "memo":
                other: Language = "en" if language == "ja" else "ja"
                return self._memo(message, run, other if data.get("lang") == other else language)
            case "whatif":
                return whatif.change(run, self._advisor, texts, language, values.get("change", ""))
            case "compare":
                return whatif.pair(run, self._advisor, texts, language, values.get("first", ""), values.get("second", ""))
            case "source":
                text, source = run.guides.get(str(data.get("c", "")), [self._say(message, "no_source"), ""])
                return Reply(f"{text}\n{source}", (Paragraph(text, "quote"), Paragraph(source, "quiet")), title=source)
            case _:
                return await self._ask(message, run, self._say(message, "old_click"))

    async def _restart(self, message: Message, run: Run) -> Reply:
        """Begin anew, once: a second click finds the new run and shows it."""
        running = await self._runs.active(message.person.id)
        if running is not None and running.id != run.id:
            return await self._ask(message, running)
        return await self._ask(message, await self._runs.begin(Run("", run.person, run.name, run.model)))

    def _memo(self, message: Message, run: Run, language: Language) -> Reply:
        view = self._view(run, language)
        text = self._say(message, "memo_ready")
        other: Language = "en" if language == "ja" else "ja"
        again = Button(
            self._say(message, f"memo_{other}"), Press("choose.memo", {"rid": run.id, "rev": run.rev, "lang": other})
        )
        return Reply(text, (Paragraph(text), Buttons((again,))), attachments=attachments(view))

    def _read(self, message: Message, run: Run, text: str) -> Reply:
        found, torn = self._prefill.read(text)
        language = message.person.language
        names = ", ".join(self._advisor.guidance.criteria[c].to(language) for c in torn)
        note = self._say(message, "torn", criteria=names) if torn else ""
        if not found:
            button = Button(self._say(message, "resume"), Press("choose.resume", {"rid": run.id, "rev": run.rev}), "primary")
            said = note or self._say(message, "nothing_read")
            return Reply(said, (Paragraph(said), Buttons((button,))))
        return confirm(run, found, self._advisor, self._texts, language, note)

    # ----------------------------------------------------------------- where a run stands

    def _next(self, run: Run) -> Criterion | None:
        """Return what to ask next: the engine's choice, at the very end the impact of mistakes, which scores nothing."""
        if run.express and len(run.asked) >= EXPRESS:
            return None
        found = self._advisor.next_question(run.answers, run.asked)
        if found is not None:
            return found.criterion
        advisory = self._advisor.model.advisory if not run.express else ()
        return next((c for c in advisory if c.id not in run.asked and c.id not in run.answers), None)

    async def _ask(self, message: Message, run: Run, note: str = "") -> Reply:
        language = message.person.language
        current = None if run.done else self._next(run)
        if current is None:
            reply = self._view(run, language).full(run)
            return (
                replace(reply, text=f"{note}\n{reply.text}", blocks=(Paragraph(note, "note"), *reply.blocks)) if note else reply
            )
        if self._passages is not None and current.id not in run.guides:
            passage = await self._passages(current.question.to(language), message)
            if passage is not None:
                guided = await self._runs.save(replace(run, guides={**run.guides, current.id: list(passage)}))
                run = guided or run
        return question(run, current, self._advisor, self._texts, language, note)

    def _view(self, run: Run, language: Language) -> ResultView:
        return ResultView(self._advisor, self._texts, self._advisor.evaluate(run.answers), language)

    def _tell(self, message: Message, key: str, /, **values: object) -> Reply:
        return Reply(self._say(message, key, **values))

    def _say(self, message: Message, key: str, /, **values: object) -> str:
        return self._texts.say(f"choose.{key}", message.person.language, **values)
