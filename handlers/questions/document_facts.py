"""Who looks after a document, which version it is and from when: what its shelf knows of it."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable

from handlers.answer_text import aged, titled
from handlers.conversation import Fact, Facts, Message, Paragraph, Reply
from handlers.people import People
from handlers.questions.ask import Questions
from handlers.questions.document_meant import Beyond, DocumentsMeant, points
from handlers.questions.summary import beyond
from handlers.texts import Texts
from knowledge.documents.library import Library
from knowledge.errors import KnowledgeError
from knowledge.text.sanitise import file_name, sanitise
from knowledge.values import Document, Language

_OWNER = re.compile(r"誰|だれ|どなた|担当|管理者|作成者|著者|部署|\bwho\b", re.IGNORECASE)


class DocumentFacts:
    """Tells them; `questions` takes what names no document."""

    def __init__(
        self,
        library: Callable[[], Awaitable[Library]],
        people: People,
        meant: DocumentsMeant,
        questions: Questions,
        texts: Texts,
    ) -> None:
        self._library = library
        self._people = people
        self._meant = meant
        self._questions = questions
        self._texts = texts

    async def show(self, message: Message, text: str) -> AsyncIterator[Reply]:
        """
        Say what is known of the document that is meant; who looks after one may stand in it, where
        nobody is on record.
        """
        language, readers = message.person.language, self._people.readers(message)
        try:
            library = await self._library()
            documents = await library.documents(readers=readers)
            document = await self._meant.of(message, text, documents)
            if isinstance(document, Beyond):
                yield beyond(document, self._texts, language)
                return
            if document is None and points(text):
                yield Reply(self._texts.say("requests.which_document", language))
                return
            whole = None if document is None else await library.document(document.id)
            if whole is None or (_OWNER.search(text) and not whole.metadata.owner):
                async for reply in self._questions.ask(message, text):
                    yield reply
                return
            owner = await self._people.names.of(whole.metadata.owner, message.place)
        except KnowledgeError as error:
            yield Reply(error.reason.to(language))
            return
        await self._meant.pointers.open(message.place, whole.id)
        yield self._told(whole, owner, language)

    def _told(self, document: Document, owner: str, language: Language) -> Reply:
        say, metadata = self._texts.say, document.metadata
        head = say("requests.facts", language, title=titled(metadata.title, language))
        unknown = say("requests.fact_unknown", language)
        version = document.published
        number = f"v{version.number}" if version else unknown
        since = metadata.effective or (version.published[:10] if version else "")
        told = {
            "owner": sanitise(owner),
            "version": number,
            "since": aged(since, self._texts, language) if since else "",
            "review": metadata.review,
            "file": file_name(version.name) if version else "",
        }
        facts: list[Fact] = []
        rows = [head]
        for name, value in told.items():
            label = say(f"requests.fact_{name}", language)
            facts.append(Fact(label, value or unknown))
            rows.append(f"- {label}: {value or unknown}")
        return Reply("\n".join(rows), (Paragraph(head), Facts(tuple(facts))))
