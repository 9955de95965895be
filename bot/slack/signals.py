"""
What Slack tells beside words: a question was deleted, an answer was voted on by a reaction, work
was stopped, we were removed from a workspace.
"""

from contextlib import suppress

from bot.slack import parse
from bot.slack.payload import Payload
from bot.slack.people import Directory
from bot.slack.refusals import Refused, Unanswered
from bot.slack.sender import Destination, Sender
from bot.slack.workspaces import Workspaces
from handlers.conversation import Audience, Message, Person, Press, Reply
from handlers.texts import Texts


class Signals:
    """Does what each of them asks for."""

    def __init__(
        self, workspaces: Workspaces, sender: Sender, directory: Directory, texts: Texts
    ) -> None:
        self._workspaces = workspaces
        self._sender = sender
        self._directory = directory
        self._texts = texts

    async def obey(self, payload: Payload) -> bool:
        """Do what needs no answer of a handler; False where that is not all there is to it."""
        if parse.removed(payload):
            await self._workspaces.leave(payload.team, payload.enterprise, payload.said_at)
        elif retracted := parse.retracted(payload):
            await self._withdraw(payload.team, retracted)
        elif parse.stopped(payload):
            await self._stop(payload)
        else:
            return False
        return True

    async def vote(self, payload: Payload) -> Message | None:
        """Return the vote that a reaction on an answer is; None for one on anything else."""
        reaction = parse.reacted(payload)
        if reaction is None:
            return None
        name, vote = reaction
        shown = await self._sender.answers.of(name)
        person = await self._directory.person(payload)
        if shown is None or not shown.answer or person.role == "bot":
            return None
        press = Press("feedback.vote", {"aid": shown.answer, "vote": vote})
        alone = Audience(person.id, private=True)
        place = f"slack:{payload.team}:{payload.channel}:{payload.user}"
        return Message(payload.id, person, place, alone, press)

    async def _withdraw(self, team: str, question: str) -> None:
        """Delete the answer to a question that was deleted."""
        shown = await self._sender.answers.of(question)
        if shown is None:
            return
        await self._sender.answers.forget(question)
        api = self._workspaces.of(team)
        for stamp in shown.stamps:
            with suppress(Refused, Unanswered):
                await api.call("chat.delete", channel=shown.channel, ts=stamp)

    async def _stop(self, payload: Payload) -> None:
        """Stop what is being worked on in a thread, and say so there."""
        team, channel, thread = payload.team, payload.channel, payload.thread
        await self._sender.agents.stop(team, channel, thread, payload.said_at)
        language = self._directory.language(payload)
        text = self._texts.say("slack.stopped", language)
        to = Destination(team, channel, thread, payload.id)
        with suppress(Refused, Unanswered):
            await self._sender.put(to, Reply(text), Person(payload.user, "", language), {})
