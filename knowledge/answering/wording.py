"""
The sentences knowledge itself says about an answer, in both languages; they live in `answers.yaml`.
"""

from functools import cache
from pathlib import Path
from string import Template

import yaml

from knowledge.errors import InvalidModel, KnowledgeError
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
            InvalidModel: a sentence lacks a language.
        """
        phrases = {}
        for name, row in yaml.safe_load(FILE.read_text(encoding="utf-8")).items():
            if set(row) != {"ja", "en"}:
                raise InvalidModel(
                    "invalid_texts",
                    Phrase(f"{name}: 日英の両方が必要です。", f"{name} needs exactly ja and en."),
                )
            phrases[str(name)] = Phrase(str(row["ja"]), str(row["en"]))
        return cls(phrases)

    def phrase(self, name: str, **values: object) -> Phrase:
        """Return the sentence `name` with its $values filled in."""
        phrase = self._phrases[name]
        return Phrase(
            Template(phrase.ja).substitute(values), Template(phrase.en).substitute(values)
        )

    def error(self, name: str, **values: object) -> KnowledgeError:
        """Return the error whose code and sentence are `name`."""
        return KnowledgeError(name, self.phrase(name, **values))
