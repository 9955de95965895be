"""
The tools of the Model Context Protocol, without the protocol: what each is, and what it gives.

Every tool gives a text for the model that called it, and the same as values.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot import shapes
from bot.api.asking import Asking
from bot.api.door import Caller
from bot.api.problems import Problem
from bot.api.reading import malformed, number, text
from bot.platform import Rooms
from bot.shapes import Json
from handlers.choose.result import ResultView
from handlers.choose.runs import Run
from handlers.choose.wording import Wording
from handlers.conversation import Audience, Message, Text
from handlers.people import People
from handlers.texts import Texts
from handlers.tokens import Scope
from knowledge.advisor.engine import Advisor
from knowledge.advisor.record import record
from knowledge.values import Hit, Language, Phrase

HITS = 20  # passages at most
AROUND = 1  # passages before and after an opened one


@dataclass(frozen=True, slots=True)
class Given:
    """What a tool gives: `text` for whoever called it, `values` the same for programs."""

    text: str
    values: Json


@dataclass(frozen=True, slots=True)
class Tool:
    """`takes` is the JSON Schema of its arguments; `scope` is what a token needs for it."""

    name: str
    about: Phrase
    takes: Json
    scope: Scope
    use: Callable[[Caller, dict[str, Any]], Awaitable[Given]]


class Tools:
    def __init__(self, asking: Asking, rooms: Rooms, people: People, texts: Texts) -> None:
        self._asking = asking
        self._rooms = rooms
        self._people = people
        self._texts = texts
        tools = (self._ask_tool(), self._search_tool(), self._open_tool(), self._choose_tool())
        self.all: Mapping[str, Tool] = {tool.name: tool for tool in tools}

    async def use(self, caller: Caller, name: str, arguments: Mapping[str, Any]) -> Given:
        """
        Return what a tool gives.

        Raises:
            Problem: there is no such tool, the token does not reach it, or an argument is off.
            KnowledgeError, SessionsUnavailable
        """
        tool = self.all.get(name)
        if tool is None:
            reason = self._texts.phrase("api.no_tool", name=name, names=", ".join(self.all))
            raise Problem(404, "unknown", reason)
        if not caller.token.reaches(tool.scope):
            reason = self._texts.phrase("api.out_of_scope", scope=tool.scope)
            raise Problem(403, "out_of_scope", reason)
        return await tool.use(caller, dict(arguments))

    def _readers(self, caller: Caller) -> frozenset[str]:
        person = caller.person
        audience = Audience(person.id, private=True)
        return self._people.readers(Message("", person, person.id, audience, Text("")))

    # ----------------------------------------------------------------- ask

    def _ask_tool(self) -> Tool:
        takes = _object({"question": _text(), "conversation": _text()}, "question")
        return Tool("ask", self._texts.phrase("api.tool_ask"), takes, "ask", self._ask)

    async def _ask(self, caller: Caller, told: dict[str, Any]) -> Given:
        question = text(told, "question")
        talk = text(told, "conversation", required=False, most=200)
        done = await self._asking.answered(caller, question, self._asking.place(caller, talk))
        answer = done.answer
        lines = [answer["answer"] or done.reply.text, *answer["notes"]]
        for cited in answer["citations"]:
            place = f"{cited['title']} {cited['place']}".rstrip()
            lines.append(f"[{cited['number']}] {place} (passage {cited['passage']})")
        return Given("\n".join(lines), answer)

    # ----------------------------------------------------------------- search, open_source

    def _search_tool(self) -> Tool:
        limit = {"type": "integer", "minimum": 1, "maximum": HITS}
        takes = _object({"query": _text(), "limit": limit}, "query")
        return Tool("search", self._texts.phrase("api.tool_search"), takes, "search", self._search)

    async def _search(self, caller: Caller, told: dict[str, Any]) -> Given:
        query = text(told, "query", most=4000)
        limit = number(told, "limit", usual=6, most=HITS)
        library = await self._rooms.library()
        hits = await library.search(query, readers=self._readers(caller), limit=limit)
        lines = [_line(hit, caller.language) for hit in hits]
        said = "\n\n".join(lines) or self._texts.say("cli.no_hits", caller.language)
        return Given(said, shapes.hits(hits, "", query, caller.language, 0))

    def _open_tool(self) -> Tool:
        takes = _object({"passage": _text()}, "passage")
        about = self._texts.phrase("api.tool_open_source")
        return Tool("open_source", about, takes, "search", self._open)

    async def _open(self, caller: Caller, told: dict[str, Any]) -> Given:
        """A passage with those beside it, as they stand in the document."""
        library, readers = await self._rooms.library(), self._readers(caller)
        passage = await library.passage(text(told, "passage", most=100), readers=readers)
        beside = await library.neighbours(passage, readers=readers, around=AROUND)
        whole = sorted([passage, *beside], key=_position)
        place = passage.place.to(caller.language)
        words = "\n\n".join(one.text for one in whole)
        values = {
            "passage": passage.id,
            "document": passage.document,
            "title": passage.title,
            "place": place,
            "text": passage.text,
            "around": [one.text for one in whole],
        }
        return Given(f"{passage.title} {place}\n\n{words}", values)

    # ----------------------------------------------------------------- choose

    def _choose_tool(self) -> Tool:
        takes = _object({"answers": {"type": "object"}})
        about = self._texts.phrase("api.tool_choose")
        return Tool("choose", about, takes, "decisions", self._choose)

    async def _choose(self, caller: Caller, told: dict[str, Any]) -> Given:
        """What answers lead to; without any, what can be answered."""
        advisor = await self._rooms.models.current()
        answers = told.get("answers", {})
        if not isinstance(answers, dict):
            raise malformed("answers")
        if not answers:
            return _questions(advisor, caller.language)
        valid = advisor.validate(answers)
        run = Run("", caller.person.id, "api", advisor.model.sha256, answers=valid)
        view = ResultView.of(run, advisor, Wording(self._texts, caller.language))
        return Given(view.plain().text, record(advisor.evaluate(valid)))


def _questions(advisor: Advisor, language: Language) -> Given:
    """Return the questions of the decision model with the ids of their options."""
    rows = []
    lines = []
    for criterion in advisor.model.questions:
        options = {option.id: option.text.to(language) for option in criterion.options}
        question = criterion.question.to(language)
        rows.append({"id": criterion.id, "text": question, "options": options})
        lines.append(f"{criterion.id}: {question}")
        lines += [f"  {id_}: {said}" for id_, said in options.items()]
    return Given("\n".join(lines), {"questions": rows})


def _line(hit: Hit, language: Language) -> str:
    passage = hit.passage
    place = passage.place.to(language)
    return f"{passage.title} {place} (passage {passage.id})\n{passage.text}"


def _position(passage: Any) -> int:
    position: int = passage.position
    return position


def _text() -> Json:
    return {"type": "string"}


def _object(properties: Json, *required: str) -> Json:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }
