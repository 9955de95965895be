"""What the abilities of this room work with."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from handlers.events import Tell, nobody_is_told
from handlers.people import People
from handlers.questions.listeners import Missed, Noted
from handlers.sessions import Sessions
from handlers.texts import Texts
from knowledge.answering.answers import Answers
from knowledge.documents.library import Library


@dataclass(frozen=True, slots=True)
class Context:
    """
    `answers` and `library` wait until there are any; `missed` is told of what the documents lack,
    `noted` of what became of each question. `public_url` is where people open the web page, empty
    where there is no such address. `happened` tells others of a vote.
    """

    answers: Callable[[], Awaitable[Answers]]
    library: Callable[[], Awaitable[Library]]
    sessions: Sessions
    people: People
    texts: Texts
    missed: Missed
    noted: Noted
    public_url: str = ""
    happened: Tell = nobody_is_told
