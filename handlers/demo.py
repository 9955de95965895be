"""The RAG demo: what one answer did, step by step, from its stored trace and without a new model call."""

from collections.abc import AsyncIterator
from typing import Literal

from handlers.ask import Questions
from handlers.conversation import (
    Block,
    Button,
    Buttons,
    Column,
    Details,
    Heading,
    Message,
    Paragraph,
    Press,
    Reply,
    Step,
    Steps,
    Table,
)
from handlers.people import People
from handlers.sessions import Sessions, SessionsUnavailable
from handlers.texts import Texts
from knowledge.trace import Stage, Trace
from knowledge.values import Language

SHOWN = 8  # candidates in the table


class Demo:
    def __init__(self, sessions: Sessions, people: People, questions: Questions, texts: Texts) -> None:
        self._sessions = sessions
        self._people = people
        self._questions = questions
        self._texts = texts

    async def command(self, message: Message, question: str) -> AsyncIterator[Reply]:
        """Answer `question` and then show how; without a question, take the tour."""
        if not question:
            yield self._tour(message.person.language)
            return
        answer = ""
        async for reply in self._questions.ask(message, question):
            answer = next((b.answer for b in reply.blocks if hasattr(b, "answer")), answer)
            if not answer:
                yield reply
        if answer:
            yield await self._inside(message, answer)

    async def press(self, message: Message, press: Press) -> AsyncIterator[Reply]:
        """Open the trace of an answer, or take the tour."""
        if press.action == "demo.tour" or "aid" not in press.data:
            yield self._tour(message.person.language)
            return
        yield await self._inside(message, str(press.data["aid"]))

    async def _inside(self, message: Message, answer: str) -> Reply:
        language = message.person.language
        try:
            kept = await self._sessions.load("answer", answer)
            stored = await self._sessions.load("trace", str(kept["trace"])) if kept else None
        except SessionsUnavailable:
            return Reply(self._texts.say("feedback.away", language), private=True)
        if kept is None or stored is None:
            return Reply(self._texts.say("ask.expired", language), private=True)
        trace = Trace.from_json(str(stored["trace"]))
        return self._show(trace, self._people.readers(message), language)

    def _show(self, trace: Trace, readers: frozenset[str], language: Language) -> Reply:
        say = self._texts.say
        seen = [c for c in trace.candidates if c.audience in readers]
        hidden = len(trace.candidates) - len(seen)
        total = sum(s.milliseconds for s in trace.stages)
        steps = tuple(
            Step(f"d{n}", say(f"demo.stage_{s.name}", language), "complete", self._detail(s, language))
            for n, s in enumerate(trace.stages, 1)
        )
        rows = tuple(
            (
                str(n),
                c.title,
                c.place.to(language),
                f"{c.score:.2f}",
                say("demo.used", language) if c.used else say("demo.unused", language),
            )
            for n, c in enumerate(seen[:SHOWN], 1)
        )
        kinds: tuple[tuple[str, Literal["text", "number"]], ...] = (
            *(("rank", "number"), ("document", "text"), ("place", "text"), ("score", "number"), ("outcome", "text")),
        )
        columns = tuple(Column(say(f"demo.column_{name}", language), kind) for name, kind in kinds)
        blocks: list[Block] = [
            Heading(say("demo.title", language)),
            Paragraph(say("demo.question", language, question=trace.question)),
            Steps(say("demo.stages", language, n=len(steps), ms=f"{total:.0f}"), steps),
        ]
        if trace.limits:
            blocks.append(Details(say("demo.limits", language), (Paragraph(_list(trace, language), "warning"),), open=True))
        if rows:
            blocks.append(Table(say("demo.candidates", language), columns, rows))
        if hidden:
            blocks.append(Paragraph(say("demo.hidden", language, n=hidden), "quiet"))
        prompt = trace.prompt if not hidden else ""
        blocks.append(Details(say("demo.prompt", language), (Paragraph(prompt or say("demo.no_prompt", language), "code"),)))
        blocks.append(Details(say("demo.check", language), (Paragraph(_checks(trace) or "–"),)))
        blocks.append(Buttons((Button(say("demo.tour_button", language), Press("demo.tour")),)))
        used = sum(c.used for c in seen)
        text = say("demo.text", language, question=trace.question, found=len(seen), used=used)
        return Reply(text, tuple(blocks), private=True, title=say("demo.title", language))

    def _detail(self, stage: Stage, language: Language) -> str:
        parts = [f"{stage.milliseconds:.1f} ms"]
        if stage.name == "search":
            parts.append(self._texts.say("demo.found", language, n=stage.candidates))
        if stage.name == "write":
            parts.append(self._texts.say("demo.kept", language, n=stage.used))
        if stage.tokens_in:
            parts.append(self._texts.say("demo.tokens", language, n=stage.tokens_in, m=stage.tokens_out))
        return " · ".join(parts)

    def _tour(self, language: Language) -> Reply:
        """Five short stops through what slide 18 of the deck warns about."""
        say = self._texts.say
        stops = [say(f"demo.tour_{n}", language) for n in range(1, 6)]
        blocks: list[Block] = [Heading(say("demo.tour_title", language))]
        blocks += [Paragraph(f"{n}. {stop}") for n, stop in enumerate(stops, 1)]
        blocks.append(Paragraph(say("demo.tour_try", language), "quiet"))
        return Reply("\n".join((say("demo.tour_title", language), *stops)), tuple(blocks))


def _list(trace: Trace, language: Language) -> str:
    return "\n".join(f"- {limit.text.to(language)}" for limit in trace.limits)


def _checks(trace: Trace) -> str:
    rows = [f"{n}. {c.sentence} {''.join(f'[{k}]' for k in c.citations)}" for n, c in enumerate(trace.checks, 1)]
    return "\n".join(rows)
