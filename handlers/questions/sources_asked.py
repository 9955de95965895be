"""The sources of the last answer, asked for in words: one by its number, or all of them."""

import re
import unicodedata
from collections.abc import AsyncIterator

from handlers.actions.questions import OpenSource
from handlers.conversation import Message, Paragraph, Reply
from handlers.questions.cited import named, sources
from handlers.questions.last_answer import LastAnswers
from handlers.questions.source_view import SourceView
from handlers.questions.summary import Summary
from handlers.questions.ways import Ways
from handlers.texts import Texts
from knowledge.errors import KnowledgeError
from knowledge.values import Answer

_DIGITS = re.compile(r"\d{1,2}")
_WORDS = (
    (r"ひと|一|\bone\b|\bfirst\b", 1),
    (r"ふた|二|\btwo\b|\bsecond\b", 2),
    (r"みっ|三|\bthree\b|\bthird\b", 3),
    (r"四|\bfour\b|\bfourth\b", 4),
    (r"五|\bfive\b|\bfifth\b", 5),
)
LAST = -1
_LAST = re.compile(r"最後|\blast (?:source|one|reference|citation)\b")


class SourcesAsked:
    """Opens sources; of a list of documents just shown, `summary` opens one."""

    def __init__(
        self,
        last: LastAnswers,
        view: SourceView,
        ways: Ways,
        summary: Summary,
        texts: Texts,
    ) -> None:
        self._last = last
        self._view = view
        self._ways = ways
        self._summary = summary
        self._texts = texts

    async def show(self, message: Message, text: str) -> AsyncIterator[Reply]:
        """Open the source, or listed document, that is named by its number, else list them all."""
        if await self._summary.lists(message, text):
            async for reply in self._summary.outline(message, text):
                yield reply
            return
        async for reply in self._opened(message, text, whole=False):
            yield reply

    async def whole(self, message: Message, text: str) -> AsyncIterator[Reply]:
        """Show all that the last answer was taken from; of several sources, list them."""
        async for reply in self._opened(message, text, whole=True):
            yield reply

    async def _opened(self, message: Message, text: str, *, whole: bool) -> AsyncIterator[Reply]:
        language = message.person.language
        try:
            last = await self._last.load(message)
        except KnowledgeError as error:
            yield Reply(error.reason.to(language))
            return
        if last.answer is None:
            yield await self._ways.nothing(message, last)
            return
        wanted = _number(text)
        cited = {citation.number: citation for citation in last.answer.citations}
        if wanted == LAST and cited:
            wanted = max(cited)
        if whole and len(cited) == 1:
            wanted = min(cited)
        if wanted in cited:
            opening = OpenSource(cited[wanted].passage.id, wanted, last.answer.id)
            async for reply in self._view.open(message, opening):
                yield reply
            return
        head = self._texts.say("requests.sources", language)
        if wanted:
            head = self._texts.say("requests.no_source", language, number=wanted)
        yield self._listed(last.answer, head)

    def _listed(self, answer: Answer, head: str) -> Reply:
        shown = sources(answer.citations, self._texts, answer.language, answer.id)
        text = "\n".join([head, *named(shown)])
        return Reply(text, (Paragraph(head), shown))


def _number(text: str) -> int:
    """Return the number of the source a request names, `LAST`, or 0 for none."""
    words = unicodedata.normalize("NFKC", text).lower()
    digits = _DIGITS.search(words)
    if digits:
        return int(digits[0])
    if _LAST.search(words):
        return LAST
    for pattern, number in _WORDS:
        if re.search(pattern, words):
            return number
    return 0
