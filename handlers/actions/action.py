"""
What one button does, as a typed value, and how it becomes the few texts and numbers a button
carries.

Each room of handlers has a file here with its actions, because every room draws buttons of the
others and none may import another. An action is a class of plain fields:

    @action("document.publish")
    class Publish(Action):
        document: str
        version: str

A handler draws `Button(label, Publish(document.id, version.id))` and is handed a `Publish` when it
is pressed, on every face. Fields are `str`, `int`, `bool` or a `Literal` of texts. A field with a
default is left off the button where it has that value. What comes back is a claim, not a right:
whoever acts on it asks again.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from typing import (
    Any,
    ClassVar,
    Literal,
    TypeVar,
    dataclass_transform,
    get_args,
    get_origin,
    get_type_hints,
)

from handlers.conversation import Press, Values

# What a field is called on a button, where that is not its own name: some faces keep very little
# with a button, and buttons that were drawn years ago carry these names.
KEYS: Mapping[str, str] = {
    "answer": "aid",
    "changed": "m",
    "criterion": "c",
    "document": "d",
    "group": "g",
    "guideline": "p",
    "handover": "h",
    "job": "j",
    "language": "lang",
    "limit": "k",
    "model": "m",
    "number": "n",
    "option": "o",
    "other": "o",
    "passage": "s",
    "request": "w",
    "revision": "rev",
    "run": "rid",
    "search": "s",
    "suggestion": "k",
    "team": "tid",
    "version": "v",
}


@dataclass(frozen=True, slots=True)
class _Part:
    """One field of an action and the `key` under which a button carries it."""

    name: str
    key: str
    kind: type
    default: object  # `MISSING` where a button always carries it
    choices: tuple[str, ...] = ()  # the only texts it takes; empty takes any

    def written(self, value: str | int) -> str | int:
        return int(value) if self.kind is bool else value

    def read(self, carried: object) -> object:
        """
        Return the value that was carried.

        Raises:
            ValueError: no such value was ever drawn.
        """
        if self.kind is bool:
            if carried not in (0, 1):
                raise ValueError(self.name)
            return bool(carried)
        if type(carried) is not self.kind:
            raise ValueError(self.name)
        if self.choices and carried not in self.choices:
            raise ValueError(self.name)
        return carried


class Action:
    """What a button does. Its classes are made with the decorator `action`."""

    __slots__ = ()
    name: ClassVar[str]  # "room.verb"
    parts: ClassVar[tuple[_Part, ...]]

    @property
    def data(self) -> Values:
        """What a button carries of it: a form keeps this as its state."""
        carried: dict[str, str | int] = {}
        for part in self.parts:
            value = getattr(self, part.name)
            if value != part.default:
                carried[part.key] = part.written(value)
        return carried

    @property
    def press(self) -> Press:
        """The press of a button with this action, as faces carry it."""
        return Press(self.name, self.data)


A = TypeVar("A", bound=Action)
_ACTIONS: dict[str, type[Action]] = {}


@dataclass_transform(frozen_default=True)
def action(name: str) -> Callable[[type[A]], type[A]]:
    """
    Make a class of fields the action `name` ("room.verb").

    Raises:
        ValueError: the name is taken, or two fields would travel under the same key.
        TypeError: a field has a type that no button carries.
    """

    def made(described: type[A]) -> type[A]:
        if name in _ACTIONS:
            raise ValueError(f"two actions are called {name}")
        value = dataclass(frozen=True, slots=True)(described)
        value.name = name
        value.parts = _parts(value)
        _ACTIONS[name] = value
        return value

    return made


def actions() -> Mapping[str, type[Action]]:
    """Return every action of the rooms that have been imported, by name."""
    return _ACTIONS


def decode(name: str, carried: Values) -> Action | None:
    """
    Return the action a button carried, None where nothing like it is drawn today.

    What it carries besides is passed over: buttons of former versions carried more.
    """
    kind = _ACTIONS.get(name)
    if kind is None:
        return None
    values: dict[str, Any] = {}
    for part in kind.parts:
        if part.key in carried:
            try:
                values[part.name] = part.read(carried[part.key])
            except ValueError:
                return None
        elif part.default is MISSING:
            return None
    return kind(**values)


def _parts(described: type[Action]) -> tuple[_Part, ...]:
    hints = get_type_hints(described)
    parts = []
    keys: set[str] = set()
    for field in fields(described):  # type: ignore[arg-type]  # a dataclass by now
        key = KEYS.get(field.name, field.name)
        if key in keys:
            raise ValueError(f"two fields of {described.__name__} travel as {key!r}")
        keys.add(key)
        kind, choices = _kind(hints[field.name])
        parts.append(_Part(field.name, key, kind, field.default, choices))
    return tuple(parts)


def _kind(hint: object) -> tuple[type, tuple[str, ...]]:
    """Return the type a field travels as and the only texts it takes."""
    if hint in (str, int, bool):
        return hint, ()
    if get_origin(hint) is not Literal:
        raise TypeError(f"no button carries a {hint}")
    return str, get_args(hint)
