"""What an admin can ask about a channel: whether its files, its bots and workflows are heeded."""

from collections.abc import AsyncIterator

from handlers.channel_switch import ChannelSwitch, Request
from handlers.conversation import Message, Reply
from handlers.documents.take_in import TAKE_IN
from handlers.people import People
from handlers.questions.automations import AUTOMATIONS
from handlers.sessions import Sessions, SessionsUnavailable
from handlers.texts import Texts


class ChannelRules:
    def __init__(self, sessions: Sessions, people: People, texts: Texts) -> None:
        self._sessions = sessions
        self._people = people
        self._texts = texts

    def asked(self, message: Message, text: str) -> AsyncIterator[Reply] | None:
        """Do what is asked about this channel; None where nothing is."""
        for switch in (TAKE_IN, AUTOMATIONS):
            request = switch.request(text)
            if request:
                return self._obey(message, switch, request)
        return None

    async def _obey(
        self, message: Message, switch: ChannelSwitch, request: Request
    ) -> AsyncIterator[Reply]:
        """Switch it in the channel of the message; only admins can, and only there."""
        language, say = message.person.language, self._texts.say
        if message.audience.private:
            yield Reply(say("take_in.nowhere", language), private=True)
            return
        if not self._people.is_admin(message.person):
            yield Reply(say(f"{switch.family}.admins_only", language), private=True)
            return
        on = {"on": request == "on", "by": message.person.id}
        try:
            await self._sessions.save(switch.kind, message.audience.id, on, seconds=None)
        except SessionsUnavailable:
            yield Reply(say("feedback.away", language), private=True)
            return
        text = say(f"{switch.family}.stopped", language)
        if request == "on":
            text = say(f"{switch.family}.started", language)
        yield Reply(text)
