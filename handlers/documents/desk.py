"""What waits for an admin, where everything begins: drafts, questions, reviews, sources."""

from handlers.actions.action import Action
from handlers.actions.documents import ListDocuments, ListRequests
from handlers.conversation import Block, Button, Buttons, Heading, Message, Paragraph
from handlers.documents.context import Context
from handlers.documents.listing import today_utc
from handlers.documents.page import due, states
from handlers.documents.requests import Requests
from handlers.documents.sync import Syncs
from handlers.sessions import SessionsUnavailable
from knowledge.errors import KnowledgeError


class AdminDesk:
    def __init__(self, context: Context, requests: Requests, syncs: Syncs) -> None:
        self._context = context
        self._requests = requests
        self._syncs = syncs

    async def rows(self, message: Message) -> tuple[Block, ...]:
        """Return what waits for this admin, alone with us; nothing for everybody else."""
        context = self._context
        if not message.audience.private or not context.people.is_admin(message.person):
            return ()
        try:
            library = await context.library()
            documents = await library.documents()
            wanted = await self._requests.count()
            failed = sum(1 for source in await self._syncs.known() if source.error[0])
        except (KnowledgeError, SessionsUnavailable):
            return ()
        staged = sum(1 for one in documents if "staged" in states(one))
        late = sum(1 for one in documents if due(one, today_utc()))
        buttons = [
            *self._waiting(message, "desk_staged", staged, ListDocuments(state="staged")),
            *self._waiting(message, "desk_wanted", wanted, ListRequests()),
            *self._waiting(message, "desk_late", late, ListDocuments(due="yes")),
        ]
        blocks: list[Block] = []
        if failed:
            blocks.append(Paragraph(context.say("desk_failed", message, n=failed), "warning"))
        if buttons:
            blocks.append(Buttons(tuple(buttons), "desk"))
        if not blocks:
            return ()
        return (Heading(context.say("desk", message)), *blocks)

    def _waiting(self, message: Message, name: str, count: int, action: Action) -> list[Button]:
        if not count:
            return []
        return [Button(self._context.say(name, message, n=count), action)]
