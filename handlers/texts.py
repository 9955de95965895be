"""
The sentences the bot says, by name and language.

They live in `handlers/sentences/*.yaml`, one file per ability; a sentence's full name is
"file.name". A sentence without both languages, or whose languages take different values, is an
error at load.
"""

from functools import cache
from pathlib import Path
from string import Template

from knowledge.errors import InvalidModel
from knowledge.values import Language, Phrase
from knowledge.yaml_values import yaml_values

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
            InvalidModel: a sentence lacks a language, or its languages take different values.
        """
        phrases: dict[str, Phrase] = {}
        for path in sorted(FOLDER.glob("*.yaml")):
            rows = yaml_values(path.read_text(encoding="utf-8")) or {}
            for name, row in rows.items():
                phrases[f"{path.stem}.{name}"] = _phrase(f"{path.name}: {name}", row)
        return cls(phrases)

    def say(self, name: str, language: Language, /, **values: object) -> str:
        """
        Return the sentence `name` in `language` with its $values filled in; a missing value is a
        KeyError.
        """
        return Template(self._phrases[name].to(language)).substitute(values)

    def phrase(self, name: str, /, **values: object) -> Phrase:
        """Return the sentence in both languages."""
        return Phrase(self.say(name, "ja", **values), self.say(name, "en", **values))

    def names(self) -> tuple[str, ...]:
        return tuple(self._phrases)


def _phrase(place: str, row: object) -> Phrase:
    if not isinstance(row, dict) or set(row) != {"ja", "en"}:
        raise _invalid(place, "日本語(ja)と英語(en)の両方が必要です", "needs exactly ja and en")
    ja, en = str(row["ja"]), str(row["en"])
    if set(Template(ja).get_identifiers()) != set(Template(en).get_identifiers()):
        raise _invalid(place, "日英で差し込む値が違います", "takes different values in ja and en")
    return Phrase(ja, en)


def _invalid(place: str, ja: str, en: str) -> InvalidModel:
    return InvalidModel("invalid_texts", Phrase(f"{place}: {ja}。", f"{place} {en}."))
