"""
What people say of an answer: thumbs with a reason. What was found wanting becomes a case that is
checked again.
"""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

from handlers.conversation import Ask, Field, Form, Message, Option, Press, Reply
from handlers.sessions import Sessions, SessionsUnavailable
from handlers.texts import Texts

REASONS = ("wrong", "incomplete", "source", "outdated", "language")
RIGHT = 500  # characters of what should have been said


class Feedbacks:
    def __init__(self, sessions: Sessions, texts: Texts) -> None:
        self._sessions = sessions
        self._texts = texts

    async def press(self, message: Message, press: Press) -> AsyncIterator[Reply]:
        """Take a vote, or say how to ask differently."""
        language, say = message.person.language, self._texts.say
        answer = str(press.data.get("aid", ""))
        match press.action, press.data.get("vote"):
            case ("feedback.vote", "down"):
                await self._keep(message, answer, {"vote": "down"})
                yield Reply(
                    say("feedback.why", language), private=True, ask=self._why(message, answer)
                )
            case ("feedback.vote", _):
                kept = await self._keep(message, answer, {"vote": "up"})
                yield Reply(
                    say("feedback.thanks" if kept else "feedback.away", language), private=True
                )
            case _:
                yield Reply(say("ask.rephrase_how", language), private=True)

    async def form(self, message: Message, form: Form) -> AsyncIterator[Reply]:
        """Take the reason behind a thumb down, and what would have been right."""
        reason = form.values.get("reason", "")
        said = {
            "vote": reason if reason in REASONS else "down",
            "right": form.values.get("right", "").strip()[:RIGHT],
        }
        kept = await self._keep(message, str(form.state.get("aid", "")), said)
        yield Reply(
            self._texts.say("feedback.noted" if kept else "feedback.away", message.person.language),
            private=True,
        )

    async def cases(self) -> list[dict[str, Any]]:
        """
        Return the answers that were found wanting as questions for `llm-choose evaluate`, oldest
        first, each question once.

        Raises:
            SessionsUnavailable
        """
        found: dict[str, dict[str, Any]] = {}
        for row in await self._sessions.entries("feedback", last=0):
            entry = row["entry"]
            if entry["vote"] == "up" or not entry.get("question"):
                continue
            case = found.setdefault(
                entry["question"], {"id": entry["answer"], "text": entry["question"]}
            )
            case |= {
                "language": entry.get("language", "ja"),
                "reason": entry["vote"],
                "said": entry.get("said", ""),
            }
            case |= {"at": entry["at"]} | (
                {"answers": [entry["right"]]} if entry.get("right") else {}
            )
            if entry.get("mode") == "refused" or entry.get("right"):
                case["answerable"] = True
        return list(found.values())

    def _why(self, message: Message, answer: str) -> Ask:
        language, say = message.person.language, self._texts.say
        options = tuple(Option(reason, say(f"feedback.{reason}", language)) for reason in REASONS)
        right = say("feedback.right", language)
        return Ask(
            form="feedback.reason",
            title=say("feedback.title", language),
            text=say("feedback.why", language),
            fields=(
                Field("reason", "choice", say("feedback.why", language), options=options),
                Field(
                    "right",
                    "text",
                    right,
                    required=False,
                    hint=say("feedback.right_hint", language),
                    max=RIGHT,
                ),
            ),
            submit=say("feedback.send", language),
            stop=say("feedback.stop", language),
            state={"aid": answer},
            required_error=say("feedback.pick", language),
        )

    async def _keep(self, message: Message, answer: str, said: dict[str, str]) -> bool:
        entry = {
            "answer": answer,
            "person": message.person.id,
            "at": datetime.now(UTC).isoformat(),
        } | said
        try:
            kept = await self._sessions.load("answer", answer) or {}
            about = {name: str(kept.get(name, "")) for name in ("question", "language", "mode")}
            await self._sessions.append(
                "feedback", entry | about | {"said": str(kept.get("text", ""))}
            )
        except SessionsUnavailable:
            return False
        return True


def as_lines(cases: list[dict[str, Any]]) -> str:
    """Return cases as JSON lines."""
    return "".join(json.dumps(case, ensure_ascii=False) + "\n" for case in cases)
