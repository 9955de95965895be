"""
Threads of talk: what was said before, who may go on without a mention, and the words that change
either.

A thread is remembered for a day after its last turn. Without Redis nothing is remembered, and only
the asker's own words count.
"""

import re
import unicodedata
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Literal

from handlers.conversation import Message, Reply
from handlers.sessions import DAY, Sessions, SessionsUnavailable, State
from handlers.texts import Texts
from knowledge.answering.answers import Turn
from knowledge.text.courtesy import opened

HISTORY = 12  # turns of a thread that are remembered
Talk = Literal[
    "asker", "everyone", "mention"
]  # whose talk in a thread is answered without a mention
Request = Literal["reset", "stopped", "asker", "everyone", "mention", ""]
_HERE, _PLEASE = r"(?:この(?:スレッド|会話)では)?", r"(?:ください)?"
_WISHES: tuple[tuple[Request, re.Pattern[str]], ...] = (
    (
        "reset",
        re.compile(
            rf"(?:最初から|初めから|リセット|reset)(?:やり直して|して|お願いします)?{_PLEASE}|(?:全部)?忘れて{_PLEASE}"
            r"|reset|start over|forget (?:it|this|that)"
        ),
    ),
    (
        "stopped",
        re.compile(
            rf"(?:もう)?(?:やめる|やめます|やめて|止めて|やめたい|やめとく)(?:おきます|です)?{_PLEASE}"
            rf"|(?:中止|中断|キャンセル|終了|取り消し|終わり)(?:する|します|して|に(?:する|します|して))?{_PLEASE}|もう(?:いい|結構)(?:です)?よ?"
            r"|(?:please )?(?:stop|cancel|quit|exit|abort)(?: it| that| this)?(?: please)?|never ?mind|i'm done"
        ),
    ),
    ("mention", re.compile(rf"{_HERE}(?:黙って|静かにして|話さないで)(?:いて)?{_PLEASE}")),
    ("mention", re.compile(r"(?:please )?(?:stay|be|keep) quiet(?: in this thread)?")),
    (
        "everyone",
        re.compile(
            rf"{_HERE}(?:みんな|全員|皆)に(?:も)?答えて{_PLEASE}|answer everyone(?: in this thread)?"
        ),
    ),
    (
        "asker",
        re.compile(
            rf"{_HERE}(?:質問した人|質問者)に?だけ(?:に)?答えて{_PLEASE}|answer (?:only )?the asker(?: only)?"
        ),
    ),
)


def wish(text: str) -> Request:
    """Return what a whole message asks of the bot in this thread, "" when it is anything else."""
    words = opened(unicodedata.normalize("NFKC", text).strip()).strip(" 。.!、\n").lower()
    return next((name for name, pattern in _WISHES if pattern.fullmatch(words)), "")


class Threads:
    """`talk` is what holds in a thread until somebody says otherwise there."""

    def __init__(self, sessions: Sessions, texts: Texts, talk: Talk = "asker") -> None:
        self._sessions = sessions
        self._texts = texts
        self._talk: Talk = talk

    async def history(self, place: str) -> tuple[Turn, ...]:
        """Return what was asked and answered here, oldest first."""
        return tuple(Turn(question, said) for question, said in (await self._load(place))["turns"])

    async def add(
        self, place: str, question: str, said: str, asker: str = "", answer: str = ""
    ) -> None:
        """Remember one turn, who was answered last, and the id of that answer."""

        def added(kept: State) -> State:
            turns = [*kept["turns"], [question, said]][-HISTORY:]
            return kept | {
                "turns": turns,
                "asker": asker or kept.get("asker", ""),
                "answer": answer,
            }

        await self._change(place, added)

    async def answer(self, place: str) -> str:
        """Return the id of the last answer given here, "" when there is none."""
        return str((await self._load(place)).get("answer", ""))

    async def listens(self, message: Message) -> bool:
        """
        Report whether this is to be answered: whoever addresses the bot is; other talk as the
        thread's rule has it.
        """
        if message.direct:
            return True
        kept = await self._load(message.place)
        rule = kept.get("talk") or self._talk
        return rule == "everyone" or (rule == "asker" and kept.get("asker") == message.person.id)

    async def obey(self, message: Message, text: str) -> AsyncIterator[Reply]:
        """Do what a text wishes of this thread, and say what holds now."""
        asked = wish(text)

        def obeyed(kept: State) -> State:
            if asked in ("reset", "stopped"):
                return {"turns": [], "asker": message.person.id, "talk": kept.get("talk", "")}
            if asked:
                return kept | {"talk": asked, "asker": kept.get("asker") or message.person.id}
            return kept

        done = await self._change(message.place, obeyed)
        yield Reply(
            self._texts.say(
                f"threads.{asked}" if done else "feedback.away", message.person.language
            )
        )

    async def _load(self, place: str) -> State:
        try:
            return await self._sessions.load("thread", place) or {"turns": []}
        except SessionsUnavailable:
            return {"turns": []}

    async def _change(self, place: str, edit: Callable[[State], State]) -> bool:
        """Change what is remembered of a thread; False while it cannot be."""
        with suppress(SessionsUnavailable):
            await self._sessions.change(
                "thread", place, lambda kept: edit(kept or {"turns": []}), seconds=DAY
            )
            return True
        return False
