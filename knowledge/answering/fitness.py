"""
By what a line is known to be the one that answers, or not to be: what it shares with the question,
how near it lies in meaning, and whether it has the form of what is asked for.

A question about an act wants a sentence that allows or forbids it, one about an amount a sentence
with such an amount, one about a meaning the sentence that explains it.
"""

import math
import re
from collections.abc import Collection, Mapping, Sequence
from itertools import chain

from knowledge.answering.asked import LEANING, Asked, Deciding
from knowledge.answering.conditions import conditions
from knowledge.answering.sameness import uncovered
from knowledge.answering.scales import is_step
from knowledge.answering.shares import share_of
from knowledge.reading.chunks import passage_title
from knowledge.retrieval.query import NOUN, Query
from knowledge.text.analysis import normalise
from knowledge.text.lines import ended
from knowledge.text.outline import CELL, row_of, unmarked
from knowledge.text.parts import parts_of, same_parts
from knowledge.text.predicates import Stance, YesNo, stance_of, verdict
from knowledge.text.provisions import whole
from knowledge.text.ranges import fits, least_of
from knowledge.text.spans import Span
from knowledge.text.topic import others_in
from knowledge.values import Hit, Passage

UNRELATED = 0.2  # the cosine of things that have nothing to do with each other
ABROAD = "_abroad"  # ends the names of signs of a line in another language
_EITHER = tuple(name + end for name in ("share", "likeness", "near") for end in ("", ABROAD))
SHORTEST_HEADING = 2  # letters of one that a question may name
FARTHER = 0.5  # what a range counts that begins farther off than another one
ELSEWHERE = 0.5  # share of the subject that a passage lacks, from which on its ranges are not meant
MANY = 2  # lines of a list from which on its words are not counted together
_QUESTION = re.compile(r"(?:か|[?？])\s*$")
_ASKING = re.compile(r"[?？]|(?:ですか|ますか)[。\s]*$")
# what another paragraph begins, this one goes on with
_REFERS = re.compile(r"^(?:前\d*[項号条]|第\d+項)の(?:規定|申|届|場合|定め)")
_SOFT = re.compile(
    r"望ましい|努める|努めなければ|推奨|かもしれ|でしょうか|\b(?:recommended|ideally|preferably)\b"
)
_ABOUT_ITSELF = re.compile(
    r"^(?:この|本)(?:規則|規程|規定|ガイドライン|文書|資料|手引き?|マニュアル|ページ|章)[はで][^。]*"
    r"(?:定め(?:た|る)もの|目的と(?:する|して)|説明し)"
    r"|^(?:the purpose of )?this (?:page|document|policy|guide|guideline|handbook|section|chapter)"
    r" (?:outlines?|describes?|explains?|covers?|provides?|defines?|is)\b",
    re.IGNORECASE,
)
# 「…」 alone: somebody's words, which rule nothing
_EXAMPLE = re.compile(r"\s*「[^」]*」[。\s]*|\s*[“\"][^”\"]*[”\"][.\s]*")
# what a thing is made of: what is in the kit?
_CONTENTS_ASKED = re.compile(
    r"何が(?:入っ|含ま|つい)|中身|内訳|\bwhat(?:'s| is| does)\b.*\b(?:in|include|contain)\b",
    re.IGNORECASE,
)
_CONTAINS = re.compile(
    r"含(?:む|み|ま)|入って(?:い|お)|内訳|中身|からなる"
    r"|\b(?:includes?|including|contains?|consists? of|comes? with)\b",
    re.IGNORECASE,
)
_PLURAL = re.compile(r"^(?:これら|それら|これにより|these\b|those\b|they\b)", re.IGNORECASE)
_REACHABLE = re.compile(r"\S@\S|内線|\d{2,5}-\d{2,4}-\d{3,4}|窓口|連絡先|問い合わせ")
_ENUMERATES = re.compile(
    r"(?:[^、。]+、){2}|及び|および|又は|とおり|各号|いずれか|\b(?:includ\w+|consists?|contains?|following)\b"
    r"|(?:[^,.]+, ){2}"
)
_JOINED = re.compile(r"[・、,/]\s*|及び|および|又は|または| and | or ")  # 副業・兼業
# 第14条 宿泊費等, 3.2 Hotels: what a heading has beside its words
_COUNTED = re.compile(
    r"^(?:第[0-9一二三四五六七八九十百]+[条章節](?:の[0-9]+)?|[0-9]+(?:\.[0-9]+)*[.)]?)\s*"
)
# the heading of a column that says what something is
_EXPLAINED = re.compile(
    r"^[^\n]*(?:説明|意味|定義|概要|\b(?:meaning|definition|description)\b)", re.IGNORECASE
)
_BARE = re.compile(r"(?:はい|いいえ|ええ|yes|no)[、,。.!！]*", re.IGNORECASE)


