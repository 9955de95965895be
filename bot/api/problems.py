"""What a machine is told where something cannot be done: a status, a code, and a sentence twice."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from handlers.documents.changes import NotChanged
from handlers.texts import Texts
from knowledge.errors import (
    EmbeddingUnavailable,
    KnowledgeError,
    LibraryUnavailable,
    ModelUnavailable,
    UnknownDocument,
)
from knowledge.values import Language, Phrase

MEDIA_TYPE = "application/problem+json"
STATUSES: tuple[tuple[type[KnowledgeError], int], ...] = (  # the narrower class first
    (UnknownDocument, 404),
    (NotChanged, 409),
    (EmbeddingUnavailable, 503),
    (LibraryUnavailable, 503),
    (ModelUnavailable, 503),
)
APOLOGY = "apology"  # the code of a fault of ours


class Problem(Exception):
    """Something a machine asked for is not done; `headers` go with it."""

    def __init__(
        self, status: int, code: str, reason: Phrase, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.reason = reason
        self.headers = dict(headers or {})

    def body(self, language: Language) -> dict[str, object]:
        """Return what is said of it (RFC 9457), in the language asked for and in both."""
        return {
            "type": "about:blank",
            "title": self.code,
            "status": self.status,
            "detail": self.reason.to(language),
            "code": self.code,
            "ja": self.reason.ja,
            "en": self.reason.en,
        }

    def response(self, language: Language) -> Response:
        """Return the problem as a response."""
        headers = self.headers | {"Content-Language": language, "Cache-Control": "no-store"}
        return JSONResponse(self.body(language), self.status, headers, MEDIA_TYPE)


def problem_of(error: KnowledgeError) -> Problem:
    """Return what the library, a model or a rule says as a problem."""
    status = 422
    for kind, its in STATUSES:
        if isinstance(error, kind):
            status = its
            break
    if error.code == APOLOGY:
        status = 500
    return Problem(status, error.code, error.reason)


def away() -> Problem:
    """Return what is said while Redis is away."""
    return Problem(503, "sessions_away", Texts.load().phrase("api.away"), {"Retry-After": "5"})


def chosen_language(request: Request) -> Language | None:
    """Return the language a request asks for, None where it says none."""
    chosen = request.query_params.get("language") or request.headers.get("accept-language", "")
    if not chosen.strip() or chosen.strip() == "*":
        return None
    return "en" if chosen.lower().startswith("en") else "ja"


def language_of(request: Request) -> Language:
    """Return the language a request asks for, Japanese where it says none."""
    return chosen_language(request) or "ja"
