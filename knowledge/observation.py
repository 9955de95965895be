"""
What operators watch: pieces of work, with how long they took and how they ended.

Whoever works says so by `observed`, or by `happened` where nothing lasts; who looks on (figures,
traces) is none of its business. Attributes are numbers and short names of ours ("model",
"refused"), never a word of a question, a document or a person.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol

Attribute = str | int | float | bool
request: ContextVar[str] = ContextVar("request", default="")  # of the turn at work, for the log


class Observer(Protocol):
    """
    Looks on. `began` returns what `ended` gets back; with `inner` the work is done inside it, so
    that what begins meanwhile is a part of it. `parent` is what `began` returned for the work this
    one is a part of, None where that is the one at work. `ago` is how many seconds ago it began.
    """

    def began(
        self, name: str, parent: object | None, *, inner: bool, ago: float = 0.0
    ) -> object: ...

    def ended(
        self, begun: object, name: str, seconds: float, attributes: dict[str, Attribute]
    ) -> None: ...


_OBSERVERS: list[Observer] = []
_unwatched: ContextVar[bool] = ContextVar("unwatched", default=False)


def _observers() -> list[Observer]:
    return [] if _unwatched.get() else _OBSERVERS


@contextmanager
def unwatched() -> Iterator[None]:
    """Let nobody look on at what is done inside: a rehearsal is no answer."""
    token = _unwatched.set(True)
    try:
        yield
    finally:
        _unwatched.reset(token)


class Observation:
    """One piece of work while it lasts. `outcome` is "done" unless somebody says otherwise."""

    def __init__(
        self, name: str, *, parent: "Observation | None" = None, inner: bool = True
    ) -> None:
        self.name = name
        self.attributes: dict[str, Attribute] = {}
        self.outcome = "done"
        self._began = time.perf_counter()
        self._begun: list[tuple[Observer, object]] = []
        for observer in _observers():
            above = None
            if parent is not None:
                above = dict(parent.begun).get(observer)
            self._begun.append((observer, observer.began(name, above, inner=inner)))

    @property
    def begun(self) -> tuple[tuple[Observer, object], ...]:
        """What each observer returned when this began."""
        return tuple(self._begun)

    def add(self, **attributes: Attribute) -> None:
        """Say more of it."""
        self.attributes |= attributes

    def end(self) -> None:
        """Say that it is over; the last begun is the first to end."""
        seconds = time.perf_counter() - self._began
        told = {"outcome": self.outcome, **self.attributes}
        for observer, begun in reversed(self._begun):
            observer.ended(begun, self.name, seconds, told)


@contextmanager
def observed(name: str, **attributes: Attribute) -> Iterator[Observation]:
    """Watch what is done inside; an exception's class is its outcome."""
    observation = Observation(name)
    observation.add(**attributes)
    try:
        yield observation
    except BaseException as error:
        observation.outcome = type(error).__name__
        raise
    finally:
        observation.end()


def happened(name: str, seconds: float = 0.0, **attributes: Attribute) -> None:
    """Tell of something that is over already, or that does not last."""
    for observer in _observers():
        begun = observer.began(name, None, inner=False, ago=seconds)
        observer.ended(begun, name, seconds, {"outcome": "done", **attributes})


@contextmanager
def watching(observer: Observer) -> Iterator[None]:
    """Let somebody look on for a while."""
    _OBSERVERS.append(observer)
    try:
        yield
    finally:
        _OBSERVERS.remove(observer)
