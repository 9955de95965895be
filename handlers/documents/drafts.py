"""The documents that wait to be published, and the offer to publish them all."""

from collections import Counter
from collections.abc import Sequence

from handlers.actions.documents import PublishWaiting
from handlers.conversation import Button, Message
from handlers.documents.change import Change
from handlers.documents.context import Context
from handlers.documents.page import reader_label, sure_of
from handlers.documents.waiting import waiting
from knowledge.values import Document, Version


def publishing(documents: Sequence[Document]) -> list[Change]:
    """Return what publishes everything that waits."""
    return [Change("publish", document.id, version.id) for document, version in waiting(documents)]


def offer(context: Context, message: Message, drafts: Sequence[tuple[Document, Version]]) -> Button:
    """Return the button that publishes these; the question before it says who will read them."""
    counts = Counter(document.metadata.audience for document, _ in drafts)
    readers = []
    for audience, count in counts.most_common():
        name = reader_label(context, message, audience)
        readers.append(context.say("publish_waiting_readers", message, readers=name, n=count))
    sure = sure_of(context, message, "publish_waiting", n=len(drafts), readers="、".join(readers))
    label = context.say("publish_waiting", message, n=len(drafts))
    return Button(label, PublishWaiting(), "primary", sure)
