"""
The words every platform and every handler share.

A platform turns what it hears into a `Message`. A handler answers with a stream of replies, each
taking the place of the one before it on the screen. Nothing here knows a platform. The blocks of a
reply live in `handlers/blocks.py` and can be had from here, too.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from handlers.blocks import (
    Bar,
    Block,
    Button,
    Buttons,
    Chart,
    Column,
    Confirm,
    Details,
    Divider,
    Fact,
    Facts,
    Feedback,
    Flat,
    Heading,
    Paragraph,
    Press,
    Pressable,
    Source,
    Sources,
    Step,
    Steps,
    Table,
    Tone,
    Values,
)
from knowledge.errors import KnowledgeError
from knowledge.values import Answer, Language

__all__ = [
    "Ask",
    "Attachment",
    "Audience",
    "Bar",
    "Block",
    "Button",
    "Buttons",
    "Called",
    "Chart",
    "Column",
    "Command",
    "Confirm",
    "Content",
    "Details",
    "Divider",
    "Edited",
    "Fact",
    "Facts",
    "Feedback",
    "Field",
    "File",
    "Flat",
    "Form",
    "Guideline",
    "Handler",
    "Heading",
    "Message",
    "Option",
    "Paragraph",
    "Person",
    "Press",
    "Pressable",
    "Reply",
    "Said",
    "Source",
    "Sources",
    "Step",
    "Steps",
    "Table",
    "Text",
    "Tone",
    "Upload",
    "Values",
]

# --------------------------------------------------------------------------- who and what was said


@dataclass(frozen=True, slots=True)
class Person:
    """
    Someone who talks to us.

    `id` is unique across platforms ("slack:T024BE7LD:U061F7AUR", "teams:tenant:aad-object-id",
    "web:local", "terminal:local"). `role` is what the platform vouches for; `groups` are ids of
    user groups the platform vouches for, `audiences` labels it says may be read. Whether someone is
    an admin of the knowledge base is decided in `handlers.people`, never from `name`.
    """

    id: str
    name: str
    language: Language
    role: Literal["member", "admin", "guest", "external", "bot"] = "member"
    groups: frozenset[str] = frozenset()
    audiences: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Audience:
    """Who will read the reply: one person (`private`), or everyone in the channel named by `id`."""

    id: str
    private: bool


@dataclass(frozen=True, slots=True)
class File:
    """
    A file someone sent. `fetch` downloads it with the platform's own credentials.

    `size` is in bytes as the platform reports it, 0 when unknown. `fetch` raises
    `knowledge.errors.UnreadableDocument` with a sentence for people when the file cannot be had.
    """

    name: str
    size: int
    fetch: Callable[[], Awaitable[bytes]]


@dataclass(frozen=True, slots=True)
class Text:
    """Words; `files` came with them and are no part of what is asked."""

    text: str
    files: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True)
class Command:
    """A named command: `name` without the slash ("llm-choose"), `argument` as typed."""

    name: str
    argument: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """
    An `Ask` came back. `name` is the ask's `form`, `state` what it carried, `values` by field id
    ("" when left empty).
    """

    name: str
    state: Values = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    files: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True)
class Upload:
    files: tuple[File, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Edited:
    """A question was changed after it was asked; `original` is the id of the first message."""

    text: str
    original: str


Content = Text | Command | Press | Form | Upload | Edited


@dataclass(frozen=True, slots=True)
class Said:
    """One remark of a discussion: who made it, by name, and its words."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Message:
    """
    One thing someone said.

    `id` is what repeats of the same event share (Slack: team, channel and ts; not the event id).
    `place` is one thread of talk. `audience` is who will read the reply. `direct` says the bot was
    addressed: a mention, a command, a click or a direct message; False is talk in a thread the bot
    takes part in, which it may leave unanswered. `channel` is who would read an answer that is
    shared from here, where its person alone reads this one. `talk` reads what people said in the
    thread before, oldest first; None where there is none to read.
    """

    id: str
    person: Person
    place: str
    audience: Audience
    content: Content
    direct: bool = True
    channel: Audience | None = None
    talk: Callable[[], Awaitable[tuple[Said, ...]]] | None = field(
        default=None, repr=False, compare=False
    )


