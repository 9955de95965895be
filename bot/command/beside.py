"""
Commands beside a running server, the caller's side: the words go to the control socket of the data
folder, and what comes back is shown.
"""

import json
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from bot.command.typed import Typed
from bot.service import peer
from bot.service.control import Call, address, call_line, house_of
from bot.settings import InvalidSettings, Settings
from handlers.texts import Texts
from knowledge.values import Language

DRAWING = ("TERM", "COLORTERM", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES")
TURN, AGAIN = 10.0, 0.2  # seconds a command waits for a folder in use, and between tries
HELLO = 5.0  # seconds a server may take to accept


def beside_or_alone(
    words: Sequence[str], settings: Settings, language: Language, alone: Callable[[], int]
) -> int:
    """
    Have a running server carry out a command, or do it `alone`; return its exit code.

    Where another command holds the data folder, or a server that is only starting, this one waits a
    little for its turn.

    Raises:
        InvalidSettings: the folder stays in use, or the server belongs to somebody else.
    """
    end = time.monotonic() + TURN
    while True:
        code = ask_the_server(words, settings, language)
        if code is not None:
            return code
        try:
            return alone()
        except InvalidSettings as error:
            if error.code != "folder_in_use" or time.monotonic() >= end:
                raise
        time.sleep(AGAIN)


def ask_the_server(words: Sequence[str], settings: Settings, language: Language) -> int | None:
    """
    Have a running server carry out a command, and return its exit code; None where there is no
    server for it.

    Raises:
        InvalidSettings: the server belongs to somebody else.
    """
    connection = _connected(settings.data)
    if connection is None:
        return None
    with connection:
        try:
            connection.sendall(call_line(_call(words, settings, language)))
            return _shown(connection)
        except (BrokenPipeError, ConnectionResetError):
            return 1


def _connected(folder: Path) -> socket.socket | None:
    """Return a connection to a folder's server. Raises InvalidSettings for one that is not ours."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(HELLO)
    try:
        connection.connect(address(folder))
    except PermissionError as error:
        connection.close()
        raise _foreign(folder, _owner(folder)) from error
    except OSError:
        connection.close()
        return None
    user = peer.user_of(connection)
    if not (peer.trusted(user) or os.geteuid() == peer.ROOT):
        connection.close()
        raise _foreign(folder, _owner(folder) if user is None else peer.name_of(user))
    connection.settimeout(None)
    return connection


def _owner(folder: Path) -> str:
    """Return whose a folder is, or the nearest one around it of which that can be told."""
    place = folder.resolve()
    while True:
        try:
            return peer.name_of(place.stat().st_uid)
        except OSError:
            place = place.parent


def _foreign(folder: Path, user: str) -> InvalidSettings:
    reason = Texts.load().phrase("cli.foreign_server", folder=folder, user=user)
    return InvalidSettings("foreign_server", reason)


def _call(words: Sequence[str], settings: Settings, language: Language) -> Call:
    from rich.console import Console

    size = Console().size
    drawing = {name: os.environ[name] for name in DRAWING if name in os.environ}
    drawing |= {"COLUMNS": str(size.width), "LINES": str(size.height)}
    streams = {"in": sys.stdin, "out": sys.stdout, "errors": sys.stderr}
    terminals = [name for name, stream in streams.items() if stream.isatty()]
    return Call(
        tuple(words),
        language,
        str(Path.cwd()),
        tuple(terminals),
        tuple(drawing.items()),
        house_of(settings),
    )


def _shown(connection: socket.socket) -> int | None:
    """Show what the server sends until the command ends; None when it serves another house."""
    outputs = {"out": sys.stdout, "errors": sys.stderr}
    typed = Typed(connection)
    for frame in _frames(connection):
        for name, output in outputs.items():
            if name in frame:
                output.write(str(frame[name]))
                output.flush()
        if "read" in frame:
            typed.give()
        if "code" in frame:
            return int(frame["code"])
        if "elsewhere" in frame:
            return None
    raise InvalidSettings("server_ended", Texts.load().phrase("cli.server_ended"))


def _frames(connection: socket.socket) -> Iterator[dict[str, Any]]:
    with connection.makefile("rb") as lines:
        for row in lines:
            yield json.loads(row)
