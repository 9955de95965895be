"""
A statement put beside the one place that speaks of the same, and what is otherwise there: a cell of
another row, another person or means in the same role, a word that shuts out the source's, a yes
where the rule says no.

Which place that is, the rarer words tell, never the figures, since a moved figure would lead to the
place it was taken from.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from knowledge.answering.cells import of_another_row, rows_of
from knowledge.answering.comparison import Comparison, Words, is_japanese
from knowledge.answering.grounding import plain
from knowledge.text.predicates import asked_for, stance_of, verdict

FILE = Path(__file__).with_name("exclusives.yaml")
ASKED, BEFORE = 0.4, 0.12  # what the question's words, and the place before, add to closeness
LIKELY = 0.8  # share of the best closeness from which on a place may be meant
SAME = 0.5  # share of a sentence's words its place has, from which on their roles are compared
_PIECES = re.compile(r"[;；]\s*|(?<=。)|(?<=[.!?])\s+")
_ROLE = re.compile(
    r"([一-龥々ァ-ヶーA-Za-z0-9]{2,})(へ|に|で|が|は|を経て|から)"
    r"(?=[^あ-ん]|[ぁ-ん]?[一-龥ァ-ヶ]|も|は|$)"
)
_CLASSES = {
    "へ": "to", "に": "to", "で": "by", "が": "who", "は": "who", "を経て": "via", "から": "from",
}  # fmt: skip
_NO_PARTY = re.compile(r"\d|日|月|年|週|時|とき|場合|以内|まで|前|後|こと|もの|必要|可能|上限|以上")
_LEADING = r"^(?:and |but |so |yes, |no, )*(?:the |an? |your |our |their )?"
_SUBJECT = re.compile(
    rf"{_LEADING}((?:[a-z'-]+ ){{0,3}}?[a-z'-]+)"
    r" (?:must|may|can|will|shall|should|has to|have to)(?: not)? ([a-z]+)"
)
_ACTIVE = re.compile(rf"{_LEADING}((?:[a-z'-]+ ){{0,2}}?[a-z'-]+) ([a-z]{{3,}}?)(?:s|es|ed)\b")
_ANYBODY = frozenset({
    "you", "they", "it", "we", "one", "he", "she", "i", "this", "that", "these", "those", "there",
    "people", "staff", "employee", "employees", "who",
})  # fmt: skip
_COMMON_VERBS = frozenset({
    "b", "hav", "do", "get", "us", "need", "tak", "mak", "giv", "go", "want",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """A sentence of a source, with its words."""

    text: str
    words: Words


def alignment(seen: Comparison) -> dict[str, float]:
    """Return what a statement has otherwise than the place that speaks of the same, each 0 or 1."""
    found = dict.fromkeys(("row", "swapped", "excluded", "denied"), 0.0)
    rows = rows_of(seen)
    if rows:
        found["row"] = of_another_row(seen, rows)
    else:
        found |= _of_sentences(seen)
    return found


def _of_sentences(seen: Comparison) -> dict[str, float]:
    found: dict[str, float] = {}
    places = _places(seen)
    before = -1
    for sentence in seen.sentences:
        own = seen.words(sentence)
        closeness = [_closeness(seen, own, place, places) for place in places]
        if before >= 0:
            closeness[before] += BEFORE
        before = closeness.index(max(closeness))
        excluded = swapped = True
        for place, score in zip(places, closeness, strict=True):
            if score >= LIKELY * closeness[before]:
                excluded = excluded and _excludes(sentence, place.text, seen.question)
                swapped = swapped and _is_swapped(seen, sentence, own, place)
        if excluded:
            found["excluded"] = 1.0
        if swapped:
            found["swapped"] = 1.0
    if _is_denied(seen, places):
        found["denied"] = 1.0
    return found


def _places(seen: Comparison) -> list[Place]:
    places: list[Place] = []
    for whole in seen.places:
        pieces = filter(re.compile(r"\w").search, _PIECES.split(whole))
        places += [Place(text, seen.words(text)) for text in pieces]
    return places or [Place(seen.whole, seen.held)]


def _closeness(seen: Comparison, own: Words, place: Place, places: Sequence[Place]) -> float:
    total = _shared(own, place.words, places)
    return total + ASKED * _shared(seen.words(seen.question), place.words, places)


def _shared(ours: Words, theirs: Words, places: Sequence[Place]) -> float:
    """Return the share of words that stand at a place, each less the more places have it."""
    total = 0.0
    for form, groups in ours.groups.items():
        if not theirs.has(form, groups):
            continue
        holding = 0
        for place in places:
            holding += place.words.has(form, groups)
        total += 1.0 / holding
    return total / max(len(ours.groups), 1)


def _excludes(sentence: str, place: str, asked: str) -> bool:
    """Whether a sentence has a word that shuts out the one its place has."""
    ours, theirs, question = plain(sentence), plain(place), plain(asked)
    for group in _exclusives():
        said, held = _of_group(group, ours), _of_group(group, theirs)
        if said and held and not said & (held | _of_group(group, question)):
            return True
    return False


def _of_group(group: Sequence[re.Pattern[str]], text: str) -> set[str]:
    """Return which words of a group a text has."""
    return {form.pattern for form in group if form.search(text)}


@cache
def _exclusives() -> list[list[re.Pattern[str]]]:
    rows: list[list[str]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return [list(map(re.compile, row)) for row in rows]


def _is_swapped(seen: Comparison, sentence: str, own: Words, place: Place) -> bool:
    """Whether somebody or something else stands in a role that its place fills."""
    if not own.groups or 1.0 - len(place.words.lacks(own)) / len(own.groups) < SAME:
        return False
    if is_japanese(sentence):
        return _is_swapped_japanese(seen, sentence, place)
    return _is_swapped_english(seen, sentence, place)


def _is_swapped_japanese(seen: Comparison, sentence: str, place: Place) -> bool:
    theirs = _roles(place.text)
    for role, nouns in _roles(sentence).items():
        others = theirs.get(role, set())
        if not others or (role == "who" and "が" not in sentence):
            continue
        said = seen.words("、".join(nouns))
        held = seen.words("、".join(others))
        new = place.words.lacks(said, seen.asked)
        lost = seen.said.lacks(held, seen.asked)
        if said.groups and len(new) == len(said.groups) and len(lost) == len(held.groups):
            return True
    return False


def _roles(text: str) -> dict[str, set[str]]:
    roles: dict[str, set[str]] = {}
    for noun, particle in _ROLE.findall(text):
        if not _NO_PARTY.search(noun):
            roles.setdefault(_CLASSES[particle], set()).add(noun)
    return roles


def _is_swapped_english(seen: Comparison, sentence: str, place: Place) -> bool:
    """Whether somebody does what somebody else does in its place."""
    theirs = _subjects(place.text)
    for verb, subject in _subjects(sentence).items():
        other = theirs.get(verb, "")
        if not other or set(subject.split()) & _ANYBODY or other in ("it", "they"):
            continue
        said, held = seen.words(subject), seen.words(other)
        if said.groups and held.groups and len(held.lacks(said)) == len(said.groups):
            return True
    return False


def _subjects(text: str) -> dict[str, str]:
    """Return who does what: {"rais": "finance team"}."""
    found = {}
    for clause in re.split(r"[;:,.]\s*|\band\b|\bbut\b", plain(text)):
        match = _SUBJECT.match(clause.strip()) or _ACTIVE.match(clause.strip())
        if match:
            verb = match[2].removesuffix("e")
            if verb not in _COMMON_VERBS:
                found[verb] = match[1]
    return found


def _is_denied(seen: Comparison, places: Sequence[Place]) -> bool:
    """Whether a yes or no is the opposite of what the rule closest to the question says."""
    asked = asked_for(seen.question)
    if asked is None or not seen.lead:
        return False
    own = seen.words(f"{seen.question} {seen.body}")
    closeness = [_shared(own, place.words, places) for place in places]
    place = places[closeness.index(max(closeness))]
    told = verdict(asked, stance_of(place.text))
    return bool(told) and told != seen.lead
