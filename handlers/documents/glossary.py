"""
The company's own words: groups that mean the same, so that a question finds what the documents
write differently.
"""

import hashlib
import re
import unicodedata
from collections.abc import AsyncIterator, Sequence

from handlers.conversation import (
    Ask,
    Block,
    Button,
    Buttons,
    Column,
    Field,
    Form,
    Heading,
    Message,
    Paragraph,
    Press,
    Reply,
    Table,
    Values,
)
from handlers.documents.context import Context
from handlers.documents.names import shown
from handlers.sessions import SessionsUnavailable
from knowledge.errors import KnowledgeError

PAGE = 8  # groups at a time: each has a button
LINE = 500  # characters of a group as typed
_BETWEEN = re.compile(r"[,、=＝\n]")

Groups = Sequence[Sequence[str]]


class Glossary:
    def __init__(self, context: Context) -> None:
        self._context = context

    async def show(self, message: Message, given: Values, note: str = "") -> AsyncIterator[Reply]:
        """Show the groups, with ways to add one and to take one away."""
        if refused := await self._context.refused(message, "document.glossary"):
            yield refused
            return
        try:
            groups = await (await self._context.library()).glossary()
        except KnowledgeError as error:
            yield Reply(error.reason.to(message.person.language), private=True)
            return
        page = given.get("page", 1)
        yield self._listed(message, groups, page if isinstance(page, int) and page > 0 else 1, note)

    async def ask(self, message: Message) -> AsyncIterator[Reply]:
        """Ask for one group of words."""
        if refused := await self._context.refused(message, "document.glossary"):
            yield refused
            return
        say = self._context.say
        text = say("words_text", message)
        field = Field(
            "words", "text", say("words", message), hint=say("words_hint", message), max=LINE
        )
        names = (
            say("words_title", message),
            say("words_submit", message),
            say("stop", message),
            say("required", message),
        )
        title, submit, stop, required = names
        yield Reply(
            text,
            private=True,
            ask=Ask("document.words", title, text, (field,), submit, stop, required_error=required),
        )

    async def add(self, message: Message, form: Form) -> AsyncIterator[Reply]:
        """Take one group: two or more words."""
        typed = unicodedata.normalize("NFKC", form.values.get("words", "")[:LINE])
        words = tuple(
            dict.fromkeys(" ".join(word.split()) for word in _BETWEEN.split(typed) if word.strip())
        )
        if len(words) < 2:  # a word alone means only itself
            yield self._context.note(
                "words_two", message, self._context.button("words_add", message, "words")
            )
            return
        async for reply in self._change(message, "words_added", shown("、".join(words)), words, ""):
            yield reply

    async def take_away(self, message: Message, given: Values) -> AsyncIterator[Reply]:
        """Take one group away; one that is gone already changes nothing."""
        async for reply in self._change(message, "words_gone", "", (), str(given.get("g", ""))):
            yield reply

    async def _change(
        self, message: Message, done: str, name: str, added: tuple[str, ...], gone: str
    ) -> AsyncIterator[Reply]:
        if refused := await self._context.refused(message, "document.glossary"):
            yield refused
            return
        try:
            library = await self._context.library()
            kept = [
                group
                for group in await library.glossary()
                if mark(group) not in (gone, mark(added))
            ]
            await self._context.write(message, "document.glossary", name=name)
            await library.set_glossary([*kept, added] if added else kept)
        except KnowledgeError as error:
            yield Reply(error.reason.to(message.person.language), private=True)
            return
        except SessionsUnavailable:
            yield self._context.note("no_book", message)
            return
        async for reply in self.show(message, {}, self._context.say(done, message)):
            yield reply

    def _listed(self, message: Message, groups: Groups, page: int, note: str) -> Reply:
        context, say = self._context, self._context.say
        newest = list(reversed(groups))
        pages = max(1, -(-len(newest) // PAGE))
        page = min(page, pages)
        here = newest[(page - 1) * PAGE : page * PAGE]
        caption = say("words_caption", message, n=len(groups))
        rows = tuple((shown("、".join(group)),) for group in here)
        blocks: list[Block] = [Paragraph(note, "note")] if note else []
        blocks += [
            Heading(say("glossary", message)),
            Paragraph(say("words_text", message), "quiet"),
        ]
        if rows:
            blocks.append(Table(caption, (Column(say("words", message)),), rows))
            gone = tuple(
                Button(shown(g[0]), Press("document.unword", {"g": mark(g)})) for g in here
            )
            blocks.append(Buttons(gone, "gone", say("words_take", message)))
        ways = [context.button("previous", message, "glossary", page=page - 1)] if page > 1 else []
        ways += [context.button("next", message, "glossary", page=page + 1)] if page < pages else []
        ways += [
            context.button("words_add", message, "words"),
            context.button("back_to_list", message, "list"),
        ]
        blocks.append(Buttons(tuple(ways)))
        return Reply(
            "\n".join([*([note] if note else []), caption, *(f"- {r[0]}" for r in rows)]),
            tuple(blocks),
            private=True,
        )


def mark(group: Sequence[str]) -> str:
    """Return what names a group on a button."""
    return hashlib.blake2b("\x00".join(group).encode(), digest_size=9).hexdigest()
