"""
RAG in five minutes: five stops, each with a real run on the built-in deck, ending with what slide
18 warns of.

Nothing here is prepared but the questions: what is shown was just done.
"""

from collections.abc import AsyncIterator, Awaitable, Callable

from handlers.answer_text import lines, titled
from handlers.conversation import (
    Block,
    Button,
    Buttons,
    Details,
    Heading,
    Message,
    Paragraph,
    Press,
    Reply,
)
from handlers.demo.trace_view import TraceView
from handlers.people import People
from handlers.questions.ask import Questions
from handlers.sessions import SessionsUnavailable
from handlers.texts import Texts
from knowledge.answering.trace import Trace
from knowledge.errors import KnowledgeError
from knowledge.values import Answer, Language, SearchKind

STOPS = 5
SHOWN = 5  # candidates at a stop
RUNS: dict[
    int, tuple[str, int, SearchKind]
] = {  # the question of each stop, how many passages it may use, how it is searched
    1: ("question_learn", 6, "whole"),
    2: ("question_learn", 2, "whole"),
    3: ("question_outside", 6, "whole"),
    4: ("question_choose", 6, "words"),
    5: ("question_limits", 6, "whole"),
}


class Tour:
    def __init__(
        self,
        questions: Questions,
        trace: Callable[[str], Awaitable[Trace | None]],
        people: People,
        texts: Texts,
    ) -> None:
        self._questions = questions
        self._trace = trace
        self._people = people
        self._texts = texts

    async def step(self, message: Message, number: int) -> AsyncIterator[Reply]:
        """Take one stop: what it shows, the run itself, and the way on."""
        language = message.person.language
        number = min(max(number, 1), STOPS)
        name, limit, kind = RUNS[number]
        question = self._say(name, language)
        yield Reply(self._say("running", language), final=False, private=True)
        try:
            answer = await self._questions.quietly(message, question, limit=limit, kind=kind)
            trace = await self._trace(answer.id)
        except KnowledgeError as error:
            yield Reply(error.reason.to(language), private=True)
            return
        except SessionsUnavailable:
            trace = None
        if trace is None:
            yield Reply(self._texts.say("feedback.away", language), private=True)
            return
        said = self._say(f"tour_{number}", language)
        blocks: list[Block] = [
            Heading(self._say("tour_title", language, n=number, of=STOPS)),
            Paragraph(said),
        ]
        blocks.append(Paragraph(self._say("tour_asked", language, question=question), "quiet"))
        inside = TraceView(self._texts, language, self._people.readers(message))
        blocks += self._run(number, answer, trace, inside, language)
        blocks.append(self._ways(number, answer.id, language))
        text = f"{self._say('tour_title', language, n=number, of=STOPS)}\n{said}"
        yield Reply(text, tuple(blocks), private=True, title=self._say("tour_button", language))

    def _run(
        self, number: int, answer: Answer, trace: Trace, inside: TraceView, language: Language
    ) -> list[Block]:
        seen = [c for c in trace.candidates if c.audience in inside.readers]
        found = inside.candidates(seen[:SHOWN])
        match number:
            case 1:
                return [inside.stages(trace), *([found] if seen else [])]
            case 3:
                refused = self._say(
                    "tour_refused" if answer.mode == "refused" else "tour_unsure", language
                )
                near = "\n".join(
                    f"- {titled(n.title, language)} {n.place.to(language)}" for n in answer.nearest
                )
                return [Paragraph(refused, "note"), *([Paragraph(near)] if near else [])]
            case 4:
                return [found] if seen else []
            case _:
                last = Paragraph(self._say("tour_caution", language), "warning")
                return [
                    *self._said(answer, language),
                    last if number == STOPS else Details(found.caption, (found,)),
                ]

    def _said(self, answer: Answer, language: Language) -> list[Block]:
        said = "\n".join(lines(answer.sentences)[:SHOWN]) or self._say("with_nothing", language)
        rows = [
            f"[{c.number}] {titled(c.passage.title, language)} {c.passage.place.to(language)}"
            for c in answer.citations
        ]
        return [Paragraph(said, "quote"), *([Paragraph("\n".join(rows), "quiet")] if rows else [])]

    def _ways(self, number: int, answer: str, language: Language) -> Buttons:
        on = Button(
            self._say("tour_next", language), Press("demo.tour", {"n": number + 1}), "primary"
        )
        over = Button(self._texts.say("ask.choose", language), Press("choose.start"), "primary")
        record = Button(self._say("tour_record", language), Press("demo.open", {"aid": answer}))
        first = Button(self._say("tour_first", language), Press("demo.tour", {"n": 1}))
        return Buttons((on, record) if number < STOPS else (over, record, first))

    def _say(self, name: str, language: Language, **values: object) -> str:
        return self._texts.say(f"demo.{name}", language, **values)
