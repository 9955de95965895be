"""
What people say of an answer: thumbs with a reason. What was found wanting becomes a case that is
checked again.
"""

import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from handlers.actions.questions import GiveReason, Rephrase, StopFeedback, Vote
from handlers.answer_records import AnswerRecord, AnswerRecords
from handlers.conversation import Ask, Field, Form, Message, Option, Reply
from handlers.events import Tell, nobody_is_told
from handlers.sessions import Sessions, SessionsUnavailable
from handlers.texts import Texts

LOG = "feedback"
Reason = Literal["wrong", "incomplete", "source", "outdated", "language"]
REASONS: tuple[Reason, ...] = ("wrong", "incomplete", "source", "outdated", "language")
VOTES = 300  # of one person a day that are kept
RIGHT = 500  # characters of what should have been said

Case = dict[str, Any]


class Feedbacks:
    def __init__(self, sessions: Sessions, texts: Texts, happened: Tell = nobody_is_told) -> None:
        self._happened = happened
        self._sessions = sessions
        self._records = AnswerRecords(sessions)
        self._texts = texts

    async def vote(self, message: Message, action: Vote) -> AsyncIterator[Reply]:
        """Take a vote; after a thumb down, ask why."""
        language, say = message.person.language, self._texts.say
        stored = await self._keep(message, action.answer, action.vote)
        if action.vote == "down":
            reasons = self._reasons(message, action.answer)
            yield Reply(say("feedback.why", language), private=True, ask=reasons)
            return
        text = say("feedback.thanks" if stored else "feedback.away", language)
        yield Reply(text, private=True)

    async def ask_reason(self, message: Message, action: GiveReason) -> AsyncIterator[Reply]:
        """Ask why again: its window was not opened at once."""
        why = self._texts.say("feedback.why", message.person.language)
        yield Reply(why, private=True, ask=self._reasons(message, action.answer))

    async def rephrase(self, message: Message, _: Rephrase | StopFeedback) -> AsyncIterator[Reply]:
        """Say how to ask differently."""
        yield Reply(self._texts.say("ask.rephrase_how", message.person.language), private=True)

    async def reason(
        self, message: Message, action: GiveReason, form: Form
    ) -> AsyncIterator[Reply]:
        """Take the reason behind a thumb down, and what would have been right."""
        reason = form.values.get("reason", "")
        vote = reason if reason in REASONS else "down"
        right = form.values.get("right", "").strip()[:RIGHT]
        stored = await self._keep(message, action.answer, vote, right)
        language = message.person.language
        text = self._texts.say("feedback.noted" if stored else "feedback.away", language)
        yield Reply(text, private=True)

    async def cases(self) -> list[Case]:
        """
        Return the answers that were found wanting as questions for `llm-choose evaluate`, oldest
        first, each question once.

        Raises:
            SessionsUnavailable
        """
        cases: dict[str, Case] = {}
        for row in await self._sessions.entries(LOG, last=0):
            entry = row["entry"]
            question = entry.get("question")
            if entry["vote"] == "up" or not question:
                continue
            case = cases.setdefault(question, {"id": entry["answer"], "text": question})
            _add(case, entry)
        return list(cases.values())

    def _reasons(self, message: Message, answer: str) -> Ask:
        language, say = message.person.language, self._texts.say
        action = GiveReason(answer)
        why = say("feedback.why", language)
        options = tuple(Option(reason, say(f"feedback.{reason}", language)) for reason in REASONS)
        right = Field(
            "right",
            "text",
            say("feedback.right", language),
            required=False,
            hint=say("feedback.right_hint", language),
            max=RIGHT,
        )
        return Ask(
            form=action.name,
            title=say("feedback.title", language),
            text=why,
            fields=(Field("reason", "choice", why, options=options), right),
            submit=say("feedback.send", language),
            stop=say("feedback.stop", language),
            state=action.data,
            required_error=say("feedback.pick", language),
        )

    async def _keep(
        self, message: Message, answer: str, vote: str, right: str | None = None
    ) -> bool:
        """Keep a vote; False while that cannot be done. `right` is None where it was not asked."""
        entry = {
            "answer": answer,
            "person": message.person.id,
            "at": datetime.now(UTC).isoformat(),
            "vote": vote,
        }
        if right is not None:
            entry["right"] = right
        try:
            record = await self._records.load(answer)
            kept = await self._sessions.append_rarely(
                LOG, entry | _about(record), by=message.person.id, most=VOTES
            )
        except SessionsUnavailable:
            return False
        if kept:
            asked = record.question if record else ""
            told = {"answer": answer, "vote": vote, "question": asked}
            await self._happened("answer.voted", told)
        return kept


def as_lines(cases: Sequence[Case]) -> str:
    """Return cases as JSON lines."""
    return "".join(json.dumps(case, ensure_ascii=False) + "\n" for case in cases)


def _about(record: AnswerRecord | None) -> dict[str, str]:
    """Return what an entry says of its answer; empty words once that has expired."""
    if record is None:
        return {"question": "", "language": "", "mode": "", "said": ""}
    return {
        "question": record.question,
        "language": record.language,
        "mode": record.mode,
        "said": record.text,
    }


def _add(case: Case, entry: dict[str, Any]) -> None:
    """Add a later word on the same question to its case."""
    case["language"] = entry.get("language", "ja")
    case["reason"] = entry["vote"]
    case["said"] = entry.get("said", "")
    case["at"] = entry["at"]
    right = entry.get("right")
    if right:
        case["answers"] = [right]
    if right or entry.get("mode") == "refused":
        case["answerable"] = True
