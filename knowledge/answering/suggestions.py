"""
Where to go on from an answer, drawn from the shelf: further questions, and what a short question
may have meant.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from operator import itemgetter

from knowledge.answering.asked_kinds import kinds
from knowledge.answering.extractive import Extractor
from knowledge.answering.following import bare_heading
from knowledge.answering.wording import Wording
from knowledge.retrieval.features import Features
from knowledge.retrieval.query import Query
from knowledge.retrieval.terms import Terms
from knowledge.text.analysis import JAPANESE
from knowledge.text.outline import CELL
from knowledge.text.titles import titled
from knowledge.text.topic import (
    POINTER,
    is_bare,
    opening,
    points,
    replaces,
    sets_against,
    topics,
    words,
)
from knowledge.values import Hit, Language, Passage

AMONG = 10  # best passages whose headings are looked at
_ASKS = re.compile(r"(?:か[。?？]?|[?？])$")
_FRAME = re.compile(
    r"目次|時間割|表紙|登壇者|\b(?:agenda|contents|timetable|schedule|speakers?|cover|thank you)\b",
    re.IGNORECASE,
)
_OF_IT = re.compile(r"(?:とは|って|は|を|が)(?=[^はってをが]*$)")
LEAST = 5  # characters of a thing that only one article is headed by
FURTHER = 2  # questions suggested
SHORT = 2  # content words up to which a question may mean several things
MEANINGS = range(2, 5)  # how many meanings are offered
EACH = 2  # of them from one document
HINT = 0.4  # what all the words of a question count beside one thing it asks for


def further(
    hits: Sequence[Hit],
    cited: Sequence[int],
    said: Sequence[str],
    language: Language,
    wording: Wording,
) -> tuple[str, ...]:
    """
    Return questions about headings found beside the cited ones and not `said` before, at most two.
    """
    if not cited:
        return ()
    known = {hits[at].passage.headings[-1] for at in cited if hits[at].passage.headings}
    questions: dict[str, str] = {}
    for heading, _ in _headed(hits, language):
        if len(questions) == FURTHER:
            break
        again = [text for text in said if heading in text]
        if heading not in known and not again:
            questions.setdefault(heading, _question(heading, language, wording))
    return tuple(questions.values())


def meanings(
    asked: Query,
    question: str,
    hits: Sequence[Hit],
    extractor: Extractor,
    language: Language,
    wording: Wording,
) -> tuple[str, ...]:
    """
    Return two to four questions that a short one may have meant, one for each place that holds all
    its words.

    None when the question says what kind of thing it asks for.
    """
    if asked.kinds or asked.content.astype(bool).sum() > SHORT:
        return ()
    found: dict[tuple[str, str], str] = {}
    for heading, hit in _headed(hits, language):
        if not extractor.missing(asked, hit):
            phrase = wording.phrase(
                "meaning",
                title=titled(hit.passage.title, language),
                heading=heading,
                question=question,
            )
            found.setdefault((hit.passage.title, heading), phrase.to(language))
    if len(found) not in MEANINGS:
        return ()
    return tuple(found.values())


def asked_for(
    asked: Query,
    question: str,
    hits: Sequence[Hit],
    extractor: Extractor,
    language: Language,
) -> tuple[str, ...]:
    """
    Return up to four full questions that one without a topic may stand for, one for each article
    that holds the kind of thing it asks for: "窓口は?" of each that names a desk.

    Articles in the question's language come first; at most two are of one document.
    """
    fitting: list[tuple[float, Passage]] = []
    for hit in hits:
        fits = _fits(asked, question, hit.passage, extractor.terms(hit))
        if fits > 0:
            foreign = hit.passage.language != language
            fitting.append((fits - foreign, hit.passage))
    fitting.sort(key=itemgetter(0), reverse=True)  # stable: as they were found where they fit alike
    headed = [one for one in fitting if _is_headed(question, one[1])]
    if len({passage.document for _, passage in headed}) == 1:
        fitting = headed[:1]  # a heading asks it in the same words: that is what is meant
    questions: dict[str, str] = {}
    documents: Counter[str] = Counter()
    for _, passage in fitting:
        heading = _named(passage, language)
        if len(questions) == MEANINGS[-1]:
            break
        if _FRAME.search(heading) or heading in questions or documents[passage.document] == EACH:
            continue
        documents[passage.document] += 1
        questions[heading] = of(heading, question)
    return tuple(questions.values())


def of(thing: str, question: str) -> str:
    """Return a question without a topic as one about a thing: 「健康診断」の窓口は?."""
    if _ASKS.search(thing):
        return thing
    _, rest = opening(question)
    if not JAPANESE.search(rest):
        return _of_english(thing, rest)
    if sets_against(rest) or is_bare(rest):
        return f"「{thing}」は、{'・'.join(topics(rest))}の場合どうなりますか"
    pointer = POINTER.match(rest)
    if pointer:
        particle = pointer[0][-1]
        if particle not in "はがをにもでの":
            particle = "は"
        return f"「{thing}」{particle}{rest[pointer.end() :]}"
    first = words(rest)[:1]
    if first and rest.startswith(first[0]):
        return f"「{thing}」の{rest}"
    return f"「{thing}」は、{rest}"


def _of_english(thing: str, question: str) -> str:
    text = question.strip(" ?.!")
    pointer = POINTER.search(text)
    before, after = f"{text} for ", ""
    if pointer and points(text):
        before, after = text[: pointer.start()], text[pointer.end() :]
    elif is_bare(text):
        before, after = "What about ", f" ({text})"
    return f"{before[:1].upper()}{before[1:]}“{thing}”{after}?"


def _fits(asked: Query, question: str, passage: Passage, terms: Terms) -> float:
    """
    Return how well an article fits what a question asks for, 0 for not at all: whether it says that
    kind of thing, and its share of the question's words. What is put in another's place ("海外は?")
    must stand in it.
    """
    if not passage.headings:
        return 0.0
    text = "\n".join([*passage.headings, passage.text])
    others = [word for word in topics(question) if replaces(word)]
    if any(word not in text for word in others):
        return 0.0
    says = 0.0
    for kind in kinds(question):
        says += kind.said_in(text)
    named = says or others or words(opening(question)[1])
    if not named:  # it asks for nothing: what it says could stand anywhere
        return 0.0
    held = Features(asked, [terms]).held[0]
    return says + len(others) + HINT * float(asked.content @ held)


def _is_headed(question: str, passage: Passage) -> bool:
    """
    Report whether an article is headed by all that a question asks of: 方式を選ぶときの基準 by
    選ぶときの基準は何?. One word alone, as of 窓口は?, heads many.
    """
    _, rest = opening(question)
    thing = _OF_IT.split(rest)[0].strip()
    if len(thing) < LEAST or "の" not in thing or points(rest):
        return False
    return thing in bare_heading(passage.headings[-1])


def _named(passage: Passage, language: Language) -> str:
    """Return what an article is about; with its document where its heading tells no topic."""
    heading = bare_heading(passage.headings[-1])
    if CELL in heading:  # the head of a table names its columns
        return titled(passage.title, language)
    if topics(heading):
        return titled(heading, language)
    return f"{titled(passage.title, language)} {heading}".strip()


def _question(heading: str, language: Language, wording: Wording) -> str:
    """Return a heading as a question; one that is a question already is asked as it stands."""
    if _ASKS.search(heading):
        return heading
    return wording.phrase("followup_section", heading=heading).to(language)


def _headed(hits: Sequence[Hit], language: Language) -> Iterator[tuple[str, Hit]]:
    """Yield the best hits of a language with their nearest heading."""
    for hit in hits[:AMONG]:
        if not hit.passage.headings or hit.passage.language != language:
            continue
        heading = hit.passage.headings[-1]
        # the head of a table names its columns, and tells nobody what it is about
        if heading and CELL not in heading and not _FRAME.search(heading):
            yield heading, hit
