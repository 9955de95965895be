"""
What a question refers to in the talk before it, and the question as it stands alone.

A follow-up is given what it lacks and nothing else: its topic, from the last turn that has one, or
what was asked, where it only names something else to ask the same of. Where several readings are
possible the shelf decides: the first of those whose words stand together in one passage.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial

from knowledge.answering.extractive import Extractor
from knowledge.answering.question import Turn
from knowledge.answering.sides import sides
from knowledge.retrieval.features import Features
from knowledge.retrieval.query import Floats, Query
from knowledge.retrieval.source import PassageSource
from knowledge.text.analysis import Analysis
from knowledge.text.language import language_of
from knowledge.text.topic import (
    alike,
    frame,
    is_bare,
    is_light,
    lacks_topic,
    names_in_kana,
    opening,
    points,
    replaces,
    says_of_anything,
    sets_against,
    topics,
    without_more,
)
from knowledge.values import Hit, Passage

CONTEXT = 6  # words of the talk before that a question is given
HEADING = 3  # of them from the heading of the deciding article
LOOKED = 5  # passages held against each reading
CLEARLY = 0.05  # share of a reading's words by which it must be held better than an earlier one
MOST = 0.5  # share of a follow-up's own words that another article must hold to be opened instead
BEHIND = 0.05  # of their scores is left to other passages than the one a follow-up goes on with
_NUMBERED = re.compile(
    r"^(?:第[0-9〇一二三四五六七八九十百]+[編章節条項](?:の[0-9一二三四五]+)?|[0-9]+(?:[.-][0-9]+)*[.)]?)\s*"
)
_FORMER = re.compile(r"前者|\bthe former\b|\bthe first (?:one|of them)\b", re.IGNORECASE)
_LATTER = re.compile(r"後者|\bthe latter\b|\bthe second (?:one|of them)\b", re.IGNORECASE)
_SIDE = re.compile(rf"{_FORMER.pattern}|{_LATTER.pattern}", re.IGNORECASE)
_NOT_BUT = re.compile(
    r"^(?P<out>[^、。]{1,20}?)(?:じゃ|では|で)な(?:くて?|い)[、,\s]*(?P<into>.+)$"
    r"|^not (?:for |about |the )*(?P<out_en>[\w' -]{1,30}?),? (?:but|i meant?|rather)"
    r" (?P<into_en>.+)$"
    r"|^(?P<into_last>[\w' -]{1,30}?),? (?:not|instead of|rather than)"
    r" (?P<out_last>[\w' -]{1,30}?)[.!]?$",
    re.IGNORECASE,
)


def readings(question: str, history: Sequence[Turn], analysis: Analysis) -> tuple[str, ...]:
    """
    Return the question as it can be understood after `history`, the likeliest reading first; alone
    where it lacks nothing, or there is nothing to take it from.
    """
    kind, rest = opening(question)
    if kind == "fresh":
        return (rest,)
    names = is_bare(rest) or sets_against(rest)
    if names and history and history[-1].asked_back:
        return (f"{rest} {history[-1].question}",)
    talk = [turn for turn in history if _topic(turn)]
    corrects = kind == "correction" or _replaced(rest) is not None
    if not talk or not (corrects or _refers(question, rest, analysis)):
        return (question,)
    if corrects:
        return (_corrected(rest, talk),)
    if sets_against(question):
        return _same_of(question, rest, talk)
    possible = [_referring(question, rest, talk)]
    if not (topics(rest) or lacks_topic(question)):
        possible.append(question)  # 辞めたらどうなりますか: may be said of the topic, or of none
    return tuple(possible)


async def understood(
    question: str,
    history: Sequence[Turn],
    *,
    source: PassageSource,
    readers: frozenset[str],
    extractor: Extractor,
    analysis: Analysis,
) -> str:
    """Return the question as it stands alone. Costs a search for each of several readings."""
    possible = tuple(without_more(one) for one in readings(question, history, analysis))
    if len(possible) == 1:
        return possible[0]
    best, most = possible[0], -1.0
    named = topics(opening(question)[1])
    for reading in possible:
        of_its_own: Sequence[str] = ()
        if reading != possible[0]:
            of_its_own = named
        held = await _held(reading, of_its_own, source, readers, extractor)
        if held > most + CLEARLY:
            best, most = reading, held
    return best


def last_article(history: Sequence[Turn]) -> str:
    """Return the id of the passage that decided the last answer that had one, "" for none."""
    for turn in reversed(history):
        if turn.passage:
            return turn.passage
    return ""


def anchored(
    hits: tuple[Hit, ...], whole: Query, own: Query, last: str, extractor: Extractor
) -> tuple[Hit, ...]:
    """
    Return the hits of a follow-up with the passage `last`, which decided before, first, or where
    that holds none of the follow-up's `own` words, one of its document that does; unless another
    one holds more of them and no less of the `whole` the follow-up stands for.
    """
    at = _place(hits, last)
    if at < 0:
        return hits
    spoken = hits[at].passage.language
    if language_of(own.question, spoken) != spoken:
        return _first(at, hits)  # words of two languages cannot be compared
    terms = [extractor.terms(hit) for hit in hits]
    of_own = Features(own, terms).held @ own.content
    of_whole = Features(whole, terms).held @ whole.content
    if not of_own[at]:
        at = _instead(at, hits, of_own)
    better = (of_own > of_own[at]) & (of_whole >= of_whole[at])
    if better.any():
        return hits
    return _first(at, hits)


def _first(at: int, hits: tuple[Hit, ...]) -> tuple[Hit, ...]:
    """Return the hits with the one at `at` first, and far before the others."""
    first = replace(hits[at], score=max(hit.score for hit in hits))
    others = [*hits[:at], *hits[at + 1 :]]
    behind = [replace(hit, score=hit.score * BEHIND) for hit in others]
    return (first, *behind)


def _instead(at: int, hits: Sequence[Hit], held: Floats) -> int:
    """Return which hit of the same document holds most of a question, `at` where none holds any."""
    document = hits[at].passage.document
    best = at
    for other, hit in enumerate(hits):
        if hit.passage.document == document and held[other] > max(held[best], MOST):
            best = other
    return best


def _place(hits: Sequence[Hit], passage: str) -> int:
    """Return where a passage stands among hits, from 0; -1 where it does not."""
    for at, hit in enumerate(hits):
        if hit.passage.id == passage:
            return at
    return -1


def about(question: str, passage: Passage | None, *, sure: bool) -> tuple[str, ...]:
    """
    Return what an answer was about, for the questions after it: the topics of the question, as
    searched. A word of it that the deciding `passage` does not hold was another word for what its
    heading says; where it is not `sure` that it answers, the question alone tells.
    """
    own = topics(question)
    if passage is None or not passage.headings or not sure:
        return tuple(own[:CONTEXT])
    held = _held_words(own, _whole(passage))
    if held and len(held) == len(own):
        return tuple(own[:CONTEXT])
    heading: list[str] = []
    if passage.headings[-1] != passage.title:
        heading = topics(bare_heading(passage.headings[-1]))[:HEADING]
    adds = any(_folded(word) not in map(_folded, own) for word in heading)
    if adds and language_of(question, passage.language) == passage.language:
        own = held
    distinct: dict[str, str] = {}
    for word in (*own, *heading):
        distinct.setdefault(_folded(word), word)
    return tuple(distinct.values())[:CONTEXT]


def deciding(question: str, passages: Sequence[Passage]) -> Passage | None:
    """
    Return the cited passage an answer rests on: the first of those that hold most of what the
    question is about, None where nothing is cited.
    """
    own = topics(question)
    best, most = None, -1
    for passage in passages:
        text = _whole(passage)
        held = len(_held_words(own, text))
        if held > most:
            best, most = passage, held
    return best


def bare_heading(heading: str) -> str:
    """Return a heading without its number: "書籍購入補助" of "第6条 書籍購入補助"."""
    text = unicodedata.normalize("NFKC", heading).strip()
    rest = _NUMBERED.sub("", text).strip()
    if rest.startswith("(") and rest.endswith(")"):
        rest = rest[1:-1]
    return rest or text


def _refers(question: str, rest: str, analysis: Analysis) -> bool:
    """Report whether a question lacks something that the talk before it may have."""
    if sets_against(question) or points(rest):
        return True
    if topics(rest):
        return lacks_topic(question) or says_of_anything(rest, analysis)
    return not names_in_kana(rest, analysis)


def _topic(turn: Turn) -> tuple[str, ...]:
    return turn.topic or tuple(topics(turn.question))


def _context(talk: Sequence[Turn], question: str) -> list[str]:
    """
    Return what the talk was about, without what the question says itself or puts in its place.
    """
    text = _folded(question)
    topic = [word for word in _last_topic(talk) if _folded(word) not in text]
    rest = topic
    for own in filter(replaces, topics(question)):
        rest = [word for word in rest if not alike(own, word)]
    return (rest or topic)[:CONTEXT]


def _last_topic(talk: Sequence[Turn]) -> tuple[str, ...]:
    """Return the topic of the last turn that is about something by itself, else of the last."""
    for turn in reversed(talk):
        if turn.topic or not lacks_topic(turn.question):
            return _topic(turn)
    return _topic(talk[-1])


def _referring(question: str, rest: str, talk: Sequence[Turn]) -> str:
    """Return a question that refers to the talk before it as one that stands alone."""
    named = _sided(rest, talk)
    if named != rest:
        return named
    own = topics(rest)
    if own and all(map(replaces, own)):
        put = _put_in(own, talk)
        if put:
            return put
    asked = _asked_of_others(rest, own, talk)
    return _with(_context(talk, rest), rest, asked)


def _sided(question: str, talk: Sequence[Turn]) -> str:
    """Return a question with 前者 and "the latter" named after what was compared before it."""
    if not _SIDE.search(question):
        return question
    for turn in reversed(talk):
        pair = sides(turn.understood or turn.question)
        if pair is not None:
            named = _FORMER.sub(partial(_name, pair[0]), question)
            return _LATTER.sub(partial(_name, pair[1]), named)
    return question


def _name(name: str, _: re.Match[str]) -> str:
    return name


def _put_in(own: Sequence[str], talk: Sequence[Turn]) -> str:
    """
    Return the last question with one thing put in the place of another of its kind, "" where it
    names none: 大阪の宿泊費 of 東京の宿泊費.
    """
    for turn in reversed(talk):
        whole = bool(turn.understood) or not lacks_topic(turn.question)
        before = turn.understood or turn.question
        for word in topics(before):
            if own and whole and alike(word, own[0]):
                return before.replace(word, "・".join(own), 1)
        if whole:
            return ""
    return ""


def _asked_of_others(rest: str, own: Sequence[str], talk: Sequence[Turn]) -> str:
    """Return what was asked before where a question only names something in another's place."""
    if own and all(map(replaces, own)) and lacks_topic(rest):
        return _frame(talk, rest)
    return ""


