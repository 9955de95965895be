"""Serve every face: the socket is open before anything heavy is imported."""

import logging
import socket
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING

import uvicorn

from bot.service.connections import Connection
from bot.service.logs import to_stderr
from bot.settings import LOOPBACK, InvalidSettings, Settings
from handlers.texts import Texts
from knowledge.values import Language

if TYPE_CHECKING:  # the socket is open before anything heavy is imported
    from bot.service.application import Application
    from bot.service.control import Call, Line

    CarryOut = Callable[[Application, Call, Line], Awaitable[int]]

log = logging.getLogger(__name__)
BACKLOG = 2048  # connections that may wait while the process starts
DRAIN = 25  # seconds requests in flight get at shutdown


def serve(
    settings: Settings, host: str, port: int, language: Language, carry_out: "CarryOut"
) -> int:
    """
    Listen and serve until told to stop. `carry_out` runs the commands given beside the server.

    Raises:
        InvalidSettings: the address cannot be listened on, or must not be.
    """
    texts = Texts.load()
    _allowed(settings, host, texts)
    with listen(host, port, texts) as listener:
        real_port = listener.getsockname()[1]
        shown = f"[{host}]" if ":" in host else host
        line = texts.say("cli.serving", language, address=f"http://{shown}:{real_port}/")
        print(line, flush=True)  # noqa: T201  # the one line people look for
        from dataclasses import replace

        from bot.service.application import THREADS, Application
        from bot.service.asgi import asgi_app
        from bot.service.control import Control
        from bot.service.nightly import Nightly

        application = Application(
            replace(settings, host=host, port=real_port),
            threads=THREADS if settings.embedded else 0,
            patient=True,
        )
        control = Control(application.settings, partial(carry_out, application))
        nightly = Nightly(application)
        app, failure = asgi_app(
            application, lambda: setattr(server, "should_exit", True), (nightly, control)
        )
        to_stderr()
        config = uvicorn.Config(
            app,
            http=Connection,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=DRAIN,
            server_header=False,
        )
        server = uvicorn.Server(config)
        server.run(sockets=[listener])
        if failure:
            raise failure[0]
    return 0


def _allowed(settings: Settings, host: str, texts: Texts) -> None:
    if host in LOOPBACK:
        return
    reason = None
    switches = [section.open_to_all for section in settings.sections.values()]
    off = next(filter(None, switches), "")
    if off:
        reason = texts.phrase("cli.no_authentication", name=off)
    elif not settings.public_url:
        reason = texts.phrase("cli.loopback_only")
    if reason is not None:
        raise InvalidSettings("bad_host", texts.phrase("cli.bad_host", host=host, why=reason))


def listen(host: str, port: int, texts: Texts) -> socket.socket:
    """Return a listening socket. Raises InvalidSettings: the address is taken or is none."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except (OSError, OverflowError) as error:
        listener.close()
        taken = texts.phrase("cli.port_taken", port=port)
        raise InvalidSettings("port_taken", taken) from error
    return listener
