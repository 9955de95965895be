"""
By what the sentence that was chosen is known to answer, or not to: how much of the question it
speaks of, whether it has the form of what is asked for, and how far behind the next one lies.

Nothing here chooses. These signs are taken once the sentence is known, so that whoever judges by
them (`sureness.py`) changes what is said about an answer and never the answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.answering.articles import Article
from knowledge.answering.asked import Asked, Deciding
from knowledge.answering.extractive import is_whole
from knowledge.answering.fitness import near_of, tells
from knowledge.answering.shares import share_of
from knowledge.reading.chunks import passage_title
from knowledge.retrieval.likeness import Likeness
from knowledge.retrieval.query import NOUN, Query
from knowledge.text.frame import FRAME
from knowledge.values import Hit, Passage

FAR = 4.0  # points by which it leads where there is no other line
HEAVY = 0.3  # of the heaviest word's weight, from which a word must not be missing
STRANGE = 0.6  # the cosine below which a heading's word has nothing to do with the question
RIVALS = 5  # passages that may hold as much
EQUAL = 0.05  # of the question, that a rival may hold less
RAREST = ("rarest_line", "rarest_around", "weakest_line", "weakest_around")
# what `fitness.py` says of the line itself
FORM = ("typed", "decides", "off_subject")
CHOSEN = (
    "line_share", "line_kin", "around_kin", "verbs", "rarest_line", "rarest_around",
    "weakest_line", "weakest_around", "heading_strange", "near", "near_behind", "margin_passage",
    "margin_line", "points", *FORM, "uncounted", "yes_no_open", "no_kind", "foreign_line",
    "rivals",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Choice:
    """
    What was chosen: of the lines `told` (best first) of the `hits` the one of `deciding`, and the
    `article` it stands in.
    """

    asked: Asked
    query: Query
    hits: Sequence[Hit]
    told: Sequence[Deciding]
    deciding: Deciding
    article: Article

    @property
    def passage(self) -> Passage:
        """The passage of the sentence that answers."""
        return self.hits[self.deciding.hit].passage

    @property
    def is_whole(self) -> bool:
        """Whether nobody tore the lines the sentence stands in; they may say the opposite then."""
        best = self.deciding
        return is_whole(self.hits[best.hit], best.candidate.spans)

    @property
    def line(self) -> str:
        """The sentence that answers, under what stands above it."""
        best, passage = self.deciding, self.passage
        head = ""
        if best.head:
            head = passage.text[slice(*best.head)]
        return f"{passage_title(passage)}\n{head}\n{passage.text[slice(*best.span)]}"

    @property
    def around(self) -> str:
        """The article it stands in, under what stands above it."""
        lines = [line.text for line in self.article.lines]
        return "\n".join((passage_title(self.passage), *lines))


class Signs:
    """Takes the signs of a choice; about 2 ms, most of it for words not compared before."""

    def __init__(self, likeness: Likeness) -> None:
        self._likeness = likeness

    def of(self, choice: Choice) -> dict[str, float]:
        """Return the signs by name; most are 0 or 1, shares 0..1."""
        return {
            **self._coverage(choice),
            **self._weakest(choice),
            **self._heading(choice),
            **_distances(choice),
            **_forms(choice),
            "rivals": _rivals(choice),
        }

    def _coverage(self, choice: Choice) -> dict[str, float]:
        """Return how much of the question the sentence and its article speak of."""
        query = choice.query
        words = _subject(query)
        line, article = choice.line, choice.around
        of_line, of_article = self._likeness.of(query, [line, article])
        verbs = _verbs(query)
        met = 0.5
        if verbs:
            met = share_of(line, verbs, query.others) / len(verbs)
        return {
            "line_share": share_of(line, words, query.others),
            "line_kin": of_line,
            "around_kin": of_article,
            "verbs": met,
        }

    def _weakest(self, choice: Choice) -> dict[str, float]:
        """Return how surely the rarest words of the question are spoken of."""
        query = choice.query
        words = _subject(query)
        if not words:
            return dict.fromkeys(RAREST, 1.0)
        rarest = {max(words, key=words.__getitem__): 1.0}
        line, article = choice.line, choice.around
        return {
            "rarest_line": share_of(line, rarest, query.others),
            "rarest_around": share_of(article, rarest, query.others),
            "weakest_line": self._kin(self._lacking(query, line), line),
            "weakest_around": self._kin(self._lacking(query, article), article),
        }

    def _lacking(self, query: Query, text: str) -> list[str]:
        """Return the heavy words of the question that a text lacks, as they are compared."""
        wanted = self._likeness.wanted(query)
        heaviest = max((weight for _, weight in wanted.values()), default=0.0)
        lacking: list[str] = []
        for form, (surface, weight) in wanted.items():
            if weight > HEAVY * heaviest and not share_of(text, {form: 1.0}, query.others):
                lacking.append(surface)
        return lacking

    def _kin(self, lacking: Sequence[str], text: str) -> float:
        """Return the cosine of the word of a text that is nearest to the loneliest of these."""
        among = self._likeness.words(text)
        if not lacking or not among:
            return 1.0
        return min(self._likeness.kinship.nearest(lacking, among))

    def _heading(self, choice: Choice) -> dict[str, float]:
        """Return how much of the heading the question does not speak of."""
        headings = choice.passage.headings[-1:]
        words = self._likeness.words("".join(headings))
        asked = [surface for surface, _ in self._likeness.wanted(choice.query).values()]
        if not words or not asked:
            return {"heading_strange": 1.0}
        cosines = self._likeness.kinship.nearest(words, asked)
        strange = [cosine for cosine in cosines if cosine < STRANGE]
        return {"heading_strange": len(strange) / len(words)}


def _distances(choice: Choice) -> dict[str, float]:
    """Return how far the chosen sentence lies before the others, and how near to the question."""
    best, hits = choice.deciding, choice.hits
    of_others = passages = FAR
    for deciding in choice.told:
        lead = best.score - deciding.score
        if deciding.hit != best.hit:
            passages = min(passages, lead)
        if deciding.hit != best.hit or deciding.span != best.span:
            of_others = min(of_others, lead)
    nearest = 0.0
    for hit in hits:
        nearest = max(nearest, *hit.near, 0.0)
    near = near_of(best, hits)
    return {
        "near": near,
        "near_behind": near - nearest,
        "margin_passage": passages,
        "margin_line": of_others,
        "points": best.score / 10,
    }


def _forms(choice: Choice) -> dict[str, float]:
    """Return whether the sentence has the form of what is asked for."""
    asked, shown = choice.asked, choice.deciding.signs
    form = {name: float(shown.get(name, 0.0)) for name in FORM}
    yes_no = asked.yes_no is not None
    query = choice.query
    return {
        **form,
        "uncounted": float(asked.wanted.counted is not None and not shown.get("counted")),
        "yes_no_open": float(yes_no and not form["decides"]),
        "no_kind": float(not yes_no and not asked.wanted.kind),
        "foreign_line": float(choice.passage.language != query.language),
    }


def _rivals(choice: Choice) -> float:
    """Return the share of the best passages that are of other documents and hold as much."""
    query = choice.query
    words = _subject(query)

    def held(passage: Passage) -> float:
        return share_of(f"{passage_title(passage)}\n{passage.text}", words, query.others)

    least = held(choice.passage) - EQUAL
    rivals = 0
    for hit in choice.hits[:RIVALS]:
        elsewhere = hit.passage.document != choice.passage.document
        rivals += elsewhere and held(hit.passage) >= least
    return rivals / (RIVALS - 1)


def _subject(query: Query) -> dict[str, float]:
    """Return the words a question is about with their shares, which sum to 1."""
    shares = zip(query.forms, query.subject.tolist(), strict=True)
    words = {form: weight for form, weight in shares if weight > 0 and tells(form, query)}
    total = sum(words.values()) or 1.0
    return {form: weight / total for form, weight in words.items()}


def _verbs(query: Query) -> dict[str, float]:
    """Return the words that say what is done, each counting 1."""
    verbs: dict[str, float] = {}
    weighed = zip(query.forms, query.nouns, query.content.tolist(), strict=True)
    for form, noun, weight in weighed:
        if noun < NOUN and weight > 0 and form not in FRAME and tells(form, query):
            verbs[form] = 1.0
    return verbs
