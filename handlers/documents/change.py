"""What can be changed of a document, as values, and how the library carries it out."""

from dataclasses import dataclass
from typing import Literal

from handlers.actions.documents import (
    ChangeDocument,
    Discard,
    Publish,
    PublishAnyway,
    Remove,
    RollBack,
    Withdraw,
)
from knowledge.documents.library import Library
from knowledge.values import Document, Phrase, Version

OfButton = Literal["publish", "publish_anyway", "discard", "withdraw", "rollback", "remove"]
Verb = OfButton | Literal["audience"]
PUBLISHING = ("publish", "publish_anyway", "rollback")
DELETING = ("discard", "remove")  # have no way back
VERBS: dict[type[ChangeDocument], OfButton] = {
    Publish: "publish",
    PublishAnyway: "publish_anyway",
    Discard: "discard",
    Withdraw: "withdraw",
    RollBack: "rollback",
    Remove: "remove",
}


@dataclass(frozen=True, slots=True)
class Change:
    """
    One change of a document as it was when `version` was its current (or this) version; `audience`
    says who reads it from then on.
    """

    verb: Verb
    document: str
    version: str
    audience: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    What one change led to: how many passages of a removed document are still found, and which open
    questions are answered now.
    """

    left: int = 0
    met: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """
    One of `total` changes, the document as it was before, and why it was held back; `reason` is
    None once it is done. The last step has the open questions that all of them together answer.
    """

    number: int
    total: int
    change: Change
    document: Document | None
    version: Version | None
    reason: Phrase | None = None
    left: int = 0
    now: int = 0  # the number of the version that is published then, else of the one changed
    met: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """What the document is called; its id where there is none any more."""
        return self.document.metadata.title if self.document else self.change.document

    @property
    def at(self) -> int:
        """The number of the version it is about, 0 where there is none any more."""
        return self.version.number if self.version else 0


def way_back(change: Change, before: Document, after: Document) -> Change | None:
    """Return the change that takes one back; None where there is none."""
    now = after.current or after.versions[-1].id
    match change.verb:
        case "discard" | "remove":
            return None
        case "audience":
            return Change("audience", after.id, now, before.metadata.audience)
        case "rollback" if before.current:
            return Change("publish", after.id, before.current)
        case "withdraw":
            return Change("rollback", after.id, now)
        case _:
            return Change("rollback" if before.current else "withdraw", after.id, now)


async def carried_out(
    library: Library, change: Change, document: Document, version: Version
) -> int:
    """Change the library; return how many passages of a removed document are still found."""
    match change.verb:
        case "publish":
            await library.publish(document.id, version.id)
        case "publish_anyway":
            await library.publish(document.id, version.id, anyway=True)
        case "rollback":
            await library.rollback(document.id)
        case "withdraw":
            await library.withdraw(document.id)
        case "discard":
            await library.discard(document.id, version.id)
        case "audience":
            await library.edit(document.id, {"audience": change.audience})
        case "remove":
            left = await library.remove(document.id)
            for gone in document.versions:
                left += len(await library.preview(document.metadata.title, version=gone.id))
            return left
    return 0
