"""
A text of a document as the rule for a criterion of the guided dialog: which text and criterion,
then what it prescribes.
"""

import unicodedata
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace

from handlers.actions.documents import MarkRule, OpenDocument
from handlers.conversation import Ask, Field, Form, Message, Option, Reply
from handlers.documents.context import Context
from handlers.documents.listing import DocumentList
from handlers.documents.names import display
from handlers.sessions import SessionsUnavailable
from knowledge.advisor.values import Criterion
from knowledge.errors import KnowledgeError
from knowledge.values import Document, Mark

QUOTE = 500  # characters
QUESTION = 75  # characters of a criterion's question in a list
ANY = "any"  # the text rules the criterion without prescribing an option

# The criteria of the current decision model. Raises SessionsUnavailable.
Criteria = Callable[[], Awaitable[Sequence[Criterion]]]


class Rules:
    def __init__(self, context: Context, list_: DocumentList, criteria: Criteria) -> None:
        self._context = context
        self._list = list_
        self._criteria = criteria

    async def ask(self, message: Message, action: MarkRule) -> AsyncIterator[Reply]:
        """Ask for the text and the criterion it rules."""
        context, say = self._context, self._context.say
        if refused := await context.refused(message, action.name, action.document):
            yield refused
            return
        try:
            criteria = await self._criteria()
        except SessionsUnavailable:
            yield context.note("no_book", message)
            return
        language = message.person.language
        options = tuple(Option(c.id, c.question.to(language)[:QUESTION]) for c in criteria)
        label, hint = say("mark_quote", message), say("mark_hint", message)
        fields = (
            Field("criterion", "choice", say("mark_criterion", message), options=options),
            Field("quote", "text", label, hint=hint, max=QUOTE),
        )
        first = MarkRule(action.document)
        yield self._asking(message, first, say("mark_text", message), fields)

    async def take(self, message: Message, action: MarkRule, form: Form) -> AsyncIterator[Reply]:
        """Find the text; then ask what it prescribes, or store that."""
        if refused := await self._context.refused(message, action.name, action.document):
            yield refused
            return
        filled_in = replace(
            action,
            criterion=form.values.get("criterion", action.criterion),
            quote=form.values.get("quote", action.quote),
        )
        try:
            yield await self._taken(message, filled_in, form.values.get("option"))
        except KnowledgeError as error:
            yield self._context.failure(message, error)
        except SessionsUnavailable:
            yield self._context.note("no_book", message)

    async def _taken(self, message: Message, action: MarkRule, option: str | None) -> Reply:
        """Store the rule; without an `option` ask for it."""
        context = self._context
        criterion = await self._criterion(action.criterion)
        if criterion is None:
            open_ = context.button("open_document", message, OpenDocument(action.document))
            return context.note("stale", message, open_)
        library = await context.library()
        document = await library.document(action.document)
        quote = await self._exact(document, action.quote)
        if not quote:
            again = context.button("mark", message, MarkRule(action.document))
            return context.note("mark_not_found", message, again)
        if option is None:
            exact = MarkRule(action.document, criterion.id, quote)
            return self._prescribing(message, criterion, exact)
        known = {choice.id for choice in criterion.options}
        rule = Mark(criterion.id, option if option in known else "", quote)
        rules = [other for other in document.metadata.marks if not _same(other, rule)]
        await context.record(message, action.name, action.document)
        changed = await library.edit(document.id, {"marks": (*rules, rule)})
        question = criterion.question.to(message.person.language)
        return self._list.page(message, changed, context.say("marked", message, criterion=question))

    async def _criterion(self, id_: str) -> Criterion | None:
        for criterion in await self._criteria():
            if criterion.id == id_:
                return criterion
        return None

    async def _exact(self, document: Document, text: str) -> str:
        """
        Return the stretch of the document that reads like `text`, as it stands there; empty if none
        does.
        """
        wanted = _folded(text)
        if not wanted:
            return ""
        library = await self._context.library()
        for passage in await library.passages(document.current or document.versions[-1].id):
            if text.strip() in passage.text:
                return text.strip()
            for line in passage.text.split("\n"):
                if wanted in _folded(line):
                    return line
        return ""

    def _prescribing(self, message: Message, criterion: Criterion, action: MarkRule) -> Reply:
        """Ask which option the text prescribes."""
        say, language = self._context.say, message.person.language
        question = criterion.question.to(language)
        options = [Option(ANY, say("mark_any", message))]
        options += [Option(option.id, option.text.to(language)) for option in criterion.options]
        quote = display(action.quote)
        text = say("mark_option", message, quote=quote, criterion=question)
        field = Field("option", "choice", question, options=tuple(options))
        return self._asking(message, action, text, (field,))

    def _asking(
        self, message: Message, action: MarkRule, text: str, fields: tuple[Field, ...]
    ) -> Reply:
        say = self._context.say
        ask = Ask(
            form=action.name,
            title=say("mark_title", message),
            text=text,
            fields=fields,
            submit=say("mark_submit", message),
            stop=say("stop", message),
            state=action.data,
            required_error=say("required", message),
        )
        return Reply(text, private=True, ask=ask)


def _same(one: Mark, other: Mark) -> bool:
    return (one.criterion, one.quote) == (other.criterion, other.quote)


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
