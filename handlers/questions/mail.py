"""The last answer as a mail to somebody else: a template around what the documents say."""

import re
from collections.abc import AsyncIterator

from handlers.answer_text import titled
from handlers.conversation import Message, Paragraph, Reply
from handlers.questions.cited import sources
from handlers.questions.last_answer import LastAnswers
from handlers.questions.ways import Ways
from handlers.texts import Texts
from knowledge.errors import KnowledgeError
from knowledge.values import Answer

_MARK = re.compile(r"\s*\[\d{1,2}\]")
SUBJECT = 40  # characters of the question in the subject


class Mail:
    def __init__(self, last: LastAnswers, ways: Ways, texts: Texts) -> None:
        self._last = last
        self._ways = ways
        self._texts = texts

    async def write(self, message: Message, text: str) -> AsyncIterator[Reply]:
        """Put the last answer into a mail, to be copied."""
        try:
            last = await self._last.load(message)
        except KnowledgeError as error:
            yield Reply(error.reason.to(message.person.language))
            return
        if last.answer is None:
            yield await self._ways.nothing(message, last)
            return
        answer = last.answer
        intro = self._texts.say("requests.mail_intro", message.person.language)
        mail = self._mail(answer)
        shown = sources(answer.citations, self._texts, answer.language, answer.id)
        blocks = (
            Paragraph(intro, "quiet"),
            Paragraph(mail, "code"),
            shown,
        )
        yield Reply(f"{intro}\n\n{mail}", blocks)

    def _mail(self, answer: Answer) -> str:
        """Return subject and body, without the marks that only a chat can open."""
        language, say = answer.language, self._texts.say
        question = answer.question.rstrip("。.")
        subject = question
        if len(question) > SUBJECT:
            subject = f"{question[:SUBJECT]}…"
        places: dict[str, None] = {}
        for citation in answer.citations:
            title = titled(citation.passage.title, language)
            places[f"- {title} {citation.passage.place.to(language)}"] = None
        rows = [_MARK.sub("", sentence.text) for sentence in answer.sentences]
        head = say("requests.mail_subject", language, subject=subject.rstrip("?\uff1f"))
        body = say(
            "requests.mail_body",
            language,
            question=question,
            answer="\n".join(rows),
            sources="\n".join(places),
        )
        return f"{head}\n\n{body}"
