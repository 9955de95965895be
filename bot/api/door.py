"""
Who a machine is, and what it may do: a token in every request, whatever address it came to.

There is no way in without one, so that neither a page of another origin nor a name that was bound
to this machine gains anything. A browser of another origin is refused all the same, unless the
settings name it.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.api.problems import Problem, away, chosen_language, language_of, problem_of
from handlers.conversation import Person
from handlers.sessions import SessionsUnavailable
from handlers.texts import Texts
from handlers.tokens import A_MINUTE, Scope, Token, Tokens
from knowledge.errors import KnowledgeError
from knowledge.text.language import language_of as language_written
from knowledge.values import Language

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
BEARER = {"WWW-Authenticate": "Bearer"}


@dataclass(frozen=True, slots=True)
class Caller:
    """
    A machine that was let in, and the language it is answered in; `chosen` says that it named one.
    """

    token: Token
    person: Person
    chosen: bool = True

    @property
    def language(self) -> Language:
        return self.person.language

    def asking(self, text: str) -> Person:
        """Return who asks: where they named no language, the letters they write in tell it."""
        if self.chosen:
            return self.person
        return replace(self.person, language=language_written(text, self.language))


Handle = Callable[[Request, Caller], Awaitable[Response]]
Refuse = Callable[[Problem, Language], Response]


class Door:
    """`origins` are those of pages that may call from a browser."""

    def __init__(self, tokens: Tokens, texts: Texts, origins: frozenset[str]) -> None:
        self.tokens = tokens
        self._texts = texts
        self._origins = origins

    def route(
        self, path: str, method: str, scope: Scope, handle: Handle, refuse: Refuse | None = None
    ) -> Route:
        """Return an address that only tokens with this scope reach."""
        return Route(path, self._endpoint(scope, handle, refuse), methods=[method])

    def nowhere(self, root: str, refuse: Refuse | None = None) -> Route:
        """Return what stands for every other address below `root`, so that machines are told."""

        async def handle(_: Request, __: Caller) -> Response:
            raise Problem(404, "no_address", self._texts.phrase("api.no_address"))

        return Route(
            f"{root}/{{rest:path}}", self._endpoint(None, handle, refuse), methods=list(METHODS)
        )

    def _endpoint(
        self, scope: Scope | None, handle: Handle, refuse: Refuse | None
    ) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            try:
                caller = await self.enter(request, scope)
                return await handle(request, caller)
            except KnowledgeError as error:
                problem = problem_of(error)
            except SessionsUnavailable:
                problem = away()
            except Problem as its:
                problem = its
            answer = refuse or Problem.response
            return answer(problem, language_of(request))

        return endpoint

    async def enter(self, request: Request, scope: Scope | None = None) -> Caller:
        """
        Return who sent a request; without a `scope`, whatever is done with it asks for one later.

        Raises:
            Problem: no token, one that is over, one that may not do this or does too much, or a
                page of another origin.
            SessionsUnavailable
        """
        origin = request.headers.get("origin")
        if origin is not None and origin not in self._origins:
            raise self._problem(403, "foreign_origin")
        given = request.headers.getlist("authorization")
        scheme, _, shown = given[0].partition(" ") if len(given) == 1 else ("", "", "")
        token = None
        if scheme.lower() == "bearer":
            token = await self.tokens.known(shown.strip())
        if token is None:
            raise self._problem(401, "no_token", BEARER)
        await self._admit(token, scope)
        chosen = chosen_language(request)
        return Caller(token, token.person(chosen or "ja"), chosen=chosen is not None)

    async def _admit(self, token: Token, scope: Scope | None) -> None:
        """Let a token do one thing more. Raises Problem."""
        if scope is not None and not token.reaches(scope):
            reason = self._texts.phrase("api.out_of_scope", scope=scope)
            raise Problem(403, "out_of_scope", reason)
        wait = await self.tokens.counted(token)
        if wait:
            reason = self._texts.phrase("api.too_many", n=A_MINUTE, seconds=wait)
            raise Problem(429, "too_many", reason, {"Retry-After": str(wait)})

    def _problem(self, status: int, code: str, headers: dict[str, str] | None = None) -> Problem:
        reasons = {
            "foreign_origin": self._texts.phrase("api.foreign_origin"),
            "no_token": self._texts.phrase("api.no_token"),
        }
        return Problem(status, code, reasons[code], headers)
