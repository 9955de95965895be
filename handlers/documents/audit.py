"""
The audit trail as admins read it: newest first, each line chained to the one before, the chain
checked.
"""

from collections.abc import AsyncIterator
from typing import Any, Literal, get_args

from handlers.actions.documents import ShowAudit
from handlers.conversation import (
    Block,
    Buttons,
    Column,
    Heading,
    Message,
    Paragraph,
    Reply,
    Table,
)
from handlers.documents.context import AUDIT, Context
from handlers.documents.names import display
from handlers.documents.page import owner_name
from handlers.documents.pages import Page
from handlers.memory.chains import gap
from handlers.people import MACHINE
from handlers.sessions import SessionsUnavailable
from knowledge.errors import KnowledgeError

PAGE = 20  # lines at a time
SHOWN = 9  # signs of an id beside a name
COLUMNS = ("at", "who", "action", "thing")
Act = Literal[
    "add",
    "publish",
    "publish_anyway",
    "discard",
    "withdraw",
    "rollback",
    "remove",
    "details",
    "mark",
    "glossary",
    "settle",
    "samples",
    "original",
    "replace",
    "sync",
    "source_run",
    "source_forget",
    "token",
    "revoke",
]
# what somebody is called who gave no name
ROLES: tuple[Literal["web.person_admin", "web.person_member"], ...] = (
    "web.person_admin",
    "web.person_member",
)
ACTIONS: tuple[Act, ...] = get_args(Act)

Line = dict[str, Any]


class Audit:
    def __init__(self, context: Context) -> None:
        self._context = context

    async def show(self, message: Message, action: ShowAudit) -> AsyncIterator[Reply]:
        """Show one page of the trail."""
        if refused := await self._context.refused(message, action.name):
            yield refused
            return
        try:
            lines = await self._context.sessions.entries(AUDIT, 0)
            library = await self._context.library()
            documents = await library.documents()
        except SessionsUnavailable:
            yield self._context.note("no_book", message)
            return
        except KnowledgeError as error:
            yield self._context.failure(message, error)
            return
        titles = {document.id: document.metadata.title for document in documents}
        page = Page.of(list(reversed(lines)), action.page, PAGE)
        whose = {str(line["entry"]["person"]) for line in page.items}
        await self._context.people.names.called(whose, message.place)
        yield self._page(message, lines, titles, page)

    def _page(
        self, message: Message, lines: list[Line], titles: dict[str, str], page: Page[Line]
    ) -> Reply:
        context, say = self._context, self._context.say
        count = len(lines)
        rows = tuple(self._row(message, line["entry"], titles) for line in page.items)
        caption = say("audit_caption", message, n=count) + page.of_pages(context, message)
        whole = gap(lines) is None
        verdict = say("audit_whole" if whole else "audit_broken", message, n=count)
        blocks: list[Block] = [Heading(say("audit", message))]
        if rows:
            columns = tuple(Column(say(f"column_{name}", message)) for name in COLUMNS)
            blocks.append(Table(caption, columns, rows))
        else:
            blocks.append(Paragraph(say("audit_none", message)))
        blocks.append(Paragraph(verdict, "quiet" if whole else "bad"))
        turns = page.turns(context, message, ShowAudit)
        blocks.append(Buttons((*turns, context.back(message))))
        spoken = [f"{caption} {verdict}"]
        spoken += [f"- {' / '.join(row)}" for row in rows]
        return Reply("\n".join(spoken), tuple(blocks), private=True, panel=True)

    def _row(
        self, message: Message, entry: dict[str, Any], titles: dict[str, str]
    ) -> tuple[str, str, str, str]:
        """Return when, who, what was done with what end, and to which thing."""
        say = self._context.say
        verb = str(entry["action"]).partition(".")[2]
        action = say("audit_other", message)
        if verb in ACTIONS:
            action = say(f"audit_{verb}", message)
        outcome = str(entry.get("outcome", ""))
        if outcome == "refused":
            action += say("audit_refused", message)
        elif outcome:
            action += say("audit_failed", message)
        name = str(entry.get("name", "")) or titles.get(str(entry.get("document", "")), "")
        at = str(entry["at"])[:16].replace("T", " ")
        return at, self._who(message, entry), action, display(name)

    def _who(self, message: Message, entry: Line) -> str:
        """
        Return a person's name with the end of their id, since others may have the same name; of
        whose name is not known, enough to tell two of them apart.
        """
        person = str(entry["person"])
        kept = self._called(message, person, str(entry.get("who", "")))
        if kept and kept != person:
            return display(f"{kept} ({person[-SHOWN:]})")
        name = owner_name(self._context, message, person)
        if self._context.people.names.known(person) or person.count(":") < 2:
            return name
        return f"{name} …{display(person)[-4:]}"

    def _called(self, message: Message, person: str, kept: str) -> str:
        """
        Return the name that was kept of a person; what is a role instead of a name is said in the
        reader's language, not in the one it was kept in.
        """
        texts, language = self._context.texts, message.person.language
        if kept and self._context.people.identity(person) == MACHINE:
            return texts.say("web.person_local", language)
        for name in ROLES:
            role = texts.phrase(name)
            if kept in (role.ja, role.en):
                return texts.say(name, language)
        return kept
