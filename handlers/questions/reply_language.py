"""
Which language talk is answered in: its own, but for words that everybody says in any language
("ok", "hello", "help"), which are answered in that of the conversation.

Signs alone (👍) of somebody who has written nothing yet are answered in the language most of the
documents here are called in: their client's tells of no conversation.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Awaitable, Callable

from handlers.conversation import Message
from handlers.languages import Languages
from handlers.people import People
from handlers.questions.threads import Threads
from knowledge.documents.library import Library
from knowledge.errors import KnowledgeError
from knowledge.text.chat_markup import unmarked
from knowledge.text.courtesy import bare
from knowledge.text.language import language_of, spoken_language
from knowledge.values import Language

_ANYWHERE = re.compile(
    r"(?:ok(?:ay)?|k+|hi|hello|hey|yo|yes|no|lol|ping|test|help|menu|\+1|tl;?dr|faq)[\s!.,?~]*"
    r"|(?:https?://|www\.)[!-~]+",  # a file's name in Japanese is a word of the one who sent it
    re.IGNORECASE,
)
_CODE = re.compile(r"```.*?(?:```|$)", re.DOTALL)
_WORD = re.compile(r"[^\W\d_]")


class ReplyLanguage:
    def __init__(
        self,
        threads: Threads,
        languages: Languages,
        library: Callable[[], Awaitable[Library]],
        people: People,
    ) -> None:
        self._threads = threads
        self._languages = languages
        self._library = library
        self._people = people

    async def language(self, message: Message, text: str) -> Language:
        """Return the language to answer a text in that asks the documents nothing."""
        own = message.person.language
        words = unmarked(unicodedata.normalize("NFKC", text)).strip()
        told = _CODE.sub("", bare(words)).strip()  # code is written in no language of people
        wordless = not _WORD.search(told)
        if not wordless and not _ANYWHERE.fullmatch(told):
            return spoken_language(words, own)
        history = await self._threads.history(message.place)
        if history:
            return language_of(history[-1].question, own)
        if wordless and not await self._languages.knows(message.person.id):
            return await self._of_the_house(message)
        return own

    async def _of_the_house(self, message: Message) -> Language:
        """Return the language of most titles this person may see, else that of their client."""
        own = message.person.language
        try:
            library = await self._library()
            documents = await library.documents(readers=self._people.readers(message))
        except KnowledgeError:
            return own
        titles: Counter[Language] = Counter()
        for document in documents:
            halves = document.metadata.title.split(" / ")
            titles.update({language_of(half, own) for half in halves})
        if titles["ja"] == titles["en"]:
            return own
        return max(titles, key=titles.__getitem__)
