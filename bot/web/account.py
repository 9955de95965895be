"""
The page of one's account: who one is here, and for admins the tokens of machines.

A new token is shown once, in the answer to the form that made it, and never again.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.web import parse
from bot.web.regions import Composer
from bot.web.security import FORM
from bot.web.view import View, language_of, session_of
from handlers.conversation import Person
from handlers.people import ADMINS, EVERYONE, People
from handlers.sessions import SessionsUnavailable
from handlers.texts import Texts
from handlers.tokens import DAYS, NAME, SCOPES, Made, Token, Tokens, day
from knowledge.values import Language

PATH = "/account"
USUAL = 90  # days a token lives, unless another number is chosen
CHOICES = (30, 90, 365)  # days to choose from
Record = Callable[[Person, str, str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Machines:
    """
    What the page needs of the doors for machines. `record` writes into the audit trail who did
    what to which token.
    """

    tokens: Tokens
    people: People
    record: Record


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token as the page lists it; days are ISO, `used` "" for never."""

    token: Token
    made: str
    ends: str
    used: str
    over: bool


class Account:
    """`who` says whose request it is."""

    def __init__(
        self,
        machines: Machines | None,
        composer: Composer,
        view: View,
        who: Callable[[Request], Person | None],
        texts: Texts,
    ) -> None:
        self._machines = machines
        self._composer = composer
        self._view = view
        self._who = who
        self._texts = texts

    def routes(self) -> list[BaseRoute]:
        """Return the page and its forms."""
        return [
            Route(PATH, self._page, methods=["GET"]),
            Route(f"{PATH}/tokens", self._make, methods=["POST"]),
            Route(f"{PATH}/tokens/revoke", self._revoke, methods=["POST"]),
        ]

    async def _page(self, request: Request) -> Response:
        person = self._who(request)
        if person is None:
            return self._view.sign_in(request, 401)
        return await self._shown(request, person)

    async def _shown(
        self, request: Request, person: Person, made: Made | None = None, wrong: str = ""
    ) -> Response:
        rows: list[TokenRow] = []
        audiences: tuple[str, ...] = ()
        machines = self._machines
        admin = machines is not None and machines.people.is_admin(person)
        if machines is not None and admin:
            audiences = tuple(one for one in machines.people.audiences if one != EVERYONE)
            try:
                tokens = await machines.tokens.all()
            except SessionsUnavailable:
                tokens, wrong = [], self._texts.say("web.signin_away", language_of(request))
            rows = [self._row(machines.tokens, one) for one in tokens]
        words: Mapping[str, object] = {
            "tokens": rows,
            "made": made,
            "problem": wrong,
            "admin": admin,
            "scopes": SCOPES,
            "audiences": audiences,
            "readers": self._readers(language_of(request)),
            "days": CHOICES,
            "usual": USUAL,
            "longest": NAME,
            "rail": await self._composer.beside(person, session_of(request)),
            "place": None,
        }
        return self._view.inner(request, person, "account", **words)

    def _readers(self, language: Language) -> dict[str, str]:
        """Return what the audiences that every house has are called."""
        return {
            EVERYONE: self._texts.say("documents.audience_all", language),
            ADMINS: self._texts.say("documents.audience_admins", language),
        }

    def _row(self, tokens: Tokens, token: Token) -> TokenRow:
        over = tokens.over(token)
        return TokenRow(token, day(token.made), day(token.ends), day(token.used), over)

    async def _make(self, request: Request) -> Response:
        person, machines = self._admin(request)
        async with request.form(max_files=0, max_part_size=FORM) as form:
            name = parse.field(form, "name")
            scopes = _ticked(form, "scope")
            wanted = _ticked(form, "audience")
            days = parse.field(form, "days")
        language = language_of(request)
        if not name.strip() or not set(scopes) & set(SCOPES):
            wrong = self._texts.say("web.token_lacks", language)
            return await self._shown(request, person, wrong=wrong)
        known = {*machines.people.audiences, ADMINS}
        audiences = [one for one in wanted if one in known]
        lives = int(days) if days.isascii() and days.isdigit() and len(days) < 4 else USUAL
        try:
            await machines.record(person, "access.token", name)
            made = await machines.tokens.make(
                name, scopes, audiences, days=min(lives, DAYS), by=person.id
            )
        except SessionsUnavailable:
            wrong = self._texts.say("web.signin_away", language)
            return await self._shown(request, person, wrong=wrong)
        return await self._shown(request, person, made)

    async def _revoke(self, request: Request) -> Response:
        person, machines = self._admin(request)
        async with request.form(max_files=0, max_part_size=FORM) as form:
            id_ = parse.field(form, "token")
        try:
            token = await machines.tokens.revoke(id_)
            if token is not None:
                await machines.record(person, "access.revoke", token.name)
        except SessionsUnavailable:
            wrong = self._texts.say("web.signin_away", language_of(request))
            return await self._shown(request, person, wrong=wrong)
        return RedirectResponse(PATH, 303)

    def _admin(self, request: Request) -> tuple[Person, Machines]:
        """Return the admin who sent a form. Raises HTTPException for anybody else."""
        person = self._who(request)
        if person is None:
            raise HTTPException(401)
        if self._machines is None or not self._machines.people.is_admin(person):
            raise HTTPException(404)
        return person, self._machines


def _ticked(form: FormData, name: str) -> list[str]:
    return [one for one in form.getlist(name) if isinstance(one, str)]
