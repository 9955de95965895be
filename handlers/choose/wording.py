"""The sentences of this room, said to one person."""

from typing import Self

from handlers.conversation import Message, Paragraph, Reply
from handlers.texts import Texts
from knowledge.values import Language


class Wording:
    """Says the sentences of the guided dialog, in one language."""

    def __init__(self, texts: Texts, language: Language) -> None:
        self.texts = texts
        self.language = language

    @classmethod
    def to(cls, message: Message, texts: Texts) -> Self:
        """Return the wording for whoever sent `message`."""
        return cls(texts, message.person.language)

    def __call__(self, name: str, /, **values: object) -> str:
        """Return a sentence with its $values filled in; a missing value is a KeyError."""
        return self.texts.say(f"choose.{name}", self.language, **values)

    def listed(self, names: list[str]) -> str:
        """Return names as a list within a sentence."""
        return self.texts.say("choose.listed", self.language).join(names)

    def reply(self, name: str, /, **values: object) -> Reply:
        """Return a sentence as all there is to say, for its person alone."""
        return Reply(self(name, **values), private=True)

    def note(self, text: str) -> tuple[Paragraph, ...]:
        """Return what is noted above everything else: nothing where `text` is empty."""
        if not text:
            return ()
        return (Paragraph(text, "note"),)


class ModelWording(Wording):
    """Says the sentences about the decision model itself."""

    def __call__(self, name: str, /, **values: object) -> str:
        return self.texts.say(f"model.{name}", self.language, **values)

    def reply(self, name: str, /, **values: object) -> Reply:
        return Reply(self(name, **values), private=True)
