"""
Texts of the environment (or of `.env`) into values, or a sentence that says what is wrong.

A section is a dataclass whose fields are made by `setting`: its name, how it is read, what it means
and what an empty one means, in one place. Values of secrets are never part of a message.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, ClassVar, Self

from handlers.texts import Texts
from knowledge.values import Phrase

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})  # how this machine alone is called
_KEY = "setting"  # in a field's metadata

Read = Callable[[str, str], Any]  # a setting's name and its text, stripped → its value


class InvalidSettings(Exception):
    """
    A setting is missing, half set or out of range. `reason` names it and the way out in both
    languages.
    """

    def __init__(self, code: str, reason: Phrase) -> None:
        super().__init__(reason.en)
        self.code = code
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Definition:
    """
    One setting. `name` is its name in the environment; `read` makes its value of its text, and of
    the empty text where it is not set. `meaning` says what it is for, `empty` what holds without
    it. A `secret` is shown nowhere.
    """

    name: str
    read: Read
    meaning: Phrase
    empty: Phrase
    secret: bool


def text(name: str, value: str) -> str:
    """Return the text itself."""
    return value


def setting(  # noqa: PLR0913  # all that a setting is stands in one place
    name: str,
    meaning: tuple[str, str],
    empty: tuple[str, str] = ("–", "–"),
    *,
    read: Read = text,
    secret: bool = False,
    default: Any = MISSING,
    default_factory: Any = MISSING,
) -> Any:
    """
    Return a dataclass field that is read from the environment.

    `meaning` and `empty` are said in Japanese and English. The defaults are for sections made by
    hand; what is read of an empty text is what `read` makes of it.
    """
    definition = Definition(name, read, Phrase(*meaning), Phrase(*empty), secret)
    metadata = {_KEY: definition}
    if default_factory is not MISSING:
        return field(metadata=metadata, default_factory=default_factory)
    return field(metadata=metadata, default=default)


def definitions(section: type) -> dict[str, Definition]:
    """Return the settings of a section by the field each fills, in the section's order."""
    found = {}
    for one in fields(section):
        if _KEY in one.metadata:
            found[one.name] = one.metadata[_KEY]
    return found


def values(section: type, environment: Mapping[str, str]) -> dict[str, Any]:
    """
    Return what the environment says for each field of a section.

    Raises:
        InvalidSettings: a value cannot be read.
    """
    read = {}
    for attribute, definition in definitions(section).items():
        value = environment.get(definition.name, "").strip()
        read[attribute] = definition.read(definition.name, value)
    return read


class Section:
    """
    A platform's own settings; subclasses are dataclasses of `setting` fields.

    The platform is on as soon as one of them is set. `title` is what sentences call the section.
    """

    title: ClassVar[str] = ""
    __slots__ = ()

    @property
    def open_to_all(self) -> str:
        """
        The name of the setting that switched the platform's authentication off, empty where it is
        on; such a platform listens on this machine alone.
        """
        return ""

    def checked(self) -> Self | None:
        """
        Return the section, or None where its platform is off.

        Raises:
            InvalidSettings: it is half set. A setting without a default has to be set.
        """
        names = definitions(type(self))
        if not any(getattr(self, attribute) for attribute in names):
            return None
        for one in fields(type(self)):  # type: ignore[arg-type]  # every subclass is a dataclass
            if one.default is not MISSING or getattr(self, one.name):
                continue
            raise self.half(names[one.name].name)
        return self

    def half(self, name: str) -> InvalidSettings:
        """Return the error that says which setting is missing."""
        return InvalidSettings(
            "half_section",
            Texts.load().phrase("settings.half_section", title=self.title, name=name),
        )
