"""
What a reply is made of: flat blocks that every platform draws, and the buttons among them.

Text in blocks is ours or escaped data: `**bold**`, "- " lists and `[n]` citation marks are the only
markup renderers interpret. Each renderer ends in `assert_never`, so that a new kind of block fails
the type check until every platform draws it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

Values = Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Press:
    """
    A button was pressed: `action` is "room.verb" ("choose.answer"), `data` what the button carried.

    This is how a press travels. What it says is read in one place, `handlers.actions.registry`.
    """

    action: str
    data: Values = field(default_factory=dict)

    @property
    def press(self) -> "Press":
        """Itself, so that a face can draw a button of its own that no handler knows."""
        return self


class Pressable(Protocol):
    """What a button does: one of `handlers.actions`, or a press of a face's own."""

    @property
    def press(self) -> Press: ...


@dataclass(frozen=True, slots=True)
class Heading:
    text: str


Tone = Literal["plain", "answer", "linked", "quiet", "quote", "code", "note", "warning", "bad"]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """
    Text with a tone. "answer" is the answer itself; "linked" words of our own whose addresses may
    be opened; "quiet" small print; "code" is shown letter by letter.

    `whole` is what a face with room for it shows in place of a text that leaves something out; a
    chat offers it in a row of buttons named "whole".
    """

    text: str
    tone: Tone = "plain"
    whole: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Facts:
    items: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Column:
    title: str
    kind: Literal["text", "number"] = "text"


@dataclass(frozen=True, slots=True)
class Table:
    """
    Rows of cells, each as long as `columns`; `header_column` is the index of the column that names
    the row.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    header_column: int = 0


@dataclass(frozen=True, slots=True)
class Bar:
    """
    One row of a chart. `value` may be negative; `shown` is how it is written ("−14.0", U+2212).
    `short` is at most 20 characters, unique in its chart, and ends with "…" where it is cut. `note`
    says why a row is excluded.
    """

    id: str
    label: str
    short: str
    value: float
    shown: str
    state: Literal["best", "normal", "excluded"] = "normal"
    note: str = ""

    @property
    def name(self) -> str:
        """The short name, or the whole one where that is cut."""
        return self.label if self.short.endswith("…") else self.short


@dataclass(frozen=True, slots=True)
class Chart:
    title: str
    axis: str
    bars: tuple[Bar, ...]
    legend: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    id: str
    title: str
    status: Literal["pending", "in_progress", "complete", "error"]
    output: str = ""


@dataclass(frozen=True, slots=True)
class Steps:
    title: str
    items: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """
    One numbered source; `excerpt` is the passage with the supporting span in **bold**; dates are
    ISO or empty.
    """

    number: int
    id: str
    title: str
    place: str
    version: str
    updated: str
    excerpt: str
    kind: str = ""
    stale: bool = False
    url: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Sources:
    items: tuple[Source, ...]
    answer: str


@dataclass(frozen=True, slots=True)
class Confirm:
    title: str
    text: str
    ok: str
    cancel: str


@dataclass(frozen=True, slots=True)
class Button:
    """A button that does `action`, or opens `url` where one is given."""

    label: str
    action: Pressable
    style: Literal["plain", "primary", "danger"] = "plain"
    confirm: Confirm | None = None
    url: str = ""

    @property
    def press(self) -> Press:
        """What faces carry and hand back when the button is pressed."""
        return self.action.press


@dataclass(frozen=True, slots=True)
class Buttons:
    """
    A row of buttons. `row` names it within the reply: "main", "followup", "whole", "publish", or
    "more", which a face may fold away; `label` stands before it.
    """

    items: tuple[Button, ...]
    row: str = "main"
    label: str = ""


@dataclass(frozen=True, slots=True)
class Feedback:
    """
    Thumbs for the answer or run with this id; pressed as `feedback.vote` with "aid" and "vote"
    ("up" or "down").
    """

    answer: str


@dataclass(frozen=True, slots=True)
class Divider:
    pass


Flat = Heading | Paragraph | Facts | Table | Chart | Steps | Sources | Buttons | Feedback | Divider


@dataclass(frozen=True, slots=True)
class Details:
    """A title with blocks folded under it; the only nesting there is."""

    title: str
    blocks: tuple[Flat, ...]
    open: bool = False


Block = Flat | Details
