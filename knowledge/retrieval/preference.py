"""
Which of several passages that answer a question comes first: the asker's language of a place, and
the document that holds.

How well a passage fits the question is the re-ranker's to say. Here its share is weighed by what
its document is worth: a rule more than a guideline or a collection of answers, what is in force
more than what is overdue or has a later edition, the company's own documents more than the digest
that comes with us, unless the question is about what that digest is about.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from knowledge.retrieval.query import Query
from knowledge.retrieval.terms import Terms, Words
from knowledge.text.predicates import asked_for
from knowledge.values import Document, DocumentKind, Hit, Language

Worth = Literal["rule", "guideline", "other", "faq", "deck"]
WEIGHTS: dict[Worth, float] = {"rule": 1.0, "guideline": 0.9, "other": 0.8, "faq": 0.7, "deck": 0.3}
OVERDUE = 0.6  # of a document whose review date has passed
# an edition's passage is overruled where the later one holds that much of what it does
COVERED = 0.8
# in meaning, that a later edition's passage may lie behind, and how near it must lie at least
BEHIND, NEAR = 0.1, 0.45
REPLACED = 0.3  # of a passage that the later edition has nothing like
# share of the question's nouns in a slide's title from which it is about what the digest is about
ABOUT = 0.5
_ORDER: tuple[Worth, ...] = ("deck", "faq", "other", "guideline", "rule")

_RULE = re.compile(
    r"規程|規則|規定|細則|就業規則|内規|条例|ポリシー|\b(?:polic(?:y|ies)|rules?|regulations?|bylaws?)\b"
)
_FAQ = re.compile(r"faq|q ?& ?a|よくある(?:ご)?質問|質問集|\bfrequently asked\b")
# who asks about the talk that the digest tells of, and the headings of what it says of that talk
_TALK = re.compile(
    r"発表|登壇|講演|講師|質疑|何時|セミナー|イベント|時間割|当日|目次|アジェンダ|この(?:資料|スライド)"
    r"|対象者|向け(?:た|の)資料|[\u3400-\u9fff]さん(?!の)|\bwho(?: is|'s) [a-z]+\b"
    r"|\b(?:talks?|speakers?|presenters?|presentation|seminar|event|agenda|outline|timetable)\b"
    r"|\b(?:programme|slides?|deck|audience|q&a|what time)\b"
)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_EDITION = re.compile(
    r"第[\d.]+(?:版|改訂版|改定版)|(?<!\d)(?:19|20)\d\d(?!\d)(?:年度?版?)?|\d+[月日]|^[\d.]+"
    r"|改訂版?|改定版?|最新版?|[新旧]版|年度?版|\b(?:version|ver|rev|v)[ .]?\d[\d.]*"
    r"|\b(?:edition|version|revised|revision|final)\b"
)
_SIGNS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Standing:
    """
    What a document is worth as a source. `since` is the ISO date, or the year, from which it
    counts, empty where nothing says. `work` is what all editions of a document are called, its
    title and file name without the edition; empty where neither names one.
    """

    worth: Worth
    since: str = ""
    overdue: bool = False
    work: str = ""

    @property
    def weak(self) -> bool:
        """Whether another document may say with more right how things stand."""
        return self.overdue or self.worth == "faq"

    def above(self, other: "Standing") -> bool:
        """Report whether this document holds where the two say different things."""
        if self.overdue != other.overdue:
            return other.overdue
        if self.worth != other.worth:
            return _ORDER.index(self.worth) > _ORDER.index(other.worth)
        return bool(self.since) and bool(other.since) and self.since > other.since


def standing(document: Document, today: date) -> Standing:
    """
    Return what a document is worth on that day, from what an admin said of it and else its title.
    """
    metadata = document.metadata
    title = _normalised(metadata.title)
    name = ""
    if document.published is not None:
        name = _normalised(Path(document.published.name).stem)
    edition = _year(title) or _year(name)
    overdue = bool(metadata.review) and metadata.review < today.isoformat()
    work = ""
    if edition:
        work = f"{_work(title)}/{_work(name)}"
    return Standing(_worth(metadata.kind, title), metadata.effective or edition, overdue, work)


def prefer(hits: Sequence[Hit], language: Language) -> list[Hit]:
    """Of a place that exists in both languages keep the asker's; the others keep their order."""
    places = set()
    for hit in hits:
        if hit.passage.language == language:
            places.add(_place(hit))
    return [hit for hit in hits if hit.passage.language == language or _place(hit) not in places]


def _place(hit: Hit) -> tuple[str, str, int | str]:
    """Return where a hit stands, whatever the language; a numbered place goes by its number."""
    place = hit.passage.place
    return hit.passage.document, place.kind, place.number or place.label


def by_standing(
    query: Query, hits: Sequence[Hit], standings: Mapping[str, Standing]
) -> tuple[Hit, ...]:
    """
    Return the hits, best first, in the order of their scores weighed by what their documents are
    worth; without what the digest tells of the talk itself where nobody asks about that, and
    without the digest where leave is asked for and it is about something else.

    Hits whose documents are worth the same keep their order, whatever it was made by; a document
    that `standings` lacks weighs as much as a rule.
    """
    older = _older(query, hits, standings)
    leave = _asks_leave(query)
    weighed: list[Hit] = []
    left_out: list[Hit] = []
    score = float("inf")
    for hit in hits:
        score = min(score, hit.score)  # where another order was fused in, it may rise again
        place = standings.get(hit.passage.document)
        weight = 1.0
        if place is not None:
            weight = _weight(query, hit, place, leave=leave)
        if hit.passage.document in older:
            weight *= REPLACED
        told = weighed if weight else left_out
        told.append(replace(hit, score=score * weight))
    return tuple(sorted(weighed or left_out, key=_score, reverse=True))


