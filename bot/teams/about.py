"""
The page that whoever reviews the app reads before it is installed: what it is, what it keeps, on
what terms. It is open to everybody and says nothing of the company.
"""

from html import escape
from typing import Literal

from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from handlers.texts import Texts
from knowledge.values import Language

PATH = "/teams/about"
LANGUAGES: tuple[Language, ...] = ("ja", "en")
SECTIONS: tuple[Literal["what", "privacy", "terms"], ...] = ("what", "privacy", "terms")
HEADERS = {"Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff"}


def route(texts: Texts) -> Route:
    """Return the page's address."""

    async def show(request: Request) -> HTMLResponse:
        return HTMLResponse(_page(texts), headers=HEADERS)

    return Route(PATH, show, methods=["GET"])


def _page(texts: Texts) -> str:
    parts = []
    for language in LANGUAGES:
        title = escape(texts.say("teams.about_title", language))
        parts.append(f'<section lang="{language}"><h1>{title}</h1>')
        for name in SECTIONS:
            anchor = f' id="{name}"' if language == LANGUAGES[0] else ""
            parts.append(f"<p{anchor}>{escape(texts.say(f'teams.about_{name}', language))}</p>")
        parts.append("</section>")
    head = '<!doctype html><html lang="ja"><meta charset="utf-8"><title>LLM Choose</title>'
    return head + "".join(parts)
