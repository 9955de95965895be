"""
The sentences the bot says, by name and language.

They live in `handlers/sentences/*.yaml`, one file per ability; a sentence's full name is
"file.name". A sentence without both languages, or whose languages take different values, is an
error at load. A number takes the right word by `{n|page|pages}` (see knowledge/sentences.py).
"""

from functools import cache
from pathlib import Path

from knowledge.sentences import fill, filled, read
from knowledge.values import Language, Phrase

FOLDER = Path(__file__).with_name("sentences")


class Texts:
    def __init__(self, phrases: dict[str, Phrase]) -> None:
        self._phrases = phrases

    @classmethod
    @cache
    def load(cls) -> "Texts":
        """
        Read every file of sentences once.

        Raises:
            InvalidModel: a sentence lacks a language, its languages take different values, or a
                value or plural is malformed.
        """
        phrases: dict[str, Phrase] = {}
        for path in sorted(FOLDER.glob("*.yaml")):
            for name, phrase in read(path).items():
                phrases[f"{path.stem}.{name}"] = phrase
        return cls(phrases)

    def say(self, name: str, language: Language, /, **values: object) -> str:
        """
        Return the sentence `name` in `language` with its $values filled in; a missing value is a
        KeyError.
        """
        return fill(self._phrases[name].to(language), values)

    def phrase(self, name: str, /, **values: object) -> Phrase:
        """Return the sentence in both languages, a Phrase among its values in each one's own."""
        return filled(self._phrases[name], values)

    def names(self) -> tuple[str, ...]:
        return tuple(self._phrases)