def superseded(
    query: Query, hits: Sequence[Hit], standings: Mapping[str, Standing]
) -> tuple[Hit, ...]:
    """
    Return the hits that a later edition of their document overrules: it was found, too, and holds
    about as much of the question or lies about as near to it in meaning. The later one is the one
    whose year the question names, if any.
    """
    older = _older(query, hits, standings)
    if not older:
        return ()
    overruled = []
    for hit in hits:
        if hit.passage.document not in older or not hit.terms:
            continue
        share = _held(query, hit)
        work = standings[hit.passage.document].work
        for other in hits:
            place = standings.get(other.passage.document)
            later = place is not None and place.work == work
            later = later and other.passage.document not in older
            holds = other.terms and _held(query, other) >= COVERED * share
            if later and (holds or _lies_as_near(other, hit)):
                overruled.append(hit)
                break
    return tuple(overruled)


def _lies_as_near(other: Hit, hit: Hit) -> bool:
    if other.meaning is None or hit.meaning is None:
        return False
    return other.meaning >= max(hit.meaning - BEHIND, NEAR)


def _score(hit: Hit) -> float:
    return hit.score


def _weight(query: Query, hit: Hit, place: Standing, *, leave: bool) -> float:
    weight = WEIGHTS[place.worth]
    if place.worth == "deck":
        weight = _weight_of_digest(query, hit, leave=leave)
    if place.overdue:
        weight *= OVERDUE
    return weight


def _weight_of_digest(query: Query, hit: Hit, *, leave: bool) -> float:
    """Return 0 for what is no answer: it tells what there is, never what people here may do."""
    if _is_aside(query, hit):
        return 0.0
    about_it = titled(query, hit) >= ABOUT
    if leave:
        return WEIGHTS["deck"] * about_it
    return 1.0 if about_it else WEIGHTS["deck"]


def _is_aside(query: Query, hit: Hit) -> bool:
    """Whether a passage of the digest tells of the talk alone, and nobody asks about that."""
    heading = "".join(hit.passage.headings[-1:]).lower()
    return (
        hit.passage.kind == "slide" and bool(_TALK.search(heading)) and not _TALK.search(query.text)
    )


def _asks_leave(query: Query) -> bool:
    """Whether a question asks if something is allowed, which is for a company's rules to say."""
    yes_no = asked_for(query.question)
    return yes_no is not None and yes_no.stance in ("allowed", "forbidden")


def titled(query: Query, hit: Hit) -> float:
    """Return the share 0..1 of the question's nouns, by rarity, in a hit's title and headings."""
    nouns = query.weights * query.nouns
    total = nouns.sum()
    if not hit.terms or not total:
        return 0.0
    held = _slots(query, Terms.unpack(hit.terms).title)
    return float(nouns[held].sum() / total)


def _held(query: Query, hit: Hit) -> float:
    """Return the share 0..1 of the question's content words in a hit, its title included."""
    terms = Terms.unpack(hit.terms)
    held = _slots(query, terms.title) | _slots(query, terms.words)
    return float(query.content[held].sum())


def _slots(query: Query, words: Words) -> npt.NDArray[np.bool_]:
    """Return which of the question's slots stand among these words."""
    held = np.zeros(len(query.forms), np.bool_)
    for word in set(words.tolist()):
        slot = query.ids.get(word)
        if slot is not None:
            held[slot] = True
    return held


def _older(query: Query, hits: Sequence[Hit], standings: Mapping[str, Standing]) -> frozenset[str]:
    """
    Return the documents of which another edition holds: the later one, or the one whose year the
    question names.
    """
    named = set(_YEAR.findall(query.text))
    editions: dict[str, dict[str, str]] = {}
    for hit in hits:
        place = standings.get(hit.passage.document)
        if place is not None and place.work and place.since:
            dates = editions.setdefault(place.work, {})
            dates[hit.passage.document] = place.since

    older: set[str] = set()
    for dates in editions.values():
        holding = {name for name, since in dates.items() if since[:4] in named}
        if not holding:
            latest = max(dates.values())
            holding = {name for name, since in dates.items() if since == latest}
        older |= dates.keys() - holding
    return frozenset(older)


def _worth(kind: DocumentKind | Literal[""], title: str) -> Worth:
    """Return what kind of source a document is; one that nobody classed tells by its title."""
    match kind:
        case "rule" | "faq" | "deck":
            return kind
        case _:
            pass
    if _FAQ.search(title):
        return "faq"
    if _RULE.search(title):
        return "rule"
    if kind == "other":
        return "other"
    return "guideline"


def _year(text: str) -> str:
    """Return the last year that a title or a file's name gives, "" where it gives none."""
    return max(_YEAR.findall(text), default="")


def _work(title: str) -> str:
    """Return a title without the words that tell editions apart, and without its signs."""
    return _SIGNS.sub("", _EDITION.sub("", title))


def _normalised(name: str) -> str:
    """Return a name in lower case, its words apart."""
    return re.sub(r"[_\-]+", " ", unicodedata.normalize("NFKC", name).lower())