def _same_of(question: str, rest: str, talk: Sequence[Turn]) -> tuple[str, ...]:
    """Return the readings of 予防接種のほうは?: inside the topic, or the same asked of another."""
    asked = _frame(talk, rest)
    inside = _with(_context(talk, rest), rest, asked)
    own = topics(rest)
    if all(map(replaces, own)):
        return (_put_in(own, talk) or inside,)
    if _narrows(own, talk) or all(map(is_light, own)):
        return (inside,)
    return inside, _with([], rest, asked)


def _narrows(own: Sequence[str], talk: Sequence[Turn]) -> bool:
    """Report whether a topic is one of those of the talk, only closer: 海外出張 after 出張."""
    topic = tuple(map(_folded, _last_topic(talk)))
    closer = set(map(_folded, own)).difference(topic)
    return any(word.endswith(topic) for word in closer)


def _frame(talk: Sequence[Turn], question: str) -> str:
    """Return what was last asked, "" where the question asks it itself."""
    for turn in reversed(talk):
        asked = frame(turn.question)
        if asked and not (sets_against(turn.question) or points(turn.question)):
            if asked in question:
                return ""
            return asked
    return ""


def _corrected(rest: str, talk: Sequence[Turn]) -> str:
    """Return the last question with what was wrong in it taken out and what was meant put in."""
    wrong, meant = _replaced(rest) or ("", rest)
    if not (is_bare(meant) or lacks_topic(meant)):
        return meant
    for turn in reversed(talk):
        before = turn.understood or turn.question
        if wrong and wrong in before and not points(turn.question):
            return before.replace(wrong, "・".join(topics(meant)) or meant, 1)
    context = [word for word in _context(talk, meant) if word not in topics(wrong)]
    return _with(context, meant, _frame(talk, meant))


