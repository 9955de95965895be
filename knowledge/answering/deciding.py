"""
Which sentence answers: the one to be said first.

The linear model ranks units by form; here what kind of answer is asked for has its say. A question
about an act wants a sentence that allows or forbids it, one about an amount a sentence with such an
amount, one about a meaning the sentence that explains it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from knowledge.answering.extractive import Candidate
from knowledge.answering.sameness import uncovered
from knowledge.reading.chunks import passage_title
from knowledge.retrieval.query import Query
from knowledge.text.analysis import normalise
from knowledge.text.lines import ended
from knowledge.text.outline import CELL, LEADS, row_of, unmarked
from knowledge.text.predicates import YesNo, asked_for, denied, stance_of, verdict
from knowledge.text.provisions import part_begun, part_named
from knowledge.text.ranges import fits
from knowledge.text.spans import Span
from knowledge.text.wanted import Wanted, wanted
from knowledge.values import Hit, Passage

# what is added to a unit's score, whose spread over one passage is about three
FITS = 1.6  # it has the kind of thing asked for
LACKS = -1.0  # it has none
DECIDES = 1.2  # it says yes or no to the act asked about
SPEAKS = 0.4  # it allows, forbids or demands something
COVERS = 3.0  # times the share of the question's words it and its headings hold
IN_RANGE = 2.0  # its range holds an amount of the question; taken off where it excludes it
LEANS = -0.8  # it begins with a word that leans on the sentence before it
WISHES = -1.2  # it says what would be good rather than what holds
DENIES = 1.5  # it denies, and the question asks for what is denied
MEANS = 0.5  # times how near it lies to the question in meaning, where it is the nearest
MEANS_ABROAD = 6.0  # the same for a passage in another language
SPEAKS_OF = 2.0  # times the share of the question it speaks of, in words of like meaning, too
SPEAKS_ABROAD = 4.0  # the same for a passage in another language
UNRELATED = 0.2  # how near things lie that have nothing to do with each other
LABEL = -2.0  # it is a name alone, no sentence
LONG = 2  # lines of a list from which on its words are not counted together
OPENS = 2.5  # it begins what stands below a question as its heading
LISTS = 2.0  # it is a list, and items are asked for
WORDED = 1.5  # times the share of the question's words in one item of a list
NAMED = 6.0  # it is the paragraph or part of an article that the question names
LEANING = re.compile(
    r"^(?:ただし|但し|この場合|その場合|なお|また、|又、|前項|前号|例えば|例[:：]|However\b|In (?:that|this) case"
    r"|Otherwise\b|For example)",
    re.IGNORECASE,
)
_QUESTION = re.compile(r"(?:か|[?？])\s*$")
_SOFT = re.compile(r"望ましい|努める|努めなければ|推奨|\b(?:recommended|ideally|preferably)\b")
_WORDS = re.compile(r"[a-z0-9]+")
_BARE = re.compile(r"(?:はい|いいえ|ええ|yes|no)[、,。.!！]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Asked:
    """
    What a question wants: `text` as it was asked, what kind of thing, or a yes or no; `part` is the
    paragraph of an article that it names, "" for none.
    """

    text: str
    wanted: Wanted
    yes_no: YesNo | None
    denied: bool = False
    part: str = ""

    @classmethod
    def of(cls, text: str) -> "Asked":
        """Return what a question wants."""
        yes_no = asked_for(text)
        is_denied = yes_no is None and denied(text)
        return cls(text, wanted(text), yes_no, is_denied, part_named(text))


@dataclass(frozen=True, slots=True)
class Deciding:
    """
    The sentence that answers: where it stands in the passage of the hit at index `hit`, the line
    that announces it where it is an item of a list, and the candidate it comes from.
    """

    hit: int
    span: Span
    head: Span | None
    candidate: Candidate
    score: float


def ranked(
    asked: Asked, query: Query, candidates: Sequence[Candidate], hits: Sequence[Hit]
) -> list[Deciding]:
    """Return the sentences that may answer, best first; none where there is no candidate."""
    weights = _weights(query)
    deciding: list[Deciding] = []
    for candidate in candidates:
        passage = hits[candidate.hit].passage
        if _BARE.fullmatch(passage.text[slice(*candidate.spans[-1])]):
            continue  # a yes to the document's own question is none to this one
        span, head, extra = _best_line(asked, candidate, passage.text, weights)
        share = candidate.share
        if len(candidate.spans) > LONG:  # a long list has many words and need not be about them
            lines = passage.text[slice(*candidate.spans[0])] + passage.text[slice(*span)]
            title = passage_title(passage)
            share = min(share, _shared(f"{title} {lines}", weights))
        base = candidate.score + COVERS * share + _meant(candidate, hits[candidate.hit], query)
        if _is_label(passage, span):
            extra += LABEL
        before = passage.text[: span[0]].strip()
        opens = not before or _BARE.fullmatch(before)
        if opens and _QUESTION.search("".join(passage.headings[-1:])):
            extra += OPENS
        deciding.append(Deciding(candidate.hit, span, head, candidate, base + extra))
    return sorted(deciding, key=_negated_score)


def _meant(candidate: Candidate, hit: Hit, query: Query) -> float:
    """
    Return what is added to a unit for what it means: for all it says of the question, and where it
    lies nearest to it as a whole. In another language there is little else to tell by.
    """
    weight, speaks = MEANS, SPEAKS_OF
    if hit.passage.language != query.language:
        weight, speaks = MEANS_ABROAD, SPEAKS_ABROAD
    meant = speaks * candidate.likeness
    if hit.meaning is not None and candidate.number == hit.unit:
        meant += weight * max(hit.meaning - UNRELATED, 0.0)
    return meant


def _is_label(passage: Passage, span: Span) -> bool:
    """Whether a line of prose is neither a sentence nor an item nor a figure."""
    line = passage.text[slice(*span)]
    if passage.kind != "prose" or ended(line) or row_of(passage.text, *span).marked:
        return False
    return not any(sign.isdigit() or sign in ":：|" for sign in line)


def _negated_score(deciding: Deciding) -> float:
    return -deciding.score


def _best_line(
    asked: Asked, candidate: Candidate, text: str, weights: Mapping[str, float]
) -> tuple[Span, Span | None, float]:
    """Return the line of a unit that answers best, what announces it, and what that adds."""
    spans = candidate.spans
    if not _is_list(text, spans):
        line = spans[-1]
        gain = _fit(asked, text[slice(*line)], candidate)
        return line, None, gain

    heads, items = _parted(text, spans)
    head = heads[-1]
    whole = "\n".join(text[slice(*span)] for span in spans)
    if asked.wanted.kind in ("items", "steps") or asked.wanted.every:
        return head, None, LISTS + max(_fit(asked, whole, candidate), 0.0)
    best, gained = head, _fit(asked, text[slice(*head)], candidate)
    for item in items:
        words = text[slice(*item)]
        gain = _fit(asked, words, candidate) + WORDED * _shared(words, weights)
        if gain > gained:
            best, gained = item, gain
    if best == head:
        return head, None, gained
    return best, head, gained


def _fit(asked: Asked, line: str, candidate: Candidate) -> float:
    """Return how well a line's form answers what is asked."""
    gain = IN_RANGE * fits(asked.text, line)
    if asked.part and asked.part == part_begun(line):
        gain += NAMED
    if LEANING.match(unmarked(line)):
        gain += LEANS
    if _SOFT.search(line):
        gain += WISHES
    if asked.denied and stance_of(line) in ("not_so", "forbidden"):
        gain += DENIES
    if asked.yes_no is not None:
        return gain + _stance_fit(asked.yes_no, line, candidate)
    if asked.wanted.shows is None:
        return gain
    return gain + (FITS if asked.wanted.found(line) else LACKS)


