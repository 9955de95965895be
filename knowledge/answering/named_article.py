"""
An article that a question names: it is looked up by its number, not by its words, and where no
document has it, that is the answer.

An article of a law (労基法第12条) is none of the shelf's: the word before it says so.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from knowledge.answering.articles import Surroundings
from knowledge.answering.stages import Question, Retrieved, Written
from knowledge.answering.wording import Wording
from knowledge.retrieval.source import PassageSource
from knowledge.text.analysis import normalise
from knowledge.text.quantities import in_digits
from knowledge.text.titles import titled
from knowledge.values import Hit, Nearest, Passage, Phrase

DEEP = 100  # passages looked through for an article of that number
WHOLE_DOCUMENT = 400  # passages on either side that are asked for the last article's number
ASKED_BACK = 4  # documents offered where several have an article of that number
NAMED = 3  # documents whose last article is named
_ASKED = re.compile(
    r"(?P<of>[^\s、。,.?「」『』()（）]*?)の?\s*第\s*(?P<number>\d+)\s*条(?P<branch>(?:の\d+)*)"
    r"|\barticle\s+(?P<english>\d+)\b(?!\.\d)"
)
_OF_LAW = re.compile(r"(?:法|令|憲法|条約|directive|gdpr|act|law)$")
_OF_ENGLISH_LAW = re.compile(
    r"^\W*(?:of|in|under) (?:the )?(?:\w+ ){0,3}(?:act|law|gdpr|directive)\b"
)
_RULES = re.compile(r"(?:規[程則定]|細則|内規|ガイドライン|要領|基準|ポリシー|マニュアル|手引き?)$")
_LABEL = re.compile(r"^第(\d+)条((?:の\d+)*)")
# a word of more than the frame of a question
_MORE = re.compile(
    r"(?!(?:どう|何|なに|なん|書|教|内容|見|知|規定|説明|条文)[^一-龥ァ-ヶ]*)[一-龥ァ-ヶ]{2,}"
    r"|\b(?!(?:what|does|do|say|says|is|are|in|the|please|show|me|tell|about|there|read)\b)"
    r"[a-z]{2,}"
)
_SPACES = re.compile(r"[\s_・-]+")


@dataclass(frozen=True, slots=True)
class Reference:
    """
    An article as a question names it: its number, its branch ("の2"), and the words before it,
    which may name its document; "" where none stand there.
    """

    number: int
    branch: str
    document: str

    def is_at(self, passage: Passage) -> bool:
        """Whether a passage is of an article of that number, whatever its document."""
        match = _LABEL.match(passage.place.label)
        return match is not None and (int(match[1]), match[2]) == (self.number, self.branch)

    def names(self, title: str) -> bool:
        """Whether it may be an article of the document of that title."""
        known = _folded(title)
        last = self.document.rsplit("の", 1)[-1]
        return last in known or known in self.document

    @property
    def name(self) -> str:
        """As documents write it: 第12条, 第5条の2."""
        return f"第{self.number}条{self.branch}"


def article_named(question: str) -> Reference | None:
    """Return the article that a question names; None for none, for several and for one of a law."""
    text = in_digits(normalise(question))
    matches = list(_ASKED.finditer(text))
    if len(matches) != 1:
        return None
    match = matches[0]
    before = match["of"] or ""
    if _OF_LAW.search(before) or _OF_ENGLISH_LAW.match(text[match.end() :]):
        return None
    document = before if _RULES.search(before) else ""
    number = match["number"] or match["english"]
    return Reference(int(number), match["branch"] or "", _folded(document))


class NamedArticles:
    """Looks the named ones up in one source of passages."""

    def __init__(self, source: PassageSource, wording: Wording) -> None:
        self._source = source
        self._wording = wording

    async def looked_up(
        self, question: Question, retrieved: Retrieved
    ) -> tuple[Retrieved, Written | None]:
        """
        Return what was retrieved, the named article alone where there is one, and what is to be
        said at once: that no document has it, or which of several documents is meant.

        Raises:
            LibraryUnavailable: the index did not answer.
        """
        reference = article_named(question.search_text)
        if reference is None or question.kind != "whole":
            return retrieved, None
        named: list[Hit] = []
        for hit in await self._looked_through(question, retrieved, reference):
            of_rules = _LABEL.match(hit.passage.place.label)
            if of_rules and reference.names(hit.passage.title):
                named.append(hit)
        if not named:
            return retrieved, None  # no set of rules, or none of that name
        there = [hit for hit in named if reference.is_at(hit.passage)]
        if not there:
            return retrieved, await self._absent(question, reference, named)
        titles = list(dict.fromkeys(hit.passage.title for hit in there))
        if len(titles) > 1 and not question.follows and _asks_nothing_else(question.text):
            return retrieved, self._which(question, reference, there)
        first = there[0].passage.document
        of_one = [hit for hit in there if hit.passage.document == first]
        return replace(retrieved, hits=tuple(of_one)), None

    def _which(self, question: Question, reference: Reference, there: Sequence[Hit]) -> Written:
        """Ask which of several documents is meant."""
        meanings: list[str] = []
        for hit in there:
            title = titled(hit.passage.title, question.language)
            meaning = self._wording.phrase("article_of", title=title, article=reference.name)
            meanings.append(meaning.to(question.language))
        offered = tuple(dict.fromkeys(meanings))[:ASKED_BACK]
        return Written(hits=tuple(there), mode="asked_back", meanings=offered)

    async def _looked_through(
        self, question: Question, retrieved: Retrieved, reference: Reference
    ) -> list[Hit]:
        """Return what was retrieved and what a search for the article's name alone brings."""
        words = f"{reference.document}{reference.name}"
        query = await self._source.query(words, readers=question.readers)
        more = await self._source.search(query, readers=question.readers, limit=DEEP)
        seen = {hit.passage.id for hit in retrieved.hits}
        return [*retrieved.hits, *(hit for hit in more if hit.passage.id not in seen)]

    async def _absent(
        self, question: Question, reference: Reference, named: Sequence[Hit]
    ) -> Written:
        """Say that no document has the article, and with which one the nearest rules end."""
        first: dict[str, Passage] = {}
        for hit in named:
            first.setdefault(hit.passage.document, hit.passage)
        ends: list[Phrase] = []
        nearest: list[Nearest] = []
        for passage in list(first.values())[:NAMED]:
            last, number = await self._last(passage, question)
            end = self._wording.phrase("ends_with", title=_title(passage), last=number)
            ends.append(end)
            near = Nearest(last.document, last.title, last.place, (), last.id)
            nearest.append(near)
        said = Phrase("、".join(end.ja for end in ends), ", ".join(end.en for end in ends))
        article = Phrase(reference.name, f"Article {reference.number}")
        note = self._wording.phrase("no_such_article", article=article, ends=said)
        return Written(nearest=tuple(nearest), absent=note)

    async def _last(self, passage: Passage, question: Question) -> tuple[Passage, int]:
        """Return the last article of a passage's document, and its number."""
        beside: Sequence[Passage] = ()
        if isinstance(self._source, Surroundings):
            beside = await self._source.neighbours(
                passage, readers=question.readers, around=WHOLE_DOCUMENT
            )
        last, highest = passage, 0
        for one in (passage, *beside):
            match = _LABEL.match(one.place.label)
            if match is not None and int(match[1]) > highest:
                last, highest = one, int(match[1])
        return last, highest


def _asks_nothing_else(question: str) -> bool:
    """Whether a question names an article and says nothing of what it wants to know of it."""
    return not _MORE.search(_ASKED.sub("", in_digits(normalise(question))))


def _title(passage: Passage) -> Phrase:
    return Phrase(titled(passage.title, "ja"), titled(passage.title, "en"))


def _folded(text: str) -> str:
    return _SPACES.sub("", normalise(text))
