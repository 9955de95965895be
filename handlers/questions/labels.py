"""The labels drawn on buttons, typed as words: they do what the button does."""

import unicodedata
from collections.abc import Callable, Mapping
from typing import Literal

from handlers.actions.action import Action
from handlers.actions.choose import StartChoice
from handlers.actions.demo import OpenTrace, TakeTour
from handlers.actions.documents import AddDocument, ListDocuments, RequestDocument
from handlers.actions.questions import AskPerson, Rephrase
from handlers.texts import Texts

# sentence → what its button does
Label = Literal[
    "welcome.tour",
    "welcome.documents",
    "welcome.choose",
    "documents.add",
    "documents.request",
    "ask.rephrase",
    "ask.inside",
    "ask.person",
]
ACTIONS: Mapping[Label, Action] = {
    "welcome.tour": TakeTour(),
    "welcome.documents": ListDocuments(),
    "documents.add": AddDocument(),
    "documents.request": RequestDocument(),  # in words, not for the last question
}
# sentence → what its button does under an answer, whose id is "" where there is none
UNDER_ANSWER: Mapping[Label, Callable[[str], Action]] = {
    "welcome.choose": StartChoice,
    "ask.rephrase": Rephrase,
    "ask.inside": OpenTrace,
    "ask.person": AskPerson,
}


class Labels:
    def __init__(self, texts: Texts) -> None:
        self._names: dict[str, Label] = {}
        for name in (*ACTIONS, *UNDER_ANSWER):
            label = texts.phrase(name)
            self._names[_folded(label.ja)] = name
            self._names[_folded(label.en)] = name

    def names_button(self, text: str) -> bool:
        """Report whether a whole message is the label of a button."""
        return _folded(text) in self._names

    def action(self, text: str, answer: str) -> Action | None:
        """
        Return what the button does that a whole message names, as one under `answer` where there is
        one; None for anything else.
        """
        name = self._names.get(_folded(text))
        if name is None:
            return None
        if name in ACTIONS:
            return ACTIONS[name]
        return UNDER_ANSWER[name](answer)


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(plain.strip(" \t\n。.!！").split())
