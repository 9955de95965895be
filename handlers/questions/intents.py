"""
What somebody may mean besides a question to the documents, by name. `abilities.py` says what is
done about each.
"""

from typing import Literal, get_args

Greeting = Literal["hello", "morning", "evening", "work"]
# a sentence is said back, and nothing else is done
Word = Literal[
    "thanks",
    "bye",
    "sorry",
    "acknowledged",
    "link",
    "code",
    "chat",
    "act",
    "praise",
    "despair",
    "picture",
]
# done with the last answer of the talk
OfAnswer = Literal["repeat", "shorter", "bullets", "mail", "translated", "source", "more"]
OfTalk = Literal["recap", "first", "asked_before"]  # done with what was said in it
OfDocument = Literal["summary", "changes", "article", "facts"]  # done with a whole document
OfPeople = Literal["person", "feedback", "wrong"]
OfShelf = Literal["documents", "drafts", "overdue", "differences"]
Ability = Literal["help", "add", "choose", "emergency", "foreign"]
Intent = Greeting | Word | OfAnswer | OfTalk | OfDocument | OfPeople | OfShelf | Ability

# Where a message led, in the words machines read; "" where the documents may yet be asked.
Mode = Literal["talk", "dialog", "documents", "refused"]


def known() -> frozenset[str]:
    """Return the name of every intent."""
    names: set[str] = set()
    for kind in get_args(Intent):
        names.update(get_args(kind) or (kind,))
    return frozenset(names)


def mode(intent: Intent) -> Mode:
    """Return where a message led, in the words machines read."""
    match intent:
        case "choose":
            return "dialog"
        case "documents" | "drafts" | "overdue" | "differences":
            return "documents"
        case "summary" | "changes" | "article" | "facts" | "emergency":
            return "documents"
        case "act":
            return "refused"
        case _:
            return "talk"