def _replaced(question: str) -> tuple[str, str] | None:
    """Return what "not A but B" takes out and puts in, None for anything else."""
    match = _NOT_BUT.match(question)
    if match is None:
        return None
    parts = match.groupdict()
    wrong = parts["out"] or parts["out_en"] or parts["out_last"] or ""
    meant = parts["into"] or parts["into_en"] or parts["into_last"] or ""
    if not (is_bare(meant) or sets_against(meant)):
        return None
    return wrong, meant


def _with(context: Sequence[str], question: str, asked: str) -> str:
    parts = [*context, question]
    if asked:
        parts.append(asked)
    return " ".join(parts)


async def _held(
    reading: str,
    named: Sequence[str],
    source: PassageSource,
    readers: frozenset[str],
    extractor: Extractor,
) -> float:
    """
    Return the largest share 0..1 of a reading's words that one passage holds in which all `named`
    stand letter by letter.
    """
    query = await source.query(reading, readers=readers)
    hits = await source.search(query, readers=readers, limit=LOOKED)
    singular = {word.rstrip("s") for word in named}  # "passwords" stand where "password" does
    naming = [hit for hit in hits if singular <= set(_held_words(singular, _whole(hit.passage)))]
    terms = list(map(extractor.terms, naming))
    if not terms:
        return 0.0
    overlap = Features(query, terms)
    return float((overlap.held @ query.content).max())


def _held_words(words: Iterable[str], text: str) -> list[str]:
    """Return the words that stand in a folded text."""
    return [word for word in words if _folded(word) in text]


def _whole(passage: Passage) -> str:
    return _folded(" ".join([passage.text, passage.title, *passage.headings]))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
