"""The sentences of this room, said to one person."""

from handlers.conversation import Message, Paragraph, Reply
from handlers.texts import Texts
from knowledge.values import Language


class Wording:
    """Says what one file of sentences holds, in one language."""

    def __init__(self, texts: Texts, language: Language, file: str = "choose") -> None:
        self.texts = texts
        self.language = language
        self._file = file

    @classmethod
    def to(cls, message: Message, texts: Texts, file: str = "choose") -> "Wording":
        """Return the wording for whoever sent `message`."""
        return cls(texts, message.person.language, file)

    def __call__(self, name: str, /, **values: object) -> str:
        """Return a sentence with its $values filled in; a missing value is a KeyError."""
        return self.texts.say(f"{self._file}.{name}", self.language, **values)

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