def signs(
    asked: Asked, query: Query, told: Sequence[Deciding], hits: Sequence[Hit]
) -> list[dict[str, float]]:
    """
    Return the signs of each line that may be said, by their names in `deciding.WEIGHTS`; most are 0
    or 1, shares 0..1.
    """
    weights = _weights(query)
    nearest = 0.0
    for deciding in told:
        nearest = max(nearest, near_of(deciding, hits))
    numbers = {deciding.hit for deciding in told}
    subjects = _subjects_held(query, numbers, hits)
    most = max(subjects.values(), default=0.0)
    names = "\n".join([normalise(asked.text), *chain(*query.others.values())])
    entitled = {number: _entitled(names, hits[number].passage) for number in numbers}
    cases = _cases(query)
    told_for = conditions(told, hits, weights, query)
    rows: list[dict[str, float]] = []
    for deciding, of_condition in zip(told, told_for, strict=True):
        shared = _shared_signs(query, deciding, hits, weights, nearest)
        form = _form_signs(asked, deciding, hits[deciding.hit].passage)
        elsewhere = most - subjects.get(deciding.hit, most)
        if entitled[deciding.hit]:
            elsewhere = 0.0  # its heading names what is asked about
        of_passage = {"off_subject": elsewhere, "entitled": entitled[deciding.hit]}
        if any(entitled.values()) and not entitled[deciding.hit]:
            of_passage["limits"] = 0.0  # the limit of something else
        of_case = {"case": _is_of_case(cases, deciding, hits[deciding.hit].passage)}
        rows.append(shared | form | of_passage | of_case | of_condition)
    return _with_their_article(told, hits, _nearest_ranges(asked, told, hits, rows))


def _with_their_article(
    told: Sequence[Deciding], hits: Sequence[Hit], rows: Sequence[dict[str, float]]
) -> list[dict[str, float]]:
    """
    Return the signs with the items of a scale as like the question as the best line of their
    article: an item means what announces it, and "20日" alone is like nothing. Where one of its
    items is the case that is asked about, the others grade nothing.
    """
    likest: dict[tuple[str, str], float] = {}
    places: list[tuple[str, str]] = []
    settled: set[tuple[str, str]] = set()
    for deciding, row in zip(told, rows, strict=True):
        passage = hits[deciding.hit].passage
        place = passage.version, whole(passage.place.label)
        places.append(place)
        likest[place] = max(likest.get(place, 0.0), row["likeness"])
        if row["case"]:
            settled.add(place)
    filled: list[dict[str, float]] = []
    for place, row in zip(places, rows, strict=True):
        shown = dict(row)
        if shown["graded"]:
            shown["likeness"] = likest[place]
        if place in settled:
            shown["graded"] = 0.0
        filled.append(shown)
    return filled


def _nearest_ranges(
    asked: Asked,
    told: Sequence[Deciding],
    hits: Sequence[Hit],
    rows: Sequence[dict[str, float]],
) -> list[dict[str, float]]:
    """
    Return the signs with a range that holds what is asked counted in full only where no line of the
    same document has one that begins nearer to it, and not at all for a line about something else.
    """
    bounds: list[tuple[str, float]] = []
    for deciding, row in zip(told, rows, strict=True):
        passage = hits[deciding.hit].passage
        line = passage.text[slice(*deciding.span)]
        low = -math.inf
        if row["in_range"]:
            low = least_of(asked.text, line)
        bounds.append((passage.version, low))
    nearest = dict(sorted(bounds))
    ranged: list[dict[str, float]] = []
    for (version, low), row in zip(bounds, rows, strict=True):
        counts = row["in_range"]
        if counts and low < nearest[version]:
            counts = FARTHER
        if row["off_subject"] > ELSEWHERE:
            counts = 0.0
        ranged.append(row | {"in_range": counts})
    return ranged


