"""What an admin can ask about a channel: whether its files, its bots and workflows are heeded."""

from collections.abc import AsyncIterator

from handlers.conversation import Message, Reply
from handlers.documents.take_in import TakeIn, take_in_request
from handlers.people import People
from handlers.questions.automations import Automations, automations_request
from handlers.sessions import Sessions
from handlers.texts import Texts


class ChannelRules:
    def __init__(self, sessions: Sessions, people: People, texts: Texts) -> None:
        self._take_in = TakeIn(sessions, people, texts)
        self._automations = Automations(sessions, people, texts)

    def asked(self, message: Message, text: str) -> AsyncIterator[Reply] | None:
        """Do what is asked about this channel; None where nothing is."""
        files = take_in_request(text)
        if files:
            return self._take_in.obey(message, files)
        machines = automations_request(text)
        if machines:
            return self._automations.obey(message, machines)
        return None
