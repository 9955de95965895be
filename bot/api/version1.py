"""The JSON API, version 1: ask, search, documents, decisions. `openapi.py` describes it."""

import secrets
import time
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot import shapes
from bot.api.asking import Asking, Done
from bot.api.door import Caller, Door
from bot.api.openapi import described
from bot.api.problems import Problem, language_of, problem_of
from bot.api.reading import malformed, number, sent, text
from bot.api.stream import MEDIA_TYPE, event, streamed
from bot.platform import Rooms
from bot.shapes import Json
from handlers.conversation import Audience, Message, Press
from handlers.documents.change import Change
from handlers.documents.job import Job
from handlers.documents.listing import Filter
from handlers.people import People
from handlers.texts import Texts
from knowledge.advisor.record import record
from knowledge.errors import KnowledgeError
from knowledge.formats import accepted
from knowledge.values import Document, Language, Metadata

QUESTION = 4000  # characters; what is longer is said by the answering itself
HITS = 50  # at most
FILE = 25_000_000  # bytes
WAIT = 60  # seconds a machine may wait for a file to be read
KINDS: tuple[Literal["guideline", "rule", "deck", "faq", "other"], ...] = (
    "guideline",
    "rule",
    "deck",
    "faq",
    "other",
)
Verb = Literal["publish", "withdraw", "rollback", "remove"]


