"""
The last answer in the other language.

Nothing is translated here: where the document says the same in that language, its own words are
shown; elsewhere the original, and one honest sentence.
"""

import re
import unicodedata
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial

from handlers.conversation import Message, Person, Reply
from handlers.people import People
from handlers.questions.last_answer import LastAnswers
from handlers.questions.restyle import drawn
from handlers.questions.ways import Ways
from handlers.texts import Texts
from knowledge.documents.library import Library
from knowledge.errors import KnowledgeError
from knowledge.text.language import language_of
from knowledge.text.provisions import whole
from knowledge.text.units import units
from knowledge.values import Answer, Citation, Language, Passage, Sentence

LINES = 6  # of a passage in the other language
AROUND = 2  # passages beside one that may say the same in the other language
_NAMED: tuple[tuple[str, Language], ...] = (
    (r"英語|えいご|英文|english", "en"),
    (r"日本語|にほんご|和文|japanese", "ja"),
)
_OTHERS = re.compile(
    r"(?:中国|韓国|フランス|ドイツ|スペイン|ポルトガル|ベトナム|タイ|ロシア|イタリア)語"
    r"|chinese|korean|french|german|spanish|portuguese|vietnamese|thai|russian|italian"
)


class OtherLanguage:
    def __init__(
        self,
        library: Callable[[], Awaitable[Library]],
        people: People,
        last: LastAnswers,
        ways: Ways,
        texts: Texts,
    ) -> None:
        self._library = library
        self._people = people
        self._last = last
        self._ways = ways
        self._texts = texts

    async def show(self, message: Message, text: str) -> AsyncIterator[Reply]:
        """Show what the sources of the last answer say in the language that is asked for."""
        try:
            last = await self._last.load(message)
            if last.answer is None:
                yield await self._ways.nothing(message, last)
                return
            wanted = _language(text, last.answer)
            yield await self._shown(_speaking(message, wanted), last.answer, text, wanted)
        except KnowledgeError as error:
            yield Reply(error.reason.to(message.person.language))

    async def _shown(self, message: Message, answer: Answer, text: str, wanted: Language) -> Reply:
        say = self._texts.say
        if _OTHERS.search(unicodedata.normalize("NFKC", text).lower()):
            return drawn(answer, say("requests.only_two", wanted), self._texts)
        cited = await self._in_language(message, answer, wanted)
        sentences: list[Sentence] = []
        for citation in cited:
            lines = _lines(citation, answer, wanted)
            sentences += [Sentence(line, (citation.number,)) for line in lines]
        if not sentences:
            original = replace(answer, language=wanted)
            return drawn(original, say("requests.untranslated", wanted), self._texts)
        head = say("requests.in_japanese" if wanted == "ja" else "requests.in_english", wanted)
        spoken = replace(
            answer, language=wanted, sentences=tuple(sentences), citations=tuple(cited)
        )
        return drawn(await self._last.keep(message, spoken), head, self._texts)

    async def _in_language(
        self, message: Message, answer: Answer, wanted: Language
    ) -> list[Citation]:
        """Return the sources that say it in this language: themselves, or what stands for them."""
        found: list[Citation] = []
        for citation in answer.citations:
            passage = await self._counterpart(message, citation.passage, wanted)
            if passage is None:
                continue
            if passage.id == citation.passage.id:
                found.append(citation)
            else:
                found.append(replace(citation, passage=passage, quote=_first(passage)))
        return found

    async def _counterpart(
        self, message: Message, passage: Passage, wanted: Language
    ) -> Passage | None:
        """Return the passage that says the same in another language, None where there is none."""
        if passage.language == wanted:
            return passage
        library, readers = await self._library(), self._people.readers(message)
        beside = await library.neighbours(passage, readers=readers, around=AROUND)
        for near in sorted(beside, key=partial(_apart, passage)):
            same_place = near.place.number == passage.place.number
            if near.language == wanted and same_place and near.place.number is not None:
                return near
        for document in await library.documents(readers=readers):
            if document.id == passage.document or not document.current:
                continue
            if _stem(document.metadata.title) != _stem(passage.title):
                continue
            others = await library.passages(document.current)
            for other in others:
                if other.language == wanted and _same_place(other, passage):
                    return await library.passage(other.id, readers=readers)
        return None


def _language(text: str, answer: Answer) -> Language:
    """Return the language a request names, else the one the answer is not in."""
    words = unicodedata.normalize("NFKC", text).lower()
    for pattern, language in _NAMED:
        if re.search(pattern, words):
            return language
    if _OTHERS.search(words):
        return language_of(text, answer.language)
    return "ja" if answer.language == "en" else "en"


def _speaking(message: Message, language: Language) -> Message:
    person: Person = replace(message.person, language=language)
    return replace(message, person=person)


def _lines(citation: Citation, answer: Answer, wanted: Language) -> Sequence[str]:
    """Return what is shown of a source: the answer's own sentences where they are in its words."""
    citing = [one.text for one in answer.sentences if citation.number in one.citations]
    own = [text for text in citing if language_of(text, wanted) == wanted]
    if own:
        return own
    lines: list[str] = []
    for unit in units(citation.passage):
        lines += unit.lines
    return list(dict.fromkeys(lines))[:LINES]


def _first(passage: Passage) -> str:
    for unit in units(passage):
        return unit.lines[0]
    return passage.text


def _apart(passage: Passage, near: Passage) -> tuple[int, bool]:
    """Return how far apart two passages stand; English stands behind the Japanese it is made of."""
    steps = near.position - passage.position
    behind = steps > 0
    return abs(steps), behind != (passage.language == "ja")


def _same_place(one: Passage, other: Passage) -> bool:
    """Report whether two passages stand at one place: the same slide, or an article's number."""
    if one.place.number is not None and one.place.kind == other.place.kind:
        return one.place.number == other.place.number
    numbers = _figures(whole(one.place.label)), _figures(whole(other.place.label))
    if numbers[0] or numbers[1]:
        return numbers[0] == numbers[1]
    return one.position == other.position


def _figures(label: str) -> list[str]:
    return re.findall(r"\d+", unicodedata.normalize("NFKC", label))


_MARKED = re.compile(
    r"[ _\-./()\[\]（）【】]*(?:日本語版?|英語版?|和文|英文|japanese|english|\bja\b|\ben\b|\bjp\b"
    r"|(?<=[_\-.])(?:ja|en|jp))[ _\-./()\[\]（）【】]*",
    re.IGNORECASE,
)


def _stem(title: str) -> str:
    """Return a title without the word for its language: "旅費規程_en" is "旅費規程"."""
    plain = unicodedata.normalize("NFKC", title).casefold()
    return _MARKED.sub("", plain).strip()
