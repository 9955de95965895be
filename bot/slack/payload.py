"""
A delivery of Slack as we work with it: where it comes from and what was done there. Pure.

`decode.py` makes one at each door a delivery comes in by; nothing behind it asks the JSON again.
"""

from dataclasses import dataclass
from typing import Any

from handlers.conversation import Values
from knowledge.values import Language

Json = dict[str, Any]
RETRY = "x-slack-retry-num"  # the header that says how often Slack has sent a delivery before
PANEL = "panel"  # begins the ids of a panel's blocks, and comes back with a press on one
REMOVALS = ("app_uninstalled", "tokens_revoked")  # events by which a workspace leaves us
REPEATED = "llm_choose_repeated"  # our own mark on the JSON of one that was


@dataclass(frozen=True, slots=True)
class SharedFile:
    """
    A file as Slack names it: `size` in bytes, 0 when unknown; `address` is "" for a deleted one.

    A `stub` hints at a file of a shared channel; what it is, Slack says only when it is asked.
    """

    id: str
    name: str
    size: int
    address: str
    stub: bool


@dataclass(frozen=True, slots=True)
class Edit:
    """A message that was changed: its words now and `before`; "" is the time of what nobody did."""

    text: str
    before: str
    ts: str
    edited_at: str
    edited: bool  # by a person; Slack adds previews by itself
    by_bot: bool


@dataclass(frozen=True, slots=True)
class Event:
    """Something said, changed or opened: `type`, `subtype` and the others are Slack's own words."""

    type: str
    subtype: str
    channel_type: str
    tab: str
    text: str
    files: tuple[SharedFile, ...]
    quoted: str  # the words of what was forwarded along
    in_thread: bool  # below a message of somebody, not at its root
    by_bot: bool
    hidden: bool
    edit: Edit | None
    machine: str = ""  # what the bot or workflow is called that said it
    ts: str = ""  # of the message that was said, "" for whatever is none
    subject: str = ""  # the ts of the message it is about: one deleted, or reacted to
    reaction: str = ""  # the name of the emoji, without colons
    removed: bool = False  # our app was removed there


@dataclass(frozen=True, slots=True)
class SlashCommand:
    text: str


@dataclass(frozen=True, slots=True)
class Action:
    """
    A pressed button, or a chosen option of a menu; `value` is what we gave it to carry. `panel`
    says that it stands on a panel.
    """

    id: str
    value: str
    option: bool
    panel: bool = False


@dataclass(frozen=True, slots=True)
class Input:
    """What stands in one field of a window; several choices are joined by commas."""

    name: str
    value: str
    files: tuple[SharedFile, ...]


@dataclass(frozen=True, slots=True)
class Submission:
    """A window that was sent; `required` are the names of the fields that must not be empty."""

    name: str
    inputs: tuple[Input, ...]
    required: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A shortcut of the app; on a message it comes with the words and files of that."""

    name: str
    text: str
    files: tuple[SharedFile, ...]


Deed = Event | SlashCommand | Action | Submission | Shortcut


@dataclass(frozen=True, slots=True)
class WindowMemory:
    """What we left in a window when we drew it; empty where there is none."""

    state: Values
    channel: str  # where it was opened from
    thread: str
    language: Language
    required_error: str


@dataclass(frozen=True, slots=True)
class Payload:
    """
    One delivery: "" and 0 stand for what Slack does not say.

    `id` is what repeats share. `deed` is None for what no listener of ours is about.
    """

    id: str
    deed: Deed | None
    team: str
    user: str
    bot: str  # our own user id
    enterprise: str
    foreign: bool  # the person belongs to another organisation
    channel: str  # for something in a window, where the window was opened from
    thread: str  # the ts of the thread a reply belongs into
    visible_thread: str  # the ts of a thread that people already see
    message_ts: str  # of the message that was pressed
    said_at: float  # seconds since 1970
    repeated: bool  # sent before: a process that was not heard may have begun to answer
    unclaimed: bool  # Redis is away: another process may answer it at this moment
    ephemeral: bool  # it happened on a message that one person sees
    private: bool  # what was spoken to or pressed is one person's own
    in_view: bool  # in a window or at home
    window: str  # the id of the modal it happened in
    trigger: str  # may open one window within three seconds
    response_url: str
    memory: WindowMemory

    @property
    def direct_messages(self) -> bool:
        """Report whether it happened in direct messages with us; their ids begin with a D."""
        return self.channel.startswith("D")
