"""
Which language talk is answered in: its own, but for words that everybody says in any language
("ok", "hello"), which are answered in that of the conversation.
"""

import re
import unicodedata

from handlers.conversation import Message
from handlers.questions.threads import Threads
from knowledge.text.chat_markup import unmarked
from knowledge.text.courtesy import bare
from knowledge.text.language import language_of, spoken_language
from knowledge.values import Language

_ANYWHERE = re.compile(
    r"(?:ok(?:ay)?|k+|hi|hello|hey|yo|yes|no|lol|ping|test|\+1|tl;?dr|faq)[\s!.,?~]*"
    r"|(?:https?://|www\.)\S+",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]")


class Spoken:
    def __init__(self, threads: Threads) -> None:
        self._threads = threads

    async def language(self, message: Message, text: str) -> Language:
        """Return the language to answer a text in that asks the documents nothing."""
        own = message.person.language
        words = unmarked(unicodedata.normalize("NFKC", text)).strip()
        if _WORD.search(bare(words)) and not _ANYWHERE.fullmatch(bare(words).strip()):
            return spoken_language(words, own)
        history = await self._threads.history(message.place)
        if not history:
            return own
        return language_of(history[-1].question, own)
