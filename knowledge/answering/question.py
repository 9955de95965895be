"""
A question made ready: cleaned, checked, told apart by what it asks for (who, when, how many, why,
what it is called).

What comes from chat may be anything; what leaves here is text of at most 4,000 characters that
holds at least one word.
"""

import re
import unicodedata
from dataclasses import dataclass

from knowledge.answering.wording import Wording
from knowledge.text.chat_markup import unmarked

LONGEST = 4000  # characters
RAW = 100_000  # characters looked at before cleaning; anything longer is refused at once
_DROPPED = re.compile(
    r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff\U000e0000-\U000e007f]"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd]")
_LETTER = re.compile(r"[^\W_]")
_UNREADABLE = 0.02  # share of control characters from which on a text is data


@dataclass(frozen=True, slots=True)
class Turn:
    """
    One earlier question of this conversation and what was answered, as plain text.

    `topic` are the words it was about, those of the deciding article among them; empty where only
    the question tells. `passage` is the id of the one that decided. `asked_back`: the answer was a
    question of ours, which the next message may answer. `understood` is the question as it stood
    alone, empty where that is the question itself.
    """

    question: str
    answer: str
    topic: tuple[str, ...] = ()
    passage: str = ""
    asked_back: bool = False
    understood: str = ""


def tidy(question: str, wording: Wording) -> str:
    """
    Return the question in NFKC, without invisible characters and the mark-up of chat, its white
    space folded.

    Raises:
        KnowledgeError: empty_question, wordless_question, unreadable_question or too_long_question.
    """
    if len(question) > RAW:
        raise wording.error("too_long_question", length=f"{len(question):,}", limit=f"{LONGEST:,}")
    if len(_CONTROL.findall(question)) > _UNREADABLE * max(len(question), 1) and question.strip():
        raise wording.error("unreadable_question")
    plain = unmarked(unicodedata.normalize("NFKC", question))
    text = _CONTROL.sub(" ", _DROPPED.sub("", plain))
    text = " ".join(text.split())
    if not text:
        raise wording.error("empty_question")
    if len(text) > LONGEST:
        raise wording.error("too_long_question", length=f"{len(text):,}", limit=f"{LONGEST:,}")
    if not _LETTER.search(text):
        raise wording.error("wordless_question")
    return text
