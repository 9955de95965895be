"""
The book of what was done, as admins read it: newest first, each line chained to the one before, the
chain checked.
"""

import hashlib
import json
from collections.abc import AsyncIterator
from typing import Any

from handlers.conversation import (
    Block,
    Buttons,
    Column,
    Heading,
    Message,
    Paragraph,
    Reply,
    Table,
    Values,
)
from handlers.documents.context import BOOK, Context
from handlers.documents.names import shown
from handlers.sessions import SessionsUnavailable
from knowledge.errors import KnowledgeError

PAGE = 20  # lines at a time
ACTIONS = (
    "add",
    "publish",
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
)


class Audit:
    def __init__(self, context: Context) -> None:
        self._context = context

    async def show(self, message: Message, given: Values) -> AsyncIterator[Reply]:
        """Show one page of the book."""
        if refused := await self._context.refused(message, "document.audit"):
            yield refused
            return
        try:
            lines = list(reversed(await self._context.sessions.entries(BOOK, 0)))
            titles = {
                d.id: d.metadata.title for d in await (await self._context.library()).documents()
            }
        except SessionsUnavailable:
            yield self._context.note("no_book", message)
            return
        except KnowledgeError as error:
            yield Reply(error.reason.to(message.person.language), private=True)
            return
        pages = max(1, -(-len(lines) // PAGE))
        asked = given.get("page", 1)
        page = min(max(asked if isinstance(asked, int) else 1, 1), pages)
        yield self._listed(message, lines, titles, page, pages)

    def _listed(
        self,
        message: Message,
        lines: list[dict[str, Any]],
        titles: dict[str, str],
        page: int,
        pages: int,
    ) -> Reply:
        context, say = self._context, self._context.say
        here = lines[(page - 1) * PAGE : page * PAGE]
        rows = tuple(self._row(message, line["entry"], titles) for line in here)
        columns = tuple(
            Column(say(f"column_{c}", message)) for c in ("at", "who", "action", "thing")
        )
        caption = say("audit_caption", message, n=len(lines)) + (
            say("of_pages", message, page=page, pages=pages) if pages > 1 else ""
        )
        whole = unbroken(list(reversed(lines)))
        verdict = say("audit_whole" if whole else "audit_broken", message, n=len(lines))
        blocks: list[Block] = [Heading(say("audit", message))]
        blocks.append(
            Table(caption, columns, rows) if rows else Paragraph(say("audit_none", message))
        )
        blocks.append(Paragraph(verdict, "quiet" if whole else "bad"))
        ways = [context.button("previous", message, "audit", page=page - 1)] if page > 1 else []
        ways += [context.button("next", message, "audit", page=page + 1)] if page < pages else []
        blocks.append(Buttons((*ways, context.button("back_to_list", message, "list"))))
        text = "\n".join([f"{caption} {verdict}", *(f"- {' / '.join(row)}" for row in rows)])
        return Reply(text, tuple(blocks), private=True)

    def _row(
        self, message: Message, entry: dict[str, Any], titles: dict[str, str]
    ) -> tuple[str, str, str, str]:
        say, outcome = self._context.say, str(entry.get("outcome", ""))
        verb = str(entry["action"]).partition(".")[2]
        action = say(f"audit_{verb}", message) if verb in ACTIONS else say("audit_other", message)
        ended = (
            ""
            if not outcome
            else say("audit_refused" if outcome == "refused" else "audit_failed", message)
        )
        document = str(entry.get("document", ""))
        name = str(entry.get("name", "")) or titles.get(document, "")
        at = str(entry["at"])[:16].replace("T", " ")
        return at, shown(str(entry["person"])), f"{action}{ended}", shown(name)


def unbroken(lines: list[dict[str, Any]]) -> bool:
    """Report whether each line, oldest first, is what its hash says and follows the one before."""
    before = ""
    for line in lines:
        body = json.dumps(line["entry"], ensure_ascii=False, sort_keys=True)
        if (
            line["before"] != before
            or line["hash"] != hashlib.sha256(f"{before}{body}".encode()).hexdigest()
        ):
            return False
        before = line["hash"]
    return True
