"""
Who may do what, decided here and nowhere else: from configured ids, groups and what the platform
vouches for.

An audience is a label on a document: "all", "admins", a configured group, or one person's id.
Nothing else is accepted, because nobody could say who reads it.
"""

import re
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import replace

from handlers.conversation import Audience, Message, Person
from handlers.ids import TERMINAL
from handlers.names import Names

EVERYONE = "all"
ADMINS = "admins"
MACHINE = "machine"  # whoever sits at it
SHARED = "web"  # whoever knows the password of the web page, and what acts by a token
PROVEN = "web:oidc:"  # begins the ids of people their company's provider vouches for
SHARED_NAME = "web:name:"  # begins the ids of those who typed a name and a shared password
TOKENS = "api"  # the platform of what acts by a token
NEVER = ("guest", "external", "bot")  # roles that never change anything
_REST = re.compile(r"\S+")  # an id behind its platform
Look = Callable[[Person], Awaitable[Person]]


class People:
    """
    `admins` holds ids as configured: whole ("slack:T1:U1"), their last part ("U1", an Entra object
    id), or a user group's.

    `groups` names audiences and gives the ids of each, spelled the same way. `platforms` are those
    whose people there can be. `names` says what people are called.
    """

    def __init__(
        self,
        admins: frozenset[str],
        groups: Mapping[str, frozenset[str]] | None = None,
        platforms: Collection[str] = (),
    ) -> None:
        self._admins = admins
        self._groups = dict(groups or {})
        self._platforms = frozenset((*platforms, TERMINAL))
        self._looks: dict[str, Look] = {}
        self.names = Names()

    @property
    def admins(self) -> tuple[str, ...]:
        """The ids of those who are configured, as they are written there."""
        return tuple(sorted(self._admins))

    @property
    def audiences(self) -> tuple[str, ...]:
        """The labels to choose from, the widest first."""
        return (EVERYONE, *self._groups, ADMINS)

    def decides(self, audience: str) -> bool:
        """Report whether it can be said of everybody if they are in this audience."""
        platform, _, rest = audience.partition(":")
        person = platform in self._platforms and _REST.fullmatch(rest) is not None
        return person or audience in self.audiences

    def watch(self, platform: str, look: Look) -> None:
        """
        Let a platform say again who somebody is; `platform` is the first part of its persons' ids.
        """
        self._looks[platform] = look

    async def now(self, person: Person) -> Person:
        """
        Return the person as the platform knows them at this moment, or as before where it cannot
        say.
        """
        look = self._looks.get(person.id.partition(":")[0])
        return await look(person) if look else person

    def is_admin(self, person: Person) -> bool:
        """
        Report whether the person may change the knowledge base. Guests, outsiders and bots never
        may.
        """
        if person.role in NEVER:
            return False
        return person.role == "admin" or bool(self._admins & _ids(person))

    @staticmethod
    def identity(id_: str) -> str:
        """
        Return whose id this is, as far as anybody can say: two ids of one identity may be one
        person.

        Whoever is at the machine is one, over the terminal or the page there. Behind a public
        address everybody on the web page who knows the same password is one, since a name is only
        typed; who came with an account of the company is somebody. A token may be in any hands.
        """
        platform, _, rest = id_.partition(":")
        if platform == TERMINAL or id_ == "web:local":
            return MACHINE
        if platform == TOKENS:
            return SHARED
        shared = platform == "web" and rest and not id_.startswith(PROVEN)
        return SHARED if shared else id_

    def may_read_more(self, message: Message) -> bool:
        """Report whether the person alone may read more than whoever reads this reply."""
        alone = replace(message, audience=Audience(message.person.id, private=True))
        return self.readers(alone) > self.readers(message) | {message.person.id}

    def readers(self, message: Message) -> frozenset[str]:
        """
        Return the audience labels that whoever will read the reply holds; never empty.

        A reply in a channel is read by everybody there, so it carries what everybody may read, what
        the settings keep to that channel, and not the asker's rights.
        """
        person = message.person
        if person.role in ("external", "bot"):
            return frozenset({"external"})
        if not message.audience.private:
            return frozenset({EVERYONE, *self._kept_to(message.audience)})
        labels = {EVERYONE, person.id} | person.audiences
        if message.channel is not None:
            labels |= self._kept_to(message.channel)
        own = _ids(person)
        labels |= {name for name, ids in self._groups.items() if ids & own}
        by_token = person.id.partition(":")[0] == TOKENS  # it reads what it was made for
        if self.is_admin(person) and not by_token:
            labels.add(ADMINS)
        return frozenset(labels)

    def _kept_to(self, channel: Audience) -> frozenset[str]:
        """Return the audiences that a whole channel belongs to."""
        ids = {channel.id, channel.id.rpartition(":")[2]}
        return frozenset({name for name, members in self._groups.items() if members & ids})


def page_base(public_url: str, person: Person) -> str | None:
    """
    Return what goes before "/documents/…" for this person: empty for who is on the web page, where
    such an address leads on as it is, and None for who reaches no page.
    """
    platform, _, _ = person.id.partition(":")
    if platform == "web":
        return ""
    return public_url or None


def _ids(person: Person) -> frozenset[str]:
    """
    Return everything a setting may call this person. What somebody typed beside a shared password
    counts for nothing, nor does a part of an id on the web page.
    """
    platform, _, _ = person.id.partition(":")
    if person.id.startswith(SHARED_NAME):
        return person.groups
    ids = person.groups | {person.id}
    if platform in ("web", TOKENS):
        return ids
    return ids | {person.id.rpartition(":")[2]}
