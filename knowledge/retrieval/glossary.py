"""
Words that mean the same: what people say and what documents write. Some come with us, an admin adds
their own.

A question is searched with the other words of each group it touches, at half weight, in both
directions; passages stay as they are, so a change counts at once and needs no new index.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache
from pathlib import Path

import yaml

from knowledge.errors import KnowledgeError
from knowledge.sentences import phrase
from knowledge.text.analysis import normalise

FILE = Path(__file__).with_name("glossary.yaml")
GROUPS = 1000  # groups an admin may keep
WORDS = 20  # words of one group
LONGEST = 60  # characters of one word
ADDED = 8  # words of a question that are looked up

Groups = tuple[tuple[str, ...], ...]


class Glossary:
    """Groups of words. Later groups join earlier ones only through a question that touches both."""

    def __init__(self, groups: Groups = ()) -> None:
        self.groups = groups
        self.alternatives = lru_cache(maxsize=1024)(self._alternatives)

    @classmethod
    def load(cls) -> "Glossary":
        """Return the groups that come with us."""
        return cls(
            tuple(
                tuple(map(str, group)) for group in yaml.safe_load(FILE.read_text(encoding="utf-8"))
            )
        )

    def __add__(self, groups: Groups) -> "Glossary":
        return Glossary((*self.groups, *groups))

    def _alternatives(self, normalised: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """
        Return each word of the glossary a normalised question holds, longest first, with the others
        of its group.
        """
        found: list[tuple[str, tuple[str, ...]]] = []
        for match in self._pattern.finditer(normalised) if self._pattern else ():
            word = match.group()
            groups = self._groups_of.get(word) or self._groups_of.get(word.removesuffix("s")) or []
            others = dict.fromkeys(w for group in groups for w in group if w not in normalised)
            found.append((word, tuple(others)))
        return tuple(found[:ADDED])

    @cached_property
    def _groups_of(self) -> dict[str, list[tuple[str, ...]]]:
        found: dict[str, list[tuple[str, ...]]] = {}
        for group in self.groups:
            words = tuple(normalise(word) for word in group)
            for word in words:
                found.setdefault(word, []).append(words)
        return found

    @cached_property
    def _pattern(self) -> "re.Pattern[str] | None":
        words = sorted(self._groups_of, key=len, reverse=True)
        return re.compile("|".join(map(_bounded, words))) if words else None


def checked(groups: Iterable[Sequence[str]]) -> Groups:
    """
    Return an admin's groups, trimmed and without repeats.

    Raises:
        KnowledgeError: too many groups or words, a word that is too long, or a group of fewer than
        two words.
    """
    kept = []
    for number, group in enumerate(groups, 1):
        if number > GROUPS:
            raise KnowledgeError("glossary_too_long", phrase("glossary_too_long", limit=GROUPS))
        words = tuple(dict.fromkeys(" ".join(word.split()) for word in group if word.strip()))
        if not 2 <= len(words) <= WORDS:
            raise KnowledgeError(
                "glossary_group", phrase("glossary_group", number=number, limit=WORDS)
            )
        if long := next((word for word in words if len(word) > LONGEST), ""):
            raise KnowledgeError(
                "glossary_word", phrase("glossary_word", word=f"{long[:LONGEST]}…", limit=LONGEST)
            )
        kept.append(words)
    return tuple(kept)


def _bounded(word: str) -> str:
    """Latin words only match whole, and a word in kana alone not inside a longer kana word."""
    escaped = re.escape(word)
    if word[0].isascii() and word[-1].isascii():
        return rf"(?<![a-z0-9]){escaped}s?(?![a-z0-9])"
    if re.fullmatch(r"[ァ-ヴー]+", word):
        return rf"(?<![ァ-ヴー]){escaped}(?![ァ-ヴー])"
    if re.fullmatch(r"[ぁ-ん]+", word):
        return rf"(?<![ぁ-ん一-鿿]){escaped}(?![ぁ-ん])|(?<![ぁ-ん一-鿿]){escaped}(?=[のでにはもがをとへ])"
    return escaped