def _subjects_held(query: Query, numbers: Collection[int], hits: Sequence[Hit]) -> dict[int, float]:
    """
    Return for each of these hits, by its index, the share of what the question is about that its
    passage or its headings speak of, 0..1. Nouns alone tell that, and of an English question
    nobody knows which they are; passages in another language are left out, for their letters do
    not tell.
    """
    if query.language != "ja":
        return {}
    words_told = zip(query.forms, query.subject.tolist(), query.nouns, strict=True)
    subjects = {
        form: weight
        for form, weight, noun in words_told
        if weight > 0 and noun >= NOUN and tells(form, query)
    }
    whole = sum(subjects.values()) or 1.0
    subjects = {form: weight / whole for form, weight in subjects.items()}
    held: dict[int, float] = {}
    for number in numbers:
        passage = hits[number].passage
        if passage.language == query.language:
            words = f"{passage_title(passage)}\n{passage.text}"
            held[number] = share_of(words, subjects, query.others)
    return held


def _shared_signs(
    query: Query,
    deciding: Deciding,
    hits: Sequence[Hit],
    weights: Mapping[str, float],
    nearest: float,
) -> dict[str, float]:
    """Return what a line shares with a question, in words and in meaning."""
    passage = hits[deciding.hit].passage
    candidate = deciding.candidate
    line = passage.text[slice(*deciding.span)]
    title = passage_title(passage)
    share = candidate.share
    if len(candidate.spans) > MANY:  # a long list has many words and need not be about them
        head = passage.text[slice(*candidate.spans[0])]
        share = min(share, share_of(f"{title} {head}\n{line}", weights, query.others))
    near = near_of(deciding, hits)
    place = ""
    if passage.language != query.language:
        place = ABROAD
    signs = dict.fromkeys(_EITHER, 0.0)
    return signs | {
        "form": candidate.score,
        f"share{place}": share,
        "own": share_of(line, weights, query.others),
        f"likeness{place}": candidate.likeness,
        f"near{place}": near,
        "behind": near - nearest,
    }


def _form_signs(asked: Asked, deciding: Deciding, passage: Passage) -> dict[str, float]:
    """Return what form a line has, and whether that is asked for."""
    text = passage.text
    line = text[slice(*deciding.span)]
    candidate = deciding.candidate
    words = line
    lists = deciding.lists and asked.listed
    if lists:
        words = text[candidate.spans[0][0] : candidate.spans[-1][1]]
    fit = fits(asked.text, words)
    stance = stance_of(line)
    before = text[: deciding.span[0]].strip()
    opens = not before or bool(_BARE.fullmatch(before))
    heads = passage.kind == "slide" and not before
    # who asks for a person, a date or an amount is not answered by a slide's heading
    sought = asked.wanted.shows is not None and not any(sign.isdigit() for sign in line)
    return {
        **_wanted_signs(asked, deciding, passage, words, stance),
        "in_range": fit > 0,
        "out_of_range": fit < 0,
        "leaning": _leans(unmarked(line)),
        "soft": bool(_SOFT.search(line)),
        "denies": asked.denied and stance in ("not_so", "forbidden"),
        "named": _is_named(asked, passage, deciding.span),
        "label": _is_label(passage, deciding.span) or (heads and sought),
        "opens": opens and bool(_QUESTION.search("".join(passage.headings[-1:]))),
        "lists": lists,
        "graded": not asked.wanted.most and is_step(asked.wanted, text, deciding.span),
        "limits": asked.wanted.limits(line),
        "contains": bool(_CONTENTS_ASKED.search(asked.text) and _CONTAINS.search(line)),
        "contrary": asked.not_forbidden and stance == "forbidden",
        "example": bool(_EXAMPLE.fullmatch(unmarked(line))),
        "enumerates": asked.wanted.kind == "items" and bool(_ENUMERATES.search(line)),
        "about_itself": bool(_ABOUT_ITSELF.search(unmarked(line))),
        "asks": bool(_ASKING.search(line)),
        "counted": asked.wanted.counts(words),
        "reachable": asked.wanted.kind == "who" and bool(_REACHABLE.search(line)),
        "slide_head": heads and not sought,
    }