# --------------------------------------------------------------------------- asking people


@dataclass(frozen=True, slots=True)
class Option:
    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Field:
    """
    One input. `options` serve "choice", of which one is taken, and "toggle", of which any number
    is: they come back with commas between. `types` and `max` (count) serve "files"; `max`
    (characters) serves "text". One that is `aside` may be folded away until it is wanted.
    """

    id: str
    kind: Literal["text", "choice", "date", "files", "person", "toggle"]
    label: str
    required: bool = True
    initial: str = ""
    hint: str = ""
    options: tuple[Option, ...] = ()
    types: tuple[str, ...] = ()
    max: int = 0
    aside: bool = False


@dataclass(frozen=True, slots=True)
class Guideline:
    """
    A passage of the company's own documents that bears on a question, and the button that opens it.
    """

    text: str
    source: str
    open: Button


@dataclass(frozen=True, slots=True)
class Ask:
    """
    Questions to one person: a Slack modal, a Teams card with inputs, an HTML form, terminal
    prompts. Comes back as `Form`.

    A guided question has exactly one choice field, `step`/`of` and usually `why`, `guideline` and
    navigation `buttons`; its options may also be drawn as buttons, which press `form` with `state`
    and "o" = the option's id. `others` is what the rest of a channel sees meanwhile; `aside` names
    the fields that may be folded away.
    """

    form: str
    title: str
    text: str
    fields: tuple[Field, ...]
    submit: str
    stop: str
    state: Values = field(default_factory=dict)
    intro: str = ""
    why: str = ""
    guideline: Guideline | None = None
    notes: tuple[Flat, ...] = ()
    buttons: tuple[Button, ...] = ()
    step: int = 0
    of: int = 0
    others: str = ""
    required_error: str = ""
    aside: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file for people to take away (a decision memo)."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Called:
    """
    Somebody a reply names. `id` is spelled as in a setting: whole, its last part, or a user
    group's; `name` is "" where nobody knows it; `platform` is the one that knows them, "" for none.
    """

    id: str
    name: str = ""
    platform: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """
    What the bot says.

    `text` is complete by itself: notifications, screen readers and plain clients show it alone.
    `final` is False while more replies of the same turn follow. `private` means only the asker sees
    it, where the platform can do that. `title` heads a reply that opens in a window of its own (a
    source); `ask` puts questions to the person below the blocks. `share` asks the platform to post
    the reply to the message's channel thread for everybody, as a message of its own; `place` is the
    talk it is shared in where that is not the message's own (a `Message.place` of the same
    platform); `supersedes` is the id of a message whose earlier answer this one replaces; `calls`
    are people and user groups to be called, where the platform can do that: in the place of their
    name where the text has it, else beside the text; a `panel` is a page of its own that may take
    the place of the panel it was reached from. `live` names what goes on in it: faces that can draw
    it anew whenever that changes, wherever it stands. `answer` is what is drawn here and `fault`
    why there is none, for machines that read them themselves; no face does.
    """

    text: str
    blocks: tuple[Block, ...] = ()
    private: bool = False
    final: bool = True
    title: str = ""
    ask: Ask | None = None
    attachments: tuple[Attachment, ...] = ()
    share: bool = False
    place: str = ""
    supersedes: str = ""
    calls: tuple[Called, ...] = ()
    panel: bool = False
    live: str = ""
    answer: Answer | None = field(default=None, repr=False, compare=False)
    fault: KnowledgeError | None = field(default=None, repr=False, compare=False)


Handler = Callable[[Message], AsyncIterator[Reply]]
