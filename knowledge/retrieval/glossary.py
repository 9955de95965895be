"""
Words that mean the same: what people say and what documents write. Some come with us, an admin adds
their own.

A question is searched with the other words of each group it touches, at half weight, in both
directions, and with the words for the kind of what it names, in that direction alone: who asks of
ChatGPT finds what is said of generative AI. Passages stay as they are, so a change counts at once
and needs no new index.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache, cached_property, lru_cache
from itertools import chain
from pathlib import Path

from knowledge.errors import KnowledgeError
from knowledge.sentences import phrase, yaml_values
from knowledge.text.analysis import normalise

FILE = Path(__file__).with_name("glossary.yaml")
KINDS = Path(__file__).with_name("kinds.yaml")
GROUPS = 1000  # groups an admin may keep
WORDS = 20  # words of one group
FEWEST = 2  # words that make a group
LONGEST = 60  # characters of one word
ADDED = 8  # words of a question that are looked up
# the kana that follow the stem of a verb in its other forms, by that of its dictionary form
FORMS = {
    "う": "わいえおっ",
    "く": "かきけこい",
    "ぐ": "がぎげごい",
    "す": "さしせそ",
    "つ": "たちてとっ",
    "ぬ": "なにねのん",
    "ぶ": "ばびべぼん",
    "む": "まみめもん",
    "る": "らりれろっ",
}
BEFORE_RU = "いきぎしじちにひびみりえけげせぜてでねへべめれ"  # such a verb drops its る

Groups = tuple[tuple[str, ...], ...]
Kinds = tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]


class Glossary:
    """Groups of words. Later groups join earlier ones only through a question that touches both."""

    def __init__(self, groups: Groups = (), kinds: Kinds = ()) -> None:
        """`kinds` are the words for a kind, and what is one of it."""
        self.groups = groups
        self.kinds = kinds
        self.alternatives = lru_cache(maxsize=1024)(self._alternatives)

    @classmethod
    @cache
    def load(cls) -> "Glossary":
        """Return the groups that come with us."""
        content = yaml_values(FILE.read_text(encoding="utf-8"))
        groups = [tuple(map(str, group)) for group in content]
        kinds = [
            (tuple(map(str, kind["is"])), tuple(map(str, kind["one"])))
            for kind in yaml_values(KINDS.read_text(encoding="utf-8"))
        ]
        return cls(tuple(groups), tuple(kinds))

    def __add__(self, groups: Groups) -> "Glossary":
        return Glossary((*self.groups, *groups), self.kinds)

    def members(self, normalised: str) -> list[str]:
        """Return what a normalised text names that is one of a kind: chatgpt, 顧客リスト."""
        return [member for member in self._members if member in normalised]

    def phrases_of_a_kind(self, normalised: str) -> list[tuple[str, str]]:
        """Return the Japanese phrases that name one of a kind (…の名前), with the kind's own word."""
        named: list[tuple[str, str]] = []
        for one, kind in self._phrases:
            if one in normalised:
                named.append((one, kind))
        return named

    @cached_property
    def _phrases(self) -> tuple[tuple[str, str], ...]:
        phrases: list[tuple[str, str]] = []
        for names, members in self.kinds:
            for member in members:
                one = normalise(member)
                if "の" in one[1:-1]:
                    phrases.append((one, normalise(names[0])))
        return tuple(sorted(phrases, reverse=True))  # a longer one before what it begins with

    @cached_property
    def _members(self) -> tuple[str, ...]:
        """What is one of a kind, normalised."""
        return tuple(normalise(member) for _, members in self.kinds for member in members)

    def _alternatives(self, normalised: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """
        Return each word of the glossary a normalised question holds, longest first, with the others
        of its group.
        """
        if self._pattern is None:
            return ()

        alternatives: list[tuple[str, tuple[str, ...]]] = []
        for match in self._pattern.finditer(normalised):
            word = self._verbs.get(match.group()) or match.group()
            groups = self._groups_of.get(word) or self._groups_of.get(word.removesuffix("s")) or []
            words = dict.fromkeys(chain(*groups))
            others = tuple(other for other in words if other != word and other not in normalised)
            alternatives.append((word, others))
        return tuple(alternatives[:ADDED])

    @cached_property
    def _groups_of(self) -> dict[str, list[tuple[str, ...]]]:
        """The groups of each normalised word."""
        groups_of: dict[str, list[tuple[str, ...]]] = {}
        for group in self.groups:
            words = tuple(normalise(word) for word in group)
            for word in words:
                groups_of.setdefault(word, []).append(words)
        for names, members in self.kinds:
            words = tuple(normalise(name) for name in names)
            for member in members:
                groups_of.setdefault(normalise(member), []).append(words)
        return groups_of

    @cached_property
    def _verbs(self) -> dict[str, str]:
        """Each form of a verb that people write (亡くなり, 借り), with the verb itself."""
        verbs: dict[str, str] = {}
        for word in self._groups_of:
            for form in forms_of_verb(word):
                if form not in self._groups_of:
                    verbs.setdefault(form, word)
        return verbs

    @cached_property
    def _pattern(self) -> "re.Pattern[str] | None":
        """What matches any word of the glossary, the longest first; None for an empty one."""
        if not self._groups_of:
            return None
        words = sorted((*self._groups_of, *self._verbs), key=len, reverse=True)
        return re.compile("|".join(map(_bounded, words)))


def checked(groups: Iterable[Sequence[str]]) -> Groups:
    """
    Return an admin's groups, trimmed and without repeats.

    Raises:
        KnowledgeError: too many groups or words, a word that is too long, or a group of fewer than
        two words.
    """
    trimmed = []
    for number, group in enumerate(groups, 1):
        if number > GROUPS:
            raise KnowledgeError("glossary_too_long", phrase("glossary_too_long", limit=GROUPS))
        words = dict.fromkeys(" ".join(word.split()) for word in group)
        words.pop("", None)
        if not FEWEST <= len(words) <= WORDS:
            raise KnowledgeError(
                "glossary_group", phrase("glossary_group", number=number, limit=WORDS)
            )
        for word in words:
            if len(word) > LONGEST:
                beginning = f"{word[:LONGEST]}…"
                raise KnowledgeError(
                    "glossary_word", phrase("glossary_word", word=beginning, limit=LONGEST)
                )
        trimmed.append(tuple(words))
    return tuple(trimmed)


def forms_of_verb(word: str) -> list[str]:
    """
    Return the beginnings of a Japanese verb's other forms, where it is written with a kanji: of
    亡くなる 亡くなり, 亡くなっ and so on; of 借りる also 借り itself.

    What stands before る may be the whole stem or only seem so (帰る, 借りる), so both are told;
    the one that is no word is met nowhere.
    """
    written = re.search(r"[一-鿿]", word) and not word.endswith("する")
    if not written or word[-1] not in FORMS:
        return []
    stem = word[:-1]
    forms = [stem + kana for kana in FORMS[word[-1]]]
    if word[-1] == "る" and stem[-1] in BEFORE_RU:
        forms.append(stem)
    return forms


def _bounded(word: str) -> str:
    """
    Return a pattern for a normalised word where it stands by itself.

    A Latin word matches whole, its plural too; one in katakana or hiragana alone not inside a
    longer run of the same letters. Hiragana also matches before a particle, which is not told from
    the word by its letters. What has a kanji matches anywhere.
    """
    escaped = re.escape(word)
    if word[0].isascii() and word[-1].isascii():
        return rf"(?<![a-z0-9]){escaped}s?(?![a-z0-9])"
    if re.fullmatch(r"[ァ-ヴー]+", word):
        return rf"(?<![ァ-ヴー]){escaped}(?![ァ-ヴー])"
    if re.fullmatch(r"[ぁ-ん]+", word):
        begins = "(?<![ぁ-ん一-鿿])"
        return rf"{begins}{escaped}(?![ぁ-ん])|{begins}{escaped}(?=[のでにはもがをとへ])"
    return escaped
