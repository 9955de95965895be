"""
Threads of talk: what was said before, who may go on without a mention, and the words that change
either.

A thread is remembered for a day after its last turn. Without Redis nothing is remembered, and only
the asker's own words count.
"""

import re
import unicodedata
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, Literal

from handlers.actions.questions import NewTopic
from handlers.conversation import Message, Reply
from handlers.lifetimes import THREAD
from handlers.pointed import without_pointers
from handlers.sessions import Sessions, SessionsUnavailable, State
from handlers.texts import Texts
from knowledge.answering.answers import Turn
from knowledge.text.courtesy import opened

KIND = "thread"
HISTORY = 12  # turns of a thread that are remembered
# whose talk in a thread is answered without a mention
Talk = Literal["asker", "everyone", "mention"]
Request = Literal["reset", "stopped", "asker", "everyone", "mention", ""]
_HERE, _PLEASE = r"(?:この(?:スレッド|会話)では)?", r"(?:ください)?"
_REQUESTS: tuple[tuple[Request, re.Pattern[str]], ...] = (
    (
        "reset",
        re.compile(
            rf"(?:最初から|初めから|リセット|reset)(?:やり直して|して|お願いします)?{_PLEASE}|(?:全部)?忘れて{_PLEASE}"
            r"|(?:新しい|別の|違う)(?:話|話題|会話|質問)(?:(?:を|に)?(?:始め(?:る|ます|たい|よう)|し(?:ます|たい|よう)|する))?(?:です)?"
            r"|(?:話|話題)を(?:変え|かえ)(?:る|ます|て|たい|よう)(?:です)?"
            r"|reset|start over|forget (?:it|this|that)"
            r"|(?:(?:let's |please )?(?:start|begin) )?(?:a )?(?:new|different|another)"
            r" (?:topic|subject|conversation|talk)(?: please)?"
            r"|(?:let's )?change the (?:topic|subject)"
        ),
    ),
    (
        "stopped",
        re.compile(
            rf"(?:もう)?(?:やめる|やめます|やめて|止めて|やめたい|やめとく)(?:おきます|です)?{_PLEASE}"
            rf"|(?:中止|中断|キャンセル|終了|取り消し|終わり)(?:する|します|して|に(?:する|します|して))?{_PLEASE}"
            r"|もう(?:いい|結構)(?:です)?よ?"
            r"|(?:please )?(?:stop|cancel|quit|exit|abort)(?: it| that| this)?(?: please)?"
            r"|never ?mind|i'm done"
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
            rf"{_HERE}(?:質問した人|質問者)に?だけ(?:に)?答えて{_PLEASE}"
            r"|answer (?:only )?the asker(?: only)?"
        ),
    ),
)


def thread_request(text: str) -> Request:
    """Return what a whole message asks of the bot in this thread, "" when it is anything else."""
    words = opened(unicodedata.normalize("NFKC", text).strip()).strip(" 。.!、\n").lower()
    for name, pattern in _REQUESTS:
        if pattern.fullmatch(words):
            return name
    return ""


class Threads:
    """`talk` is what holds in a thread until somebody says otherwise there."""

    def __init__(self, sessions: Sessions, texts: Texts, talk: Talk = "asker") -> None:
        self._sessions = sessions
        self._texts = texts
        self._talk: Talk = talk

    async def history(self, place: str) -> tuple[Turn, ...]:
        """Return what was asked and answered here, oldest first."""
        thread = await self._load(place)
        return tuple(map(_turn, thread["turns"]))

    async def add(self, place: str, turn: Turn, asker: str = "", answer: str = "") -> None:
        """Remember one turn, who was answered last, and the id of that answer."""
        row = [
            turn.question,
            turn.answer,
            list(turn.topic),
            turn.passage,
            turn.asked_back,
            turn.understood,
        ]

        def added(thread: State) -> State:
            turns = [*thread["turns"], row]
            last = asker or thread.get("asker", "")
            rest = without_pointers(thread)
            return rest | {"turns": turns[-HISTORY:], "asker": last, "answer": answer}

        await self._change(place, added)

    async def answer(self, place: str) -> str:
        """Return the id of the last answer given here, "" when there is none."""
        thread = await self._load(place)
        return str(thread.get("answer", ""))

    async def asks_back(self, place: str, since: str) -> bool:
        """Report whether a later answer than `since` is the last here and asks what was meant."""
        thread = await self._load(place)
        if thread.get("answer", "") == since or not thread["turns"]:
            return False
        return _turn(thread["turns"][-1]).asked_back

    async def listens(self, message: Message) -> bool:
        """
        Report whether this is to be answered: whoever addresses the bot is; other talk as the
        thread's rule has it.
        """
        if message.direct:
            return True
        thread = await self._load(message.place)
        rule = thread.get("talk") or self._talk
        if rule == "asker":
            return thread.get("asker") == message.person.id
        return rule == "everyone"

    async def obey(self, message: Message, text: str) -> AsyncIterator[Reply]:
        """Do what a text asks of this thread, and say what holds now."""
        name = thread_request(text)
        person = message.person

        def obeyed(thread: State) -> State:
            if name in ("reset", "stopped"):
                return {"turns": [], "asker": person.id, "talk": thread.get("talk", "")}
            if name:
                return thread | {"talk": name, "asker": thread.get("asker") or person.id}
            return thread

        changed = await self._change(message.place, obeyed)
        if not changed:
            yield Reply(self._texts.say("feedback.away", person.language))
        elif name:
            yield Reply(self._texts.say(f"threads.{name}", person.language))

    async def forget(self, message: Message, _: NewTopic) -> AsyncIterator[Reply]:
        """Begin a fresh talk: what was said here before is no part of later questions."""
        async for reply in self.obey(message, "reset"):
            yield reply

    async def _load(self, place: str) -> State:
        try:
            thread = await self._sessions.load(KIND, place)
        except SessionsUnavailable:
            thread = None
        return thread or {"turns": []}

    async def _change(self, place: str, edit: Callable[[State], State]) -> bool:
        """Change what is remembered of a thread; False while it cannot be."""

        def edited(thread: State | None) -> State:
            return edit(thread or {"turns": []})

        try:
            await self._sessions.change(KIND, place, edited, seconds=THREAD)
        except SessionsUnavailable:
            return False
        return True


def _turn(row: Sequence[Any]) -> Turn:
    """Return a turn as it is kept; rows of earlier versions have its first two fields alone."""
    question, answer, *later = row
    if not later:
        return Turn(question, answer)
    topic, passage, asked_back, understood = later
    return Turn(
        question,
        answer,
        tuple(topic),
        passage,
        asked_back=asked_back,
        understood=understood,
    )
