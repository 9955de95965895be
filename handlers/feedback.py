"""What people say of an answer: thumbs with a reason, a call for a person."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

from handlers.conversation import Ask, Field, Form, Message, Option, Press, Reply
from handlers.documents.wishes import missed
from handlers.sessions import Sessions, SessionsUnavailable
from handlers.texts import Texts

REASONS = ("wrong", "incomplete", "source", "outdated", "language")


class Feedbacks:
    def __init__(self, sessions: Sessions, texts: Texts) -> None:
        self._sessions = sessions
        self._texts = texts

    async def press(self, message: Message, press: Press) -> AsyncIterator[Reply]:
        """Take a vote or a call for a person."""
        language, say = message.person.language, self._texts.say
        answer = str(press.data.get("aid", ""))
        match press.action, press.data.get("vote"):
            case ("feedback.vote", "down"):
                yield Reply(say("feedback.why", language), private=True, ask=self._why(message, answer))
                await self._keep(message, answer, "down")
            case ("feedback.vote", _):
                await self._keep(message, answer, "up")
                yield Reply(say("feedback.thanks", language), private=True)
            case ("ask.rephrase", _):
                yield Reply(say("ask.rephrase_how", language), private=True)
            case _:
                kept = await self._unanswered(message, answer)
                yield Reply(say("ask.human" if kept else "feedback.away", language), private=True)

    async def form(self, message: Message, form: Form) -> AsyncIterator[Reply]:
        """Take the reason behind a thumb down; it becomes a regression case."""
        reason = form.values.get("reason", "")
        kept = await self._keep(message, str(form.state.get("aid", "")), reason if reason in REASONS else "down")
        yield Reply(self._texts.say("feedback.noted" if kept else "feedback.away", message.person.language), private=True)

    def _why(self, message: Message, answer: str) -> Ask:
        language, say = message.person.language, self._texts.say
        options = tuple(Option(reason, say(f"feedback.{reason}", language)) for reason in REASONS)
        return Ask(
            form="feedback.reason",
            title=say("feedback.title", language),
            text=say("feedback.why", language),
            fields=(Field("reason", "choice", say("feedback.why", language), options=options),),
            submit=say("feedback.send", language),
            stop=say("feedback.stop", language),
            state={"aid": answer},
            required_error=say("feedback.pick", language),
        )

    async def _keep(self, message: Message, answer: str, vote: str) -> bool:
        entry = {"answer": answer, "vote": vote, "person": message.person.id, "at": datetime.now(UTC).isoformat()}
        try:
            kept = await self._sessions.load("answer", answer) or {}
            entry["question"] = str(kept.get("question", ""))
            await self._sessions.append("feedback", entry)
        except SessionsUnavailable:
            return False
        return True

    async def _unanswered(self, message: Message, answer: str) -> bool:
        try:
            kept = await self._sessions.load("answer", answer) or {}
            if kept.get("question"):
                await missed(self._sessions, str(kept["question"]), message.person.id)
        except SessionsUnavailable:
            return False
        return True
