"""Who may do what, decided here and nowhere else: from configured ids, user groups and what the platform vouches for."""

from handlers.conversation import Message, Person

EVERYONE = "all"
ADMINS = "admins"


class People:
    """`admins` holds ids as configured: whole ("slack:T1:U1"), or their last part ("U1"), or a user group's id."""

    def __init__(self, admins: frozenset[str]) -> None:
        self._admins = admins

    def is_admin(self, person: Person) -> bool:
        """Report whether the person may change the knowledge base. Guests, outsiders and bots never may."""
        if person.role in ("guest", "external", "bot"):
            return False
        own = {person.id, person.id.rsplit(":", 1)[-1]}
        return person.role == "admin" or bool(self._admins & (own | person.groups))

    def readers(self, message: Message) -> frozenset[str]:
        """
        Return the audience labels that whoever will read the reply holds; never empty.

        A reply in a channel is read by everybody there, so it carries the channel's rights and not the asker's.
        """
        if message.person.role in ("external", "bot"):
            return frozenset({"external"})
        if not message.audience.private:
            return frozenset({EVERYONE, message.audience.id})
        labels = {EVERYONE, message.person.id} | message.person.groups
        return frozenset(labels | {ADMINS} if self.is_admin(message.person) else labels)
