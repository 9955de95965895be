"""
What is told in plain words in the dialog: read, shown to be confirmed, or written in as the goal.
Nothing of it counts before the person sends it.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from handlers.choose.decision_models import DecisionModels
from handlers.choose.page import GOAL
from handlers.choose.question import TEXT, confirm, describe, nothing_read
from handlers.choose.reading import TICKS, Reading, Told, contradictions, subjects, ticked
from handlers.choose.runs import Run, Runs
from handlers.choose.situation import LONGEST
from handlers.choose.wording import Wording
from handlers.conversation import Message, Reply
from handlers.texts import Texts
from knowledge.advisor.engine import Advisor

Ask = Callable[[Message, Run, str], Awaitable[Reply]]


class Telling:
    """`ask` shows where a run stands, with a note."""

    def __init__(
        self, models: DecisionModels, runs: Runs, texts: Texts, reading: Reading, ask: Ask
    ) -> None:
        self._models = models
        self._runs = runs
        self._texts = texts
        self._reading = reading
        self._ask = ask

    async def described(self, message: Message, run: Run, values: Mapping[str, str]) -> Reply:
        """Read the situation a form brought; ask for it where there is none."""
        if values:
            return await self.read(message, run, values.get("text", ""))
        reply = describe(run, Wording.to(message, self._texts))
        return replace(reply, private=not run.open)

    async def read(self, message: Message, run: Run, text: str, note: str = "") -> Reply:
        """Propose what was read from plain words."""
        say = Wording.to(message, self._texts)
        advisor = await self._models.of_run(run.model)
        told = await self._reading.read(text, advisor, say.language)
        note = "\n".join(row for row in (note, *_notes(told, advisor, say)) if row)
        if told.nothing:
            reply = nothing_read(run, note or say("nothing_read"), say)
            return replace(reply, private=not run.open)
        words, proposed = dict(run.words), dict(run.proposed)
        for criterion, hit in told.hits.items():
            words[criterion] = hit.words
            proposed[criterion] = hit.option
        situation = _longer(run.situation, text)
        noted = replace(run, situation=situation, words=words, proposed=proposed)
        run = await self._runs.save(noted) or await self._runs.load(run.id) or run
        reply = confirm(run, told, advisor, say, note)
        return replace(reply, private=not run.open)

    def left_out(self, message: Message, advisor: Advisor, values: Mapping[str, str]) -> str:
        """Return what to say of ticks that contradict each other and so do not count."""
        _, torn = ticked(values.get(TICKS, ""))
        if not torn:
            return ""
        say = Wording.to(message, self._texts)
        return say("ticks_torn", criteria=subjects(torn, advisor, say))

    async def wished(self, message: Message, run: Run, text: str) -> Reply:
        """Write words into the page as its goal, where they can still be changed."""
        say = Wording.to(message, self._texts)
        noted = replace(run, goal=text.strip()[:GOAL])
        run = await self._runs.save(noted) or await self._runs.load(run.id) or run
        return await self._ask(message, run, say("typed_goal"))

    async def explained(self, message: Message, run: Run) -> Reply:
        """Show the page again, and say how it can be answered in words."""
        return await self._ask(message, run, Wording.to(message, self._texts)("typed_page"))


def _longer(situation: str, text: str) -> str:
    """Return a situation with what is told of it later, each once."""
    if text in situation:
        return situation
    return f"{situation}\n{text}".strip()[:TEXT]


def _notes(told: Told, advisor: Advisor, say: Wording) -> list[str]:
    """Return what to say of a text before what was read of it."""
    notes = []
    if told.cut:
        notes.append(say("told_cut", count=f"{LONGEST:,}"))
    if told.torn:
        notes.append(contradictions(told.torn, advisor, say))
    return notes
