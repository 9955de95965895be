"""
An activity of Teams as we work with it: where it belongs, and what it carries. Pure.

`frame.py` makes one of JSON at each door an activity comes in by; nothing behind it asks the JSON
again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from handlers.conversation import Values
from knowledge.values import Language

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Destination:
    """
    Where to speak: the service's address, the conversation and its kind, our id in it and that of
    whom we talk to.
    """

    service: str
    conversation: str
    bot: str
    user: str
    kind: str = "personal"


@dataclass(frozen=True, slots=True)
class Consent:
    """
    What a person said to a file we offered: the token of its question, and where Teams wants it
    put.
    """

    token: str
    accepted: bool
    upload: str
    content: str
    unique: str
    kind: str
    card: str


@dataclass(frozen=True, slots=True)
class Mention:
    """Somebody who is called by name."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Attached:
    """
    Something beside the words; `shared` are files, and messages that are quoted. `url` is where a
    file can be had, "" for what cannot. `quoted` is what another message says that is forwarded or
    replied to, in its own markup.
    """

    name: str
    url: str
    shared: bool
    picture: bool = False
    quoted: str = ""
    note: str = ""  # the content of a file that we made of a message ourselves


@dataclass(frozen=True, slots=True)
class Extension:
    """
    What a message extension was used for: its command, what was asked, the words of the message it
    was used on, and the title its window was given.
    """

    command: str
    question: str
    words: str
    title: str


@dataclass(frozen=True, slots=True)
class Vote:
    """
    A thumb: what was filled in beside it, as Teams sends it (JSON in a text, or words), and the
    answer it is about, which we add before it is stored.
    """

    liked: bool
    feedback: object
    answer: str


@dataclass(frozen=True, slots=True)
class Activity:
    """
    One activity whose frame is sound; "" stands for what it does not say.

    `delivery` is what repeats of the same event share. `data` is that of a pressed action, inputs
    included; it is anybody's claim, and None where nothing was pressed.
    """

    id: str
    type: str
    name: str
    delivery: str
    channel: str
    tenant: str
    destination: Destination
    sender: str  # the same in every conversation
    sender_name: str
    from_bot: bool
    language: Language
    reply_to: str  # the message it was done on
    text: str
    mentions: tuple[Mention, ...]
    attached: tuple[Attached, ...]
    edited: bool
    deleted: bool
    reactions: tuple[str, ...]  # to `reply_to`, in Teams' words ("like")
    welcomes: bool  # we were installed or added
    removes: bool  # we were uninstalled or taken out
    targeted: bool  # written to us among others so that nobody else sees it
    own: bool  # seen by its person alone, among others: targeted, or a card in answer to a press
    data: Mapping[str, Any] | None
    in_ask: bool  # pressed on a card of questions, which the next reply replaces
    in_panel: bool  # pressed on a panel, which the next panel replaces
    run: Values  # which run of a dialog a press belongs to; empty when to none
    vote: Vote
    extension: Extension
    consent: Consent

    @property
    def personal(self) -> bool:
        """Report whether this is a chat between one person and us."""
        return self.destination.kind == "personal"

    @property
    def mentions_us(self) -> bool:
        return any(mention.id == self.destination.bot for mention in self.mentions)

    @property
    def shows_a_picture(self) -> bool:
        """Report whether a picture is pasted into what is said to us."""
        to_us = self.personal or self.mentions_us or self.targeted
        return self.type == "message" and to_us and any(item.picture for item in self.attached)

    @property
    def shares_a_file(self) -> bool:
        """
        Report whether somebody sends us a file where Teams does not let a bot have it: anywhere but
        in a personal chat.
        """
        if self.type != "message" or self.personal:
            return False
        to_us = self.mentions_us or self.targeted
        return to_us and any(item.shared for item in self.attached)
