"""
The language of a conversation: the one its person writes in, whatever their client is set to.

A press, a file or a name in Latin letters ("RAG") tells no language; then it is the one they last
wrote in here, else the last one anywhere, else that of their client.
"""

from contextlib import suppress
from dataclasses import replace

from handlers.conversation import Command, Content, Edited, Message, Text, Upload
from handlers.lifetimes import SPOKEN_LANGUAGE
from handlers.sessions import Sessions, SessionsUnavailable, State
from knowledge.text.language import told_language
from knowledge.values import Language

KIND = "language"
COMMAND = 4  # words that may be part of a command ("choose join t_1"), which is no language
PLACES = 20  # places whose language is remembered for one person
KEPT = 5_000  # people whose languages this process knows; the oldest is forgotten first


class Languages:
    """The languages people speak, by person and place."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._kept: dict[str, dict[str, str]] = {}

    async def speaking(self, message: Message) -> Message:
        """Return the message as from somebody who speaks the language of this conversation."""
        language = told_language(_words(message.content))
        if language is None:
            language = await self._remembered(message)
        else:
            await self._remember(message, language)
        return replace(message, person=replace(message.person, language=language))

    async def last(self, person: str, otherwise: Language) -> Language:
        """Return the language somebody last wrote in, by their id."""
        spoken = self._kept.get(person) or await self._load(person)
        if "" not in spoken:
            return otherwise
        return "en" if spoken[""] == "en" else "ja"

    async def knows(self, person: str) -> bool:
        """Report whether somebody has written in a language before, by their id."""
        return bool(self._kept.get(person) or await self._load(person))

    async def _remembered(self, message: Message) -> Language:
        person = message.person
        spoken = self._kept.get(person.id) or await self._load(person.id)
        for place in (_talk(message.place), ""):
            if place in spoken:
                return "en" if spoken[place] == "en" else "ja"
        return person.language

    async def _remember(self, message: Message, language: Language) -> None:
        id_, place = message.person.id, _talk(message.place)
        known = self._kept.get(id_) or {}
        if known.get(place) == language == known.get(""):
            return

        def changed(state: State | None) -> State:
            spoken = dict((state or {}).get("spoken", {}))
            spoken.pop(place, None)
            spoken |= {place: language, "": language}
            while len(spoken) > PLACES + 1:
                spoken.pop(next(name for name in spoken if name))
            return {"person": id_, "spoken": spoken}

        with suppress(SessionsUnavailable):
            state = await self._sessions.change(KIND, id_, changed, seconds=SPOKEN_LANGUAGE)
            if state is not None:
                self._keep(id_, dict(state["spoken"]))

    async def _load(self, id_: str) -> dict[str, str]:
        try:
            state = await self._sessions.load(KIND, id_)
        except SessionsUnavailable:
            return {}
        return dict(state["spoken"]) if state else {}

    def _keep(self, id_: str, spoken: dict[str, str]) -> None:
        self._kept.pop(id_, None)
        self._kept[id_] = spoken
        while len(self._kept) > KEPT:
            self._kept.pop(next(iter(self._kept)))


def _talk(place: str) -> str:
    """Return the place without its person's own part, so that what is said alone is no other."""
    return place.partition(";")[0]


def _words(content: Content) -> str:
    match content:
        case Text(text) | Edited(text) | Upload(note=text):
            return text
        case Command(argument=text) if len(text.split()) > COMMAND or not text.isascii():
            return text
        case _:
            return ""
