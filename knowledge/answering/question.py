"""
A question made ready: cleaned, checked, told apart by what it asks for (who, when, how many, why,
what it is called).

What comes from chat may be anything; what leaves here is text of at most 4,000 characters that
holds at least one word.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.answering.wording import Wording
from knowledge.text.language import language_of
from knowledge.text.topic import lacks_topic, replaces, words

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
    """One earlier question of this conversation and what was answered, as plain text."""

    question: str
    answer: str


def tidy(question: str, wording: Wording) -> str:
    """
    Return the question in NFKC, without invisible characters, its white space folded.

    Raises:
        KnowledgeError: empty_question, wordless_question, unreadable_question or too_long_question.
    """
    if len(question) > RAW:
        raise wording.error("too_long_question", length=f"{len(question):,}", limit=f"{LONGEST:,}")
    if len(_CONTROL.findall(question)) > _UNREADABLE * max(len(question), 1) and question.strip():
        raise wording.error("unreadable_question")
    text = _CONTROL.sub(" ", _DROPPED.sub("", unicodedata.normalize("NFKC", question)))
    text = " ".join(text.split())
    if not text:
        raise wording.error("empty_question")
    if len(text) > LONGEST:
        raise wording.error("too_long_question", length=f"{len(text):,}", limit=f"{LONGEST:,}")
    if not _LETTER.search(text):
        raise wording.error("wordless_question")
    return text


def rewrite(question: str, history: tuple[Turn, ...]) -> str:
    """
    Return the question as it is searched: one that lacks a topic ("それはなぜ?") is given that of the
    talk before it.

    A topic that only took the place of another (大阪 for 東京) gives way to the one the question brings
    along.
    """
    if not lacks_topic(question):
        return question
    spoken = language_of(question, "ja")
    turns = [turn.question for turn in history if language_of(turn.question, "ja") == spoken]
    if not turns or turns[-1] != history[-1].question:
        return question  # another language is another topic
    before = _last_topic(turns)
    topic = [word for word in words(before) if word.lower() not in question.lower()]
    rest = topic
    if any(map(replaces, words(question))):
        rest = [word for word in topic if not replaces(word)]
    return " ".join([*(rest or topic)[:6], question])


def _last_topic(turns: Sequence[str]) -> str:
    """Return the last of the earlier questions that names a topic, else the last one."""
    for turn in reversed(turns):
        if not lacks_topic(turn):
            return turn
    return turns[-1]
