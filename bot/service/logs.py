"""
What operators read: one JSON object a line, at most 8 KB, without any text of a message and without
secrets.

Our own log messages are constants with fields. Libraries are not so careful (some write whole
request bodies), so of theirs only the place and the kind of error are kept; of an exception its
type and frames, never its words.
"""

import json
import logging
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from bot.service.tracing import trace_id
from knowledge.observation import request

OWN = ("bot", "handlers", "knowledge", "uvicorn")  # uvicorn's words are about sockets and processes
LINE = 8000  # characters of one record
SHORT = 200  # characters of a field of one that would be longer
FRAMES = 8  # innermost frames of an exception
_NoError = tuple[None, None, None]
_USUAL = frozenset(vars(logging.makeLogRecord({}))) | {
    "message",
    "asctime",
    "taskName",
    "color_message",
}


def to_stderr() -> None:
    """Send everything from warnings up to standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)


def to_terminal() -> None:
    """Send everything from warnings up to the terminal that a command runs in."""
    handler = logging.StreamHandler()
    handler.setFormatter(PlainLines("%(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])


def _own(record: logging.LogRecord) -> bool:
    return record.name.partition(".")[0] in OWN


def _fields(record: logging.LogRecord) -> dict[str, str]:
    """Return what one of our own records says beside its message."""
    return {name: str(value) for name, value in vars(record).items() if name not in _USUAL}


def _at_work() -> dict[str, str]:
    """Return the ids of the turn and the trace at work, those there are."""
    ids = {"request": request.get(), "trace": trace_id()}
    return {name: id_ for name, id_ in ids.items() if id_}


class PlainLines(logging.Formatter):
    """One record as one line of words; ours with their fields."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  # as logging says
        fields = _fields(record) if _own(record) else {}
        words = [f"{name}={value}" for name, value in fields.items() if value]
        return " ".join((super().formatMessage(record), *words))[:LINE]

    def formatException(  # noqa: N802  # as logging says
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | _NoError
    ) -> str:
        told = _error(*ei)
        return "\n".join((told["error"], *told["frames"]))


class JsonLines(logging.Formatter):
    """One record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        own = _own(record)
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage() if own else f"{record.filename}:{record.lineno}",
        }
        if own:
            line |= _fields(record)
        line |= _at_work()
        if record.exc_info and record.exc_info[0]:
            line |= _error(*record.exc_info)
        text = json.dumps(line, ensure_ascii=True)
        if len(text) <= LINE:
            return text
        shortened = {name: str(value)[:SHORT] for name, value in line.items()}
        return json.dumps(shortened, ensure_ascii=True)


def _error(
    kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
) -> dict[str, Any]:
    causes = []
    while error is not None:
        causes.append(type(error).__name__)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    frames = [
        f"{f.filename.rpartition('/')[2]}:{f.lineno} {f.name}"
        for f in traceback.extract_tb(trace)[-FRAMES:]
    ]
    return {"error": " < ".join(causes), "frames": frames}
