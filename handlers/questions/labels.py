"""The labels drawn on buttons, typed as words: they do what the button does."""

import unicodedata

from handlers.conversation import Press
from handlers.texts import Texts

PRESSES = {
    "welcome.choose": "choose.start",
    "welcome.tour": "demo.tour",
    "welcome.documents": "document.list",
    "documents.add": "document.add",
    "documents.request": "document.request",
    "ask.rephrase": "ask.rephrase",
    "ask.inside": "demo.open",
    "ask.person": "human.ask",
}


class Labels:
    def __init__(self, texts: Texts) -> None:
        both = {name: texts.phrase(name) for name in PRESSES}
        self._actions = {
            _folded(label): PRESSES[name] for name, p in both.items() for label in (p.ja, p.en)
        }

    def press(self, text: str, answer: str = "") -> Press | None:
        """
        Return the button a whole message names, as one under `answer` where there is one; None for
        anything else.
        """
        action = self._actions.get(_folded(text))
        if action is None:
            return None
        return Press(action, {"aid": answer} if answer and action != "document.request" else {})


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().strip(" \t\n。.!！").split())
