"""
The company's own words: groups that mean the same, so that a question finds what the documents
write differently.
"""

import hashlib
import re
import unicodedata
from collections.abc import AsyncIterator, Sequence

from handlers.actions.documents import AddWords, RemoveWords, ShowGlossary
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
    Reply,
    Table,
)
from handlers.documents.context import Context
from handlers.documents.names import display
from handlers.documents.pages import Page
from handlers.sessions import SessionsUnavailable
from knowledge.errors import KnowledgeError

PAGE = 8  # groups at a time: each has a button
LINE = 500  # characters of a group as typed
_BETWEEN = re.compile(r"[,、=＝\n]")

Group = Sequence[str]


class Glossary:
    def __init__(self, context: Context) -> None:
        self._context = context

    async def show(self, message: Message, action: ShowGlossary) -> AsyncIterator[Reply]:
        """Show the groups, with ways to add one and to take one away."""
        if refused := await self._context.refused(message, "document.glossary"):
            yield refused
            return
        yield await self._shown(message, action.page)

    async def ask(self, message: Message, action: AddWords) -> AsyncIterator[Reply]:
        """Ask for one group of words."""
        if refused := await self._context.refused(message, "document.glossary"):
            yield refused
            return
        say = self._context.say
        text, hint = say("words_text", message), say("words_hint", message)
        field = Field("words", "text", say("words", message), hint=hint, max=LINE)
        ask = Ask(
            form=action.name,
            title=say("words_title", message),
            text=text,
            fields=(field,),
            submit=say("words_submit", message),
            stop=say("stop", message),
            required_error=say("required", message),
        )
        yield Reply(text, private=True, ask=ask)

    async def add(self, message: Message, _: AddWords, form: Form) -> AsyncIterator[Reply]:
        """Take one group: two or more words."""
        typed = unicodedata.normalize("NFKC", form.values.get("words", "")[:LINE])
        parts = (" ".join(part.split()) for part in _BETWEEN.split(typed))
        words = tuple(dict.fromkeys(part for part in parts if part))
        if len(words) < 2:  # a word alone means only itself
            again = self._context.button("words_add", message, AddWords())
            yield self._context.note("words_two", message, again)
            return
        name = display("、".join(words))
        async for reply in self._change(message, "words_added", name, words, group_id(words)):
            yield reply

    async def remove(self, message: Message, action: RemoveWords) -> AsyncIterator[Reply]:
        """Take one group away; one that is gone already changes nothing."""
        async for reply in self._change(message, "words_gone", "", (), action.group):
            yield reply

    async def _change(
        self, message: Message, sentence: str, name: str, added: tuple[str, ...], removed: str
    ) -> AsyncIterator[Reply]:
        """Take the group with the id `removed` away and put `added` last, and say so."""
        if refused := await self._context.refused(message, "document.glossary"):
            yield refused
            return
        try:
            library = await self._context.library()
            known = await library.glossary()
            groups: list[Group] = [group for group in known if group_id(group) != removed]
            if added:
                groups.append(added)
            await self._context.record(message, "document.glossary", name=name)
            await library.set_glossary(groups)
        except KnowledgeError as error:
            yield self._context.failure(message, error)
            return
        except SessionsUnavailable:
            yield self._context.note("no_book", message)
            return
        if refused := await self._context.refused(message, "document.glossary"):
            yield refused
            return
        yield await self._shown(message, 1, self._context.say(sentence, message))

    async def _shown(self, message: Message, wanted: int, note: str = "") -> Reply:
        try:
            library = await self._context.library()
            groups = await library.glossary()
        except KnowledgeError as error:
            return self._context.failure(message, error)
        return self._listed(message, groups, wanted, note)

    def _listed(self, message: Message, groups: Sequence[Group], wanted: int, note: str) -> Reply:
        context, say = self._context, self._context.say
        page = Page.of(list(reversed(groups)), wanted, PAGE)  # the newest first
        caption = say("words_caption", message, n=len(groups))
        names = [display("、".join(group)) for group in page.items]
        spoken = [caption]
        blocks: list[Block] = []
        if note:
            spoken.insert(0, note)
            blocks.append(Paragraph(note, "note"))
        blocks.append(Heading(say("glossary", message)))
        blocks.append(Paragraph(say("words_text", message), "quiet"))
        if names:
            rows = tuple((name,) for name in names)
            blocks.append(Table(caption, (Column(say("words", message)),), rows))
            removals = tuple(_removal(group) for group in page.items)
            blocks.append(Buttons(removals, "gone", say("words_take", message)))
        spoken += [f"- {name}" for name in names]
        turns = page.turns(context, message, ShowGlossary)
        add = context.button("words_add", message, AddWords())
        blocks.append(Buttons((*turns, add, context.back(message))))
        return Reply("\n".join(spoken), tuple(blocks), private=True, panel=True)


def _removal(group: Group) -> Button:
    return Button(display(group[0]), RemoveWords(group_id(group)))


def group_id(group: Group) -> str:
    """Return what names a group on a button."""
    return hashlib.blake2b("\x00".join(group).encode(), digest_size=9).hexdigest()
