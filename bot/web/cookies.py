"""
The cookies of the page. Inside a frame of another site a browser sends none that is strict: there
they are for that frame alone, "partitioned"
(https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Set-Cookie#partitioned).
"""

from starlette.requests import Request
from starlette.responses import Response

SIGNED = "signed"  # the cookie of whoever signed in
FRAMED = "framed"  # that of whoever signed in inside another site's frame


def word_of(request: Request) -> str:
    """Return the word of a browser's session, "" where it has none."""
    own = request.cookies.get(SIGNED, "")
    return own or request.cookies.get(FRAMED, "")


def is_framed(request: Request) -> bool:
    """Report whether a request comes from the page inside another site's frame."""
    return FRAMED in request.cookies and SIGNED not in request.cookies


def keep(
    answer: Response,
    request: Request,
    name: str,
    value: str,
    seconds: int | None = None,
    *,
    secure: bool,
) -> None:
    """Let a browser keep a cookie, for as long as it runs where no `seconds` are given."""
    if is_framed(request):
        keep_in_frame(answer, name, value, seconds)
        return
    answer.set_cookie(name, value, seconds, httponly=True, samesite="strict", secure=secure)


def keep_in_frame(answer: Response, name: str, value: str, seconds: int | None = None) -> None:
    """Let a browser keep a cookie for the page inside this frame; the value is a plain word."""
    parts = [f"{name}={value}", "Path=/", "HttpOnly", "Secure", "SameSite=None", "Partitioned"]
    if seconds is not None:
        parts.append(f"Max-Age={seconds}")
    answer.headers.append("set-cookie", "; ".join(parts))
