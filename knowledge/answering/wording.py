"""
The sentences knowledge itself says about an answer, in both languages; they live in `answers.yaml`.
"""

from functools import cache
from pathlib import Path

from knowledge.errors import KnowledgeError
from knowledge.sentences import filled, read
from knowledge.values import Phrase

FILE = Path(__file__).with_name("answers.yaml")


class Wording:
    def __init__(self, phrases: dict[str, Phrase]) -> None:
        self._phrases = phrases

    @classmethod
    @cache
    def load(cls) -> "Wording":
        """
        Read the file.

        Raises:
            InvalidModel: a sentence is not whole.
        """
        return cls(read(FILE))

    def phrase(self, name: str, **values: object) -> Phrase:
        """Return the sentence `name` with its $values filled in."""
        return filled(self._phrases[name], values)

    def error(self, name: str, **values: object) -> KnowledgeError:
        """Return the error whose code and sentence are `name`."""
        return KnowledgeError(name, self.phrase(name, **values))