def _leans(line: str) -> bool:
    """Whether a line goes on with what stands before it."""
    return bool(LEANING.match(line) or _REFERS.match(line) or _PLURAL.match(line))


def _wanted_signs(
    asked: Asked, deciding: Deciding, passage: Passage, words: str, stance: Stance
) -> dict[str, float]:
    """Return whether a line has the kind of thing that is asked for."""
    decides = speaks = False
    if asked.yes_no is not None:
        verdict_ = verdict(YesNo(asked.yes_no.stance), stance)
        decides = bool(verdict_) and not uncovered(deciding.candidate.missing, words)
        speaks = bool(verdict_) or stance not in ("unknown", "so", "not_so")
    typed = asked.yes_no is None and asked.wanted.shows is not None
    found = typed and (asked.wanted.found(words) or _explains(asked, passage, words))
    return {
        "typed": found,
        "untyped": typed and not found,
        "decides": decides,
        "speaks": speaks and not decides,
    }


def _explains(asked: Asked, passage: Passage, row: str) -> bool:
    """Whether a row of a table says what the thing is that it is about, and that is asked."""
    if asked.wanted.kind != "meaning" or passage.kind != "table":
        return False
    about, bar, _ = row.partition(CELL)
    return bool(bar) and about.strip() in asked.text and bool(_EXPLAINED.search(passage.text))


def near_of(deciding: Deciding, hits: Sequence[Hit]) -> float:
    """Return how near a line's unit lies to the question, 0 where that is not known."""
    near = hits[deciding.hit].near
    number = deciding.candidate.number
    if not 0 <= number < len(near):
        return 0.0
    return max(near[number] - UNRELATED, 0.0)


def _is_named(asked: Asked, passage: Passage, span: Span) -> bool:
    """Whether the part of an article that a question names begins with this line."""
    text, start = passage.text, span[0]
    before = text[text.rfind("\n", 0, start) + 1 : start]
    if not asked.part or before.strip():
        return False
    parts = parts_of(passage.place.label, text, start)
    return bool(parts) and same_parts(parts, asked.part)


def _entitled(names: str, passage: Passage) -> float:
    """
    Return 1 where a question names in full what the heading right above says, or one of the things
    it joins, in whichever words: 宿泊費の上限は?, "side jobs" of 副業・兼業; 2 where it names each of
    several parts of it: 懲戒処分の種類は? under 懲戒の種類. The name of a sheet tells too little of its
    rows.
    """
    if passage.kind == "table":
        return 0.0
    heading = normalise("".join(passage.headings[-1:]))
    words = _COUNTED.sub("", heading).removesuffix("等").strip()
    every = words.split("の")
    if all(len(part) >= SHORTEST_HEADING and part in names for part in every):
        return float(min(len(every), 2))
    joined = _JOINED.split(words)
    return float(any(len(one) >= SHORTEST_HEADING and one in names for one in joined))


def _cases(query: Query) -> tuple[str, ...]:
    """Return the cases a question names of which a list may tell one by one: 海外, "Osaka"."""
    things = others_in(query.text)
    cases = list(things)
    for word, others in query.glossary.alternatives(query.text):
        if word in things:
            cases += others
    return tuple(cases)


def _is_of_case(cases: tuple[str, ...], deciding: Deciding, passage: Passage) -> bool:
    """Whether an item of a list begins with the case that is asked about: 海外・・・都度相談."""
    if deciding.head is None or not cases:
        return False
    return normalise(unmarked(passage.text[slice(*deciding.span)])).startswith(cases)


def _is_label(passage: Passage, span: Span) -> bool:
    """Whether a line of prose is neither a sentence nor an item nor a figure."""
    line = passage.text[slice(*span)]
    if passage.kind != "prose" or ended(line) or row_of(passage.text, *span).marked:
        return False
    return not any(sign.isdigit() or sign in ":：|" for sign in line)


def _weights(query: Query) -> dict[str, float]:
    """Return the content words of a question with their shares."""
    weights = zip(query.forms, query.content.tolist(), strict=True)
    return {form: weight for form, weight in weights if weight > 0 and tells(form, query)}


def tells(form: str, query: Query) -> bool:
    """Whether a word tells enough: one letter does only where the glossary knows it (兄)."""
    return len(form) > 1 or form in query.others
