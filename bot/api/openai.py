"""
The chat completions of OpenAI, answered from the documents: whatever speaks to a model of theirs
can speak to the guidelines instead, by another base address and a token of ours.

The last message of the user is the question; what was said before it becomes the talk it may lean
on. The text comes in one piece where there is no model that writes, and sentence by sentence, each
checked, where there is one. Sources stand below it and, as values, in `citations`.
"""

import secrets
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from bot.api.asking import Asking, Done
from bot.api.door import Caller, Door
from bot.api.problems import Problem, problem_of
from bot.api.reading import DEEP, malformed, sent
from bot.api.stream import event, streamed
from bot.shapes import Json
from handlers.conversation import Audience, Message, Text
from handlers.texts import Texts
from knowledge.errors import KnowledgeError
from knowledge.text.language import language_of
from knowledge.values import Language

MODEL = "llm-choose"
BEFORE = 8  # earlier questions of a talk that may be leant on
KINDS = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}
NOTHING_SPENT = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question and what was answered to it."""

    question: str
    answer: str


class Completions:
    def __init__(self, door: Door, asking: Asking, texts: Texts) -> None:
        self._door = door
        self._asking = asking
        self._texts = texts

    def routes(self) -> list[BaseRoute]:
        """Return the addresses clients of OpenAI ask."""
        route = self._door.route
        return [
            route("/v1/chat/completions", "POST", "ask", self._complete, refused),
            route("/v1/models", "GET", "ask", self._models, refused),
            route("/v1/models/{model}", "GET", "ask", self._one_model, refused),
            self._door.nowhere("/v1", refused),
        ]

    async def _models(self, _: Request, caller: Caller) -> Response:
        return JSONResponse({"object": "list", "data": [_model_row(caller)]})

    async def _one_model(self, request: Request, caller: Caller) -> Response:
        if request.path_params["model"] != MODEL:
            raise Problem(404, "model_not_found", self._texts.phrase("api.no_model", model=MODEL))
        return JSONResponse(_model_row(caller))

    async def _complete(self, request: Request, caller: Caller) -> Response:
        told = await sent(request)
        question, before = conversation(told.get("messages"))
        place = self._asking.place(caller)
        await self._remember(caller, place, before)
        spoken = language_of(question, caller.language)
        head = _head(told)
        if told.get("stream") is True:
            return streamed(self._chunks(caller, question, place, head, spoken))
        done = await self._asking.answered(caller, question, place)
        message = {"role": "assistant", "content": self._whole(done, spoken), "refusal": None}
        choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
        body = head | {"object": "chat.completion", "choices": [choice], "usage": NOTHING_SPENT}
        return JSONResponse(body | {"citations": done.answer["citations"]})

    async def _remember(self, caller: Caller, place: str, before: list[Exchange]) -> None:
        """Make what was said before the talk of a place, so that the question may lean on it."""
        audience = Audience(caller.person.id, private=True)
        for number, one in enumerate(before):
            id_ = f"{place}:{number}"
            message = Message(id_, caller.person, place, audience, Text(one.question))
            await self._asking.mention(message, one.question, one.answer)

    async def _chunks(
        self, caller: Caller, question: str, place: str, head: Json, spoken: Language
    ) -> AsyncIterator[str]:
        """
        Yield the answer as it stands, piece by piece. A piece is never taken back: where what is
        written so far does not go on as it began, the rest waits for the whole.
        """
        begun = head | {"object": "chat.completion.chunk"}
        yield event(begun | {"choices": [_delta({"role": "assistant", "content": ""})]})
        written = ""
        citations: list[Json] = []
        try:
            async for step in self._asking.ask(caller, question, place):
                if isinstance(step, Done):
                    text = self._whole(step, spoken)
                    citations = step.answer["citations"]
                else:
                    text = step.written
                piece = _next(written, text, last=isinstance(step, Done))
                if piece:
                    written += piece
                    yield event(begun | {"choices": [_delta({"content": piece})]})
        except KnowledgeError as error:
            yield event(_error(problem_of(error), caller.language))
            yield "data: [DONE]\n\n"
            return
        yield event(begun | {"choices": [_delta({}, "stop")], "citations": citations})
        yield "data: [DONE]\n\n"

    def _whole(self, done: Done, language: Language) -> str:
        """Return the answer with its sources below, as plain text."""
        answer = done.answer
        cited = answer["citations"]
        if not cited or not answer["answer"]:
            return done.reply.text
        notes = "".join(f"\n\n{note}" for note in answer["notes"])
        lines = [f"[{one['number']}] {one['title']} {one['place']}".rstrip() for one in cited]
        heading = self._texts.say("api.sources", language)
        listed = "\n".join(lines)
        return f"{answer['answer']}{notes}\n\n{heading}\n{listed}"


def conversation(messages: Any) -> tuple[str, list[Exchange]]:
    """
    Return the question, and the latest exchanges before it. Raises Problem where there is none.

    What a system message says is left aside: how answers are made is not the client's to say.
    """
    if not isinstance(messages, list) or not messages:
        raise malformed("messages")
    said = [(str(one.get("role")), _text(one)) for one in messages if isinstance(one, dict)]
    asked = [(role, words) for role, words in said if role in ("user", "assistant") and words]
    if not asked or asked[-1][0] != "user":
        raise malformed("messages")
    exchanges: list[Exchange] = []
    for (role, words), (next_role, answer) in pairwise(asked):
        if role == "user" and next_role == "assistant":
            exchanges.append(Exchange(words, answer))
    return asked[-1][1], exchanges[-BEFORE:]


def _text(message: dict[str, Any]) -> str:
    """Return the words of one message; pictures and files are no words."""
    content = message.get("content")
    if isinstance(content, list):
        parts = [part.get("text", "") for part in content if isinstance(part, dict)]
        content = "\n".join(part for part in parts if isinstance(part, str))
    if not isinstance(content, str):
        return ""
    return content[:DEEP].encode("utf-8", "replace").decode().strip()


def _next(written: str, text: str, *, last: bool) -> str:
    """Return what is to be said after `written`; all of the last text, however it began."""
    if text.startswith(written):
        return text[len(written) :]
    return f"\n\n{text}" if last else ""


def _head(told: Json) -> Json:
    model = told.get("model")
    shown = model if isinstance(model, str) and model else MODEL
    return {
        "id": f"chatcmpl-{secrets.token_hex(12)}",
        "created": int(time.time()),
        "model": shown[:100],
    }


def _delta(delta: Json, finish: str | None = None) -> Json:
    return {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}


def _model_row(caller: Caller) -> Json:
    created = int(caller.token.made)
    return {"id": MODEL, "object": "model", "created": created, "owned_by": MODEL}


def _error(problem: Problem, language: Language) -> Json:
    kind = KINDS.get(problem.status, "invalid_request_error")
    if problem.status >= 500:
        kind = "server_error"
    said = {"message": problem.reason.to(language), "type": kind, "param": None}
    return {"error": said | {"code": problem.code}}


def refused(problem: Problem, language: Language) -> Response:
    """Return a problem the way clients of OpenAI expect it."""
    return JSONResponse(_error(problem, language), problem.status, problem.headers)
