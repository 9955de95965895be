"""What a question asks for, in words that can be compared with a sentence: its content, its focus, the kind of thing wanted."""

import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from knowledge.analysis import PERSON, PLACE, Analysis

_NUMERAL = "[0-9〇一二三四五六七八九十百千万億兆数半]"
_KINDS: tuple[tuple[str, re.Pattern[str], re.Pattern[str] | None], ...] = (
    ("who", re.compile(r"誰|だれ|どなた|人物|何者|\bwho\b"), None),
    ("where", re.compile(r"どこ|何処|どちら|場所|\bwhere\b"), None),
    (
        "when",
        re.compile(r"いつ|何年|何月|何日|何時|何世紀|時期|期限|\bwhen\b|what time|how long"),
        re.compile(rf"{_NUMERAL}+ ?(?:年|月|日|時|世紀|週)|時代|\b\d{{1,4}}\b"),
    ),
    (
        "number",
        re.compile(r"いくつ|いくら|どの(?:くらい|ぐらい)|どれ(?:くらい|ぐらい)|割合|人数|how (?:many|much)|\bprice\b|\bcost\b"),
        re.compile(_NUMERAL),
    ),
    (
        "why",
        re.compile(r"なぜ|何故|どうして|理由|原因|きっかけ|\bwhy\b"),
        re.compile(r"ため|から|ので|により|によって|理由|原因|ことで|because|since|due to|so that"),
    ),
    (
        "name",
        re.compile(r"何と(?:いう|言う|呼)|名前|名称|呼ばれ|呼ぶ|別名|略称|\bcalled\b|\bname\b"),
        re.compile(r"「|『|と呼|という|と言|と称|略|別名|\(|called|known as"),
    ),
)
_COUNTER = re.compile(r"何([^\sかとがをはにのでも、。?]{1,2})")


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a sentence: all of them, its nouns, and the people and places among them."""

    all: frozenset[str]
    nouns: frozenset[str]
    people: frozenset[str]
    places: frozenset[str]
    length: int


def words(text: str, analysis: Analysis) -> Words:
    """Return the words of one sentence."""
    found = analysis.tokens(text)
    return Words(
        frozenset(t.form for t in found),
        frozenset(t.form for t in found if t.noun),
        frozenset(t.form for t in found if t.kind == PERSON),
        frozenset(t.form for t in found if t.kind == PLACE),
        len(found),
    )


class Asked:
    """A question's words weighted by rarity among the passages it found."""

    def __init__(self, question: str, among: Sequence[frozenset[str]], analysis: Analysis) -> None:
        text = unicodedata.normalize("NFKC", question).lower()
        found = analysis.tokens(text)
        total = len(among)
        self._weight = {
            w.form: math.log(1 + (total * 10 - n + 0.5) / (n + 0.5)) for w in found for n in (sum(w.form in a for a in among),)
        }
        self.words = frozenset(self._weight)
        content = [w for w in found if w.content]
        self._content = {w.form: self._weight[w.form] for w in content} or dict(self._weight)
        self._nouns = frozenset(w.form for w in content if w.noun)
        self._kinds = [(name, holds) for name, asks, holds in _KINDS if asks.search(text)]
        self.focus = next((w.form for w in reversed(content) if w.noun), "")
        counter = _COUNTER.search(text)
        self._counter = re.compile(f"{_NUMERAL} ?{re.escape(counter[1][0])}") if counter else None

    def share(self, held: Iterable[str]) -> float:
        """Return the share 0..1 of all words, by rarity, that `held` holds."""
        return _share(self._weight, frozenset(held))

    def cover(self, held: Iterable[str]) -> float:
        """Return the share 0..1 of the content words, by rarity, that `held` holds."""
        return _share(self._content, frozenset(held))

    def missing(self, held: frozenset[str]) -> tuple[str, ...]:
        return tuple(word for word in self._content if word not in held)

    def unheard(self, held: frozenset[str]) -> float:
        """Return the share 0..1 of the content words that are nouns and stand nowhere in `held`: they are not its topic."""
        return len(self._nouns - held) / len(self._content) if self._content else 0.0

    def wants(self, *kinds: str) -> bool:
        return any(name in kinds for name, _ in self._kinds)

    def cue(self, text: str, found: Words) -> float:
        """Return 1.0 when a sentence holds a thing of the kind asked for: a person, a place, a date, a reason, a name."""
        if self._counter and self._counter.search(text):
            return 1.0
        for name, holds in self._kinds:
            if name == "who" and found.people - self.words:
                return 1.0
            if name == "where" and found.places - self.words:
                return 1.0
            if holds is not None and holds.search(text):
                return 1.0
        return 0.0


def _share(weights: dict[str, float], held: frozenset[str]) -> float:
    total = sum(weights.values())
    return sum(weight for word, weight in weights.items() if word in held) / total if total else 0.0