class Version1:
    def __init__(
        self, door: Door, asking: Asking, rooms: Rooms, people: People, texts: Texts
    ) -> None:
        self._door = door
        self._asking = asking
        self._rooms = rooms
        self._people = people
        self._texts = texts

    def routes(self) -> list[BaseRoute]:
        """Return the addresses, and at one of them what they are."""
        route = self._door.route
        one = "/api/v1/documents/{document}"
        return [
            Route("/api/v1/openapi.json", self._described, methods=["GET"]),
            route("/api/v1/ask", "POST", "ask", self._ask),
            route("/api/v1/search", "POST", "search", self._search),
            route("/api/v1/documents", "GET", "documents", self._documents),
            route(one, "GET", "documents", self._document),
            route("/api/v1/documents", "POST", "admin", self._add),
            route("/api/v1/jobs/{job}", "GET", "admin", self._job),
            route(f"{one}/publish", "POST", "admin", self._publish),
            route(f"{one}/withdraw", "POST", "admin", self._withdraw),
            route(f"{one}/rollback", "POST", "admin", self._roll_back),
            route(one, "DELETE", "admin", self._remove),
            route("/api/v1/decisions/model", "GET", "decisions", self._model),
            route("/api/v1/decisions", "POST", "decisions", self._decide),
            self._door.nowhere("/api/v1"),
        ]

    async def _described(self, _: Request) -> Response:
        return JSONResponse(described(accepted()))

    # ----------------------------------------------------------------- asking and finding

    async def _ask(self, request: Request, caller: Caller) -> Response:
        told = await sent(request)
        question = text(told, "question")
        place = self._asking.place(caller, text(told, "conversation", required=False, most=200))
        if told.get("stream") is True or MEDIA_TYPE in request.headers.get("accept", ""):
            return streamed(self._events(caller, question, place))
        done = await self._asking.answered(caller, question, place)
        return JSONResponse(done.answer)

    async def _events(self, caller: Caller, question: str, place: str) -> AsyncIterator[str]:
        """Yield what is done, what stands so far, and at the end the answer or the problem."""
        try:
            async for step in self._asking.ask(caller, question, place):
                if isinstance(step, Done):
                    yield event(step.answer, "answer")
                    continue
                yield event({"text": step.text, "written": step.written}, "progress")
        except KnowledgeError as error:
            yield event(problem_of(error).body(caller.language), "problem")

    async def _search(self, request: Request, caller: Caller) -> Response:
        told = await sent(request)
        query = text(told, "query", most=QUESTION)
        limit = number(told, "limit", usual=10, most=HITS)
        library = await self._rooms.library()
        began = time.perf_counter()
        async with self._door.tokens.room(caller.token):
            hits = await library.search(query, readers=self._readers(caller), limit=limit)
        spent = (time.perf_counter() - began) * 1000
        return JSONResponse(shapes.hits(hits, "", query, caller.language, spent))

    def _readers(self, caller: Caller) -> frozenset[str]:
        return self._people.readers(_said(caller, "search"))

    # ----------------------------------------------------------------- documents

    async def _documents(self, request: Request, caller: Caller) -> Response:
        """The documents this token may read; with the scope "admin", all of them."""
        takes = Filter.read(dict(request.query_params)).takes
        today = datetime.now(UTC).date().isoformat()
        library = await self._rooms.library()
        documents = [one for one in await library.documents() if takes(one, today)]
        rows = [shapes.document(one) for one in documents if self._sees(caller, one)]
        return JSONResponse({"documents": rows})

    async def _document(self, request: Request, caller: Caller) -> Response:
        return JSONResponse(shapes.document(await self._one(request, caller)))

    async def _one(self, request: Request, caller: Caller) -> Document:
        """Return the document an address names; one it may not see is not there."""
        library = await self._rooms.library()
        document = await library.document(request.path_params["document"])
        if not self._sees(caller, document):
            raise self._missing()
        return document

    def _sees(self, caller: Caller, document: Document) -> bool:
        if caller.token.reaches("admin"):
            return True
        return bool(document.current) and document.metadata.audience in self._readers(caller)

    async def _add(self, request: Request, caller: Caller) -> Response:
        """Take in one file. With the same Idempotency-Key the same file is taken in once."""
        async with request.form(max_files=1, max_fields=20, max_part_size=10_000) as form:
            file = form.get("file")
            if not isinstance(file, UploadFile) or not file.filename:
                raise malformed("file")
            content = await file.read(FILE + 1)
            if len(content) > FILE:
                raise malformed("file")
            metadata = self._metadata({name: str(value) for name, value in form.items()})
            name = file.filename
        key = request.headers.get("idempotency-key") or secrets.token_hex(12)
        said = _said(caller, "document.add")
        await self._rooms.documents.context.record(said, "document.add", name=name)
        id_ = f"{caller.person.id}:{key}"
        job = await self._rooms.jobs.submit(id_, name, content, metadata, by=caller.person.id)
        return await self._following(request, job, 202)

    def _metadata(self, given: Mapping[str, str]) -> Metadata:
        kind = given.get("kind", "")
        known = [one for one in KINDS if one == kind]
        audience = given.get("audience", "")
        if kind and not known:
            raise malformed("kind")
        if audience and not self._people.decides(audience):
            raise malformed("audience")
        return Metadata(
            title=given.get("title", ""),
            kind=known[0] if known else "",
            audience=audience,
            owner=given.get("owner", ""),
            supersedes=given.get("replaces", ""),
        )

    async def _job(self, request: Request, caller: Caller) -> Response:
        job = await self._rooms.jobs.find(f"{caller.person.id}:{request.path_params['job']}")
        if job is None:
            raise self._missing()
        return await self._following(request, job, 200)

    async def _following(self, request: Request, job: Job, status: int) -> Response:
        """Return where a file stands, after the seconds a machine waits for it at most."""
        wait = request.query_params.get("wait", "0")
        seconds = int(wait) if wait.isascii() and wait.isdigit() and len(wait) < 3 else 0
        if seconds:
            async for moved in self._rooms.jobs.follow(job.id, seconds=min(seconds, WAIT)):
                job = moved
        return JSONResponse(_job_row(job), status)

    async def _publish(self, request: Request, caller: Caller) -> Response:
        return await self._changed(request, caller, "publish")

    async def _withdraw(self, request: Request, caller: Caller) -> Response:
        return await self._changed(request, caller, "withdraw")

    async def _roll_back(self, request: Request, caller: Caller) -> Response:
        return await self._changed(request, caller, "rollback")

    async def _remove(self, request: Request, caller: Caller) -> Response:
        return await self._changed(request, caller, "remove")

    async def _changed(self, request: Request, caller: Caller, verb: Verb) -> Response:
        """Change a document by the same rules as in chat; without a version, its newest one."""
        library = await self._rooms.library()
        document = await library.document(request.path_params["document"])
        version = request.query_params.get("version", "") or document.versions[-1].id
        if verb != "publish" and document.current:
            version = document.current
        said = _said(caller, f"document.{verb}")
        await self._rooms.documents.changes.change(said, Change(verb, document.id, version))
        if verb == "remove":
            return Response(status_code=204)
        return JSONResponse(shapes.document(await library.document(document.id)))

    def _missing(self) -> Problem:
        return Problem(404, "unknown", self._texts.phrase("api.unknown"))

    # ----------------------------------------------------------------- decisions

    async def _model(self, request: Request, caller: Caller) -> Response:
        """The questions of the decision model and their options, as people read them."""
        advisor = await self._rooms.models.current()
        language = language_of(request)
        rows = []
        for criterion in advisor.model.questions:
            options = [{"id": one.id, "text": one.text.to(language)} for one in criterion.options]
            row: Json = {"id": criterion.id, "text": criterion.question.to(language)}
            rows.append(row | {"options": options})
        return JSONResponse({"version": advisor.model.version, "questions": rows})

    async def _decide(self, request: Request, caller: Caller) -> Response:
        """Work out what answers lead to; nothing is kept of it."""
        told = await sent(request)
        answers: Any = told.get("answers")
        if not isinstance(answers, dict):
            raise malformed("answers")
        advisor = await self._rooms.models.current()
        return JSONResponse(record(advisor.evaluate(answers)))


def _said(caller: Caller, what: str) -> Message:
    """Return what a machine does, as a message of its own that nobody else reads."""
    person = caller.person
    audience = Audience(person.id, private=True)
    return Message(secrets.token_hex(8), person, person.id, audience, Press(what, {}))


def _job_row(job: Job) -> Json:
    reason = job.reason
    told: dict[Language, str] = {}
    if reason is not None:
        told = {"ja": reason.ja, "en": reason.en}
    return {
        "job": job.id.rpartition(":")[2],
        "name": job.name,
        "step": job.step,
        "done": job.done,
        "total": job.total,
        "outcome": job.outcome,
        "code": job.code,
        "reason": told or None,
        "document": job.document,
        "version": job.version,
    }
