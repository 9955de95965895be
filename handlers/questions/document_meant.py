"""
Which document a message means: one by its number in the list just shown, one that is named, the one
that is open in the talk, or the one the last answer quotes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from handlers.conversation import Message
from handlers.pointed import Pointers
from handlers.questions.last_answer import LastAnswers
from handlers.questions.named_document import named
from handlers.questions.ordinals import LAST, ordinal
from knowledge.values import Document

_POINTING = ("この", "その", "それ", "上の", "さっき", "今の", "引用", "出典")
_POINTING_EN = ("this ", "that ", "the doc", "it ")


@dataclass(frozen=True, slots=True)
class Beyond:
    """A number that no document of the list has; `listed` is how many it has."""

    number: int
    listed: int


class DocumentsMeant:
    def __init__(self, pointers: Pointers, last: LastAnswers) -> None:
        self.pointers = pointers
        self._last = last

    async def of(
        self, message: Message, text: str, documents: Sequence[Document]
    ) -> Document | Beyond | None:
        """
        Return the document a message means, of those its readers may see; None where it means none.

        Raises:
            LibraryUnavailable: the index did not answer.
        """
        numbered = await self.listed(message, text, documents)
        if numbered is not None:
            return numbered
        hits = named(text, documents)
        if hits:
            return hits[0].document
        return await self.spoken_of(message, documents) if points(text) else None

    async def listed(
        self, message: Message, text: str, documents: Sequence[Document]
    ) -> Document | Beyond | None:
        """Return the document with the number a message names; None where no list was shown."""
        number = ordinal(text)
        if not number:
            return None
        shown = (await self.pointers.load(message.place)).listed
        if not shown:
            return None
        if number > len(shown):
            return Beyond(number, len(shown))
        wanted = shown[-1] if number == LAST else shown[number - 1]
        return _with_id(wanted, documents)

    async def spoken_of(self, message: Message, documents: Sequence[Document]) -> Document | None:
        """
        Return the document the talk is about: the one that is open, else the last answer's.

        Raises:
            LibraryUnavailable: the index did not answer.
        """
        opened = (await self.pointers.load(message.place)).opened
        if opened:
            return _with_id(opened, documents)
        last = await self._last.load(message)
        if last.answer is None:
            return None
        for citation in last.answer.citations:
            document = _with_id(citation.passage.document, documents)
            if document is not None:
                return document
        return None


def points(text: str) -> bool:
    """Report whether a message points at a document without naming one."""
    lowered = f"{text.lower()} "
    return any(word in lowered for word in (*_POINTING, *_POINTING_EN))


def _with_id(wanted: str, documents: Sequence[Document]) -> Document | None:
    for document in documents:
        if document.id == wanted:
            return document
    return None