def _stance_fit(yes_no: YesNo, line: str, candidate: Candidate) -> float:
    stance = stance_of(line)
    decides = verdict(YesNo(yes_no.stance), stance)
    if decides and not uncovered(candidate.missing, line):
        return DECIDES
    if decides or stance not in ("unknown", "so", "not_so"):
        return SPEAKS
    return 0.0


def _is_list(text: str, spans: Sequence[Span]) -> bool:
    if len(spans) < 2 or CELL in text[slice(*spans[-1])]:
        return False
    return row_of(text, *spans[-1]).marked and _announces(text, spans)


def _announces(text: str, spans: Sequence[Span]) -> bool:
    return bool(LEADS.search(text[slice(*spans[0])])) or not row_of(text, *spans[0]).marked


def _parted(text: str, spans: Sequence[Span]) -> tuple[list[Span], list[Span]]:
    """Part the lines that announce a list from its items."""
    at = 1
    while at < len(spans) - 1 and not row_of(text, *spans[at]).marked:
        at += 1
    return list(spans[:at]), list(spans[at:])


def _weights(query: Query) -> dict[str, float]:
    """Return the content words of a question with their shares; one letter tells too little."""
    weights = zip(query.forms, query.content.tolist(), strict=True)
    return {form: weight for form, weight in weights if weight > 0 and len(form) > 1}


def _shared(line: str, weights: Mapping[str, float]) -> float:
    """Return the share of the question's words that a line holds, 0..1, by their letters alone."""
    text = normalise(line)
    latin = _WORDS.findall(text)
    shared = 0.0
    for form, weight in weights.items():
        if _holds(text, latin, form):
            shared += weight
    return shared


def _holds(text: str, latin: Sequence[str], form: str) -> bool:
    if form.isascii():
        return any(word.startswith(form) for word in latin)
    return form in text
