"""
A text of a document as the rule for a criterion of the guided dialog: which text and criterion,
then what it prescribes.
"""

import unicodedata
from collections.abc import AsyncIterator

from handlers.choose.decision_models import DecisionModels
from handlers.conversation import Ask, Field, Form, Message, Option, Reply, Values
from handlers.documents.context import Context
from handlers.documents.listing import DocumentList
from handlers.documents.names import shown
from handlers.sessions import SessionsUnavailable
from knowledge.advisor.values import Criterion
from knowledge.errors import KnowledgeError
from knowledge.values import Document, Mark

QUOTE = 500  # characters
ANY = "any"  # the text rules the criterion without prescribing an option


class Rules:
    def __init__(self, context: Context, shelf: DocumentList, models: DecisionModels) -> None:
        self._context = context
        self._shelf = shelf
        self._models = models

    async def ask(self, message: Message, given: Values) -> AsyncIterator[Reply]:
        """Ask for the text and the criterion it rules."""
        document = str(given.get("d", ""))
        if refused := await self._context.refused(message, "document.mark", document):
            yield refused
            return
        say, language = self._context.say, message.person.language
        try:
            known = (await self._models.current()).model.criteria
        except SessionsUnavailable:
            yield self._context.note("no_book", message)
            return
        criteria = tuple(Option(c.id, c.question.to(language)[:75]) for c in known)
        fields = (
            Field("criterion", "choice", say("mark_criterion", message), options=criteria),
            Field(
                "quote",
                "text",
                say("mark_quote", message),
                hint=say("mark_hint", message),
                max=QUOTE,
            ),
        )
        yield self._form(message, "mark", say("mark_text", message), fields, {"d": document})

    async def take(self, message: Message, form: Form) -> AsyncIterator[Reply]:
        """Find the text; then ask what it prescribes, or store that."""
        id_ = str(form.state.get("d", ""))
        if refused := await self._context.refused(message, "document.mark", id_):
            yield refused
            return
        values = {**{k: str(v) for k, v in form.state.items()}, **form.values}
        try:
            known = (await self._models.current()).model.criteria
            criterion = next((c for c in known if c.id == values.get("criterion")), None)
            if criterion is None:
                yield self._context.note(
                    "stale", message, self._context.button("open_document", message, "open", d=id_)
                )
                return
            library = await self._context.library()
            document = await library.document(id_)
            quote = await self._exact(document, values.get("quote", ""))
            if not quote:
                yield self._context.note(
                    "mark_not_found", message, self._context.button("mark", message, "mark", d=id_)
                )
            elif "option" not in form.values:
                yield self._options(message, criterion, id_, quote)
            else:
                option = form.values["option"]
                mark = Mark(
                    criterion.id,
                    option if option in {o.id for o in criterion.options} else "",
                    quote,
                )
                kept = tuple(
                    m
                    for m in document.metadata.marks
                    if (m.criterion, m.quote) != (mark.criterion, mark.quote)
                )
                await self._context.write(message, "document.mark", id_)
                marked = await library.edit(id_, {"marks": (*kept, mark)})
                said = self._context.say(
                    "marked", message, criterion=criterion.question.to(message.person.language)
                )
                yield self._shelf.page(message, marked, said)
        except KnowledgeError as error:
            yield Reply(error.reason.to(message.person.language), private=True)
        except SessionsUnavailable:
            yield self._context.note("no_book", message)

    async def _exact(self, document: Document, said: str) -> str:
        """
        Return the stretch of the document that reads like `said`, as it stands there; empty if none
        does.
        """
        wanted = _folded(said)
        if not wanted:
            return ""
        for passage in await (await self._context.library()).passages(
            document.current or document.versions[-1].id
        ):
            if said.strip() in passage.text:
                return said.strip()
            line = next((row for row in passage.text.split("\n") if wanted in _folded(row)), "")
            if line:
                return line
        return ""

    def _options(self, message: Message, criterion: Criterion, document: str, quote: str) -> Reply:
        say, language = self._context.say, message.person.language
        options = (
            Option(ANY, say("mark_any", message)),
            *(Option(o.id, o.text.to(language)) for o in criterion.options),
        )
        text = say(
            "mark_option", message, quote=shown(quote), criterion=criterion.question.to(language)
        )
        state: Values = {"d": document, "criterion": criterion.id, "quote": quote}
        return self._form(
            message,
            "mark",
            text,
            (Field("option", "choice", criterion.question.to(language), options=options),),
            state,
        )

    def _form(
        self, message: Message, form: str, text: str, fields: tuple[Field, ...], state: Values
    ) -> Reply:
        say = self._context.say
        names = (
            say("mark_title", message),
            say("mark_submit", message),
            say("stop", message),
            say("required", message),
        )
        title, submit, stop, required = names
        ask = Ask(
            f"document.{form}", title, text, fields, submit, stop, state, required_error=required
        )
        return Reply(text, private=True, ask=ask)


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
