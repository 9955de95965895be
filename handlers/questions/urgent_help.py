"""
An accident told in chat: whom to tell and by when comes first, then the rule it stands in.

It is never refused: where the documents say nothing, people are named.
"""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

from handlers.actions.questions import AskPerson
from handlers.conversation import Block, Button, Buttons, Message, Paragraph, Reply
from handlers.people import People
from handlers.questions.cited import named, sources
from handlers.questions.escalation import Escalation
from handlers.questions.last_answer import LastAnswers
from handlers.texts import Texts
from knowledge.answering.following import about
from knowledge.answering.rows import unemphasised
from knowledge.answering.urgent import Desk, desk
from knowledge.documents.library import Library
from knowledge.errors import KnowledgeError
from knowledge.text.courtesy import asking
from knowledge.text.emergency import Kind, emergency
from knowledge.text.language import spoken_language
from knowledge.values import Answer, Citation, Language, Sentence


class UrgentHelp:
    def __init__(
        self,
        library: Callable[[], Awaitable[Library]],
        people: People,
        last: LastAnswers,
        escalation: Escalation,
        texts: Texts,
    ) -> None:
        self._library = library
        self._people = people
        self._last = last
        self._escalation = escalation
        self._texts = texts

    async def help(self, message: Message, text: str) -> AsyncIterator[Reply]:
        """Say whom to tell, and by when."""
        language = spoken_language(asking(text), message.person.language)
        kind = emergency(text) or "leak"
        try:
            library = await self._library()
            found = await desk(library, text, kind, self._people.readers(message))
            if found is None:
                yield await self._unknown(message, kind, language)
                return
            answer = await self._answer(library, found, text, language)
        except KnowledgeError:
            # an index that is away must not keep people waiting
            yield await self._unknown(message, kind, language)
            return
        yield self._drawn(await self._last.keep(message, answer), kind)

    async def _answer(self, library: Library, found: Desk, text: str, language: Language) -> Answer:
        document = await library.document(found.passage.document)
        version = document.version(found.passage.version)
        number = f"v{version.number}" if version else ""
        metadata = document.metadata
        citation = Citation(
            1,
            found.passage,
            found.first,
            number,
            metadata.effective,
            url=metadata.url,
            owner=metadata.owner,
        )
        lines = (found.first, *found.others)
        sentences = [Sentence(unemphasised(line), (1,)) for line in lines]
        question = " ".join(text.split())
        return Answer(
            secrets.token_urlsafe(12),
            question,
            language,
            "extractive",
            tuple(sentences),
            (citation,),
            topic=about(question, found.passage, sure=True),
            article=found.passage.id,
        )

    def _drawn(self, answer: Answer, kind: Kind) -> Reply:
        language, say = answer.language, self._texts.say
        first, *others = [f"{sentence.text}[1]" for sentence in answer.sentences]
        shown = sources(answer.citations, self._texts, language, answer.id)
        head = say("requests.emergency_first", language)
        if kind == "broken":
            head = say("requests.broken_first", language)
        blocks: list[Block] = []
        rows: list[str] = []
        if kind == "injury":
            rows.append(say("requests.emergency_life", language))
        rows.append(f"{head}{first}")
        spoken = "\n".join(rows)
        blocks.append(Paragraph(spoken, "answer"))
        if others:
            then = say("requests.emergency_then", language)
            rows += ["", then, *others]
            blocks.append(Paragraph("\n".join([then, *others])))
        blocks.append(shown)
        person = Button(say("ask.person", language), AskPerson(answer.id))
        blocks.append(Buttons((person,)))
        rows += ["", *named(shown)]
        return Reply("\n".join(rows), tuple(blocks), answer=answer)

    async def _unknown(self, message: Message, kind: Kind, language: Language) -> Reply:
        """Say whom to turn to where the documents do not."""
        say = self._texts.say
        spoken = replace(message, person=replace(message.person, language=language))
        names = await self._escalation.names(spoken)
        names = names or say("requests.emergency_admins", language)
        text = say("requests.emergency_unknown", language, names=names)
        if kind == "broken":
            text = say("requests.broken_unknown", language, names=names)
        return Reply(text, (Paragraph(text, "warning"),))
