"""
The pages people read in a browser: what the app is, keeps and on what terms, for whoever reviews
it; and how an installation ended. Open to everybody, they say nothing of the company.
"""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Literal

from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from handlers.texts import Texts
from knowledge.values import Language

PATH = "/slack/about"
LANGUAGES: tuple[Language, ...] = ("ja", "en")
Outcome = Literal["cancelled", "stale", "failed", "later", "not_allowed"]  # the sentence about it
Section = Literal["what", "privacy", "scopes", "removal", "support", "terms"]
SECTIONS: tuple[Section, ...] = ("what", "privacy", "scopes", "removal", "support", "terms")
STYLE = (
    "body{font:1rem/1.7 system-ui,sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem;"
    "color:#1d2b27;background:#fff}h1{font-size:1.4rem}h2{font-size:1.05rem;margin:1.4rem 0 0}"
    "p{margin:.3rem 0 0}section+section{border-top:1px solid #cdd8d3;margin-top:2.5rem}"
)
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",  # the address of an outcome carries a code
    "Cache-Control": "no-store",
}


def route(texts: Texts) -> Route:
    """Return the address of what there is to know before the app is installed."""

    async def show(request: Request) -> HTMLResponse:
        return HTMLResponse(_about(texts), headers=HEADERS)

    return Route(PATH, show, methods=["GET"])


def outcome(texts: Texts, name: Outcome) -> str:
    """Return a page that says why an installation did not come about."""
    sentences = {language: texts.say(f"slack.install_{name}", language) for language in LANGUAGES}
    return _said(texts, sentences)


def installed(texts: Texts, team: str) -> str:
    """Return a page that says where the app is installed now, and what to do next."""
    sentences = {
        language: texts.say("slack.install_done", language, team=team) for language in LANGUAGES
    }
    return _said(texts, sentences)


def _said(texts: Texts, sentences: Mapping[Language, str]) -> str:
    sections = []
    for language, sentence in sentences.items():
        title = escape(texts.say("slack.install_title", language))
        text = escape(sentence)
        sections.append(f'<section lang="{language}"><h1>{title}</h1><p>{text}</p></section>')
    return _page(sections)


def _about(texts: Texts) -> str:
    sections = []
    for language in LANGUAGES:
        title = escape(texts.say("slack.about_title", language))
        parts = [f'<section lang="{language}"><h1>{title}</h1>']
        for name in SECTIONS:
            heading = escape(texts.say(f"slack.about_{name}_heading", language))
            text = escape(texts.say(f"slack.about_{name}", language))
            anchor = f"{name}-{language}" if language != LANGUAGES[0] else name
            parts.append(f'<h2 id="{anchor}">{heading}</h2><p>{text}</p>')
        parts.append("</section>")
        sections.append("".join(parts))
    return _page(sections)


def _page(sections: Sequence[str]) -> str:
    head = (
        '<!doctype html><html lang="ja"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>LLM Choose</title><style>{STYLE}</style>"
    )
    return head + "".join(sections)
