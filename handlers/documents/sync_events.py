"""What is wanted of a source, what a run tells of each entry, and what is noted between runs."""

from dataclasses import dataclass
from typing import Literal

from knowledge.documents.comparison import Changes
from knowledge.sources.plan import Held
from knowledge.values import DocumentKind, Phrase

UNOPENED = "unopened"  # the code of what a preview told by the list alone
Outcome = Literal[
    "new",
    "changed",
    "moved",
    "copy",
    "unchanged",
    "vanished",
    "refused",
    "held_back",
    "kept_out",
    "doubtful",
]


@dataclass(frozen=True, slots=True)
class Wanted:
    """
    A source and what holds for it. `secret` is the name of an environment variable; `every` are
    seconds between runs, 0 for none by itself; without `publish` versions wait for an admin.
    """

    address: str
    secret: str = ""
    audience: str = ""
    kind: DocumentKind | Literal[""] = ""
    publish: bool = True
    every: int = 0
    by: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """
    What became, or would become, of one entry. `number` of `total` entries to look at are done, 0
    for what needs no look. `before` is where a moved one lay; `changes` are what a changed one
    changes, None where it was not compared; `label` is what people call an entry whose id is none.
    """

    id: str
    outcome: Outcome
    number: int = 0
    total: int = 0
    document: str = ""
    code: str = ""
    reason: Phrase | None = None
    before: str = ""
    changes: Changes | None = None
    label: str = ""

    @property
    def name(self) -> str:
        """What people call the entry."""
        return self.label or self.id


@dataclass(frozen=True, slots=True)
class Notes:
    """
    What was noted of a source: its entries, when it ran and runs next (UNIX, 0 for never), and what
    was wanted of it last time, None for the first.
    """

    held: dict[str, Held]
    at: float = 0.0
    next: float = 0.0
    wanted: Wanted | None = None
