"""
A question made ready: cleaned, checked, told apart by what it asks for (who, when, how many, why, what it is called).

What comes from chat may be anything; what leaves here is text of at most 4,000 characters that holds at least one word.
"""

import re
import unicodedata
from dataclasses import dataclass

from knowledge.analysis import JAPANESE
from knowledge.language import language_of
from knowledge.wording import Wording

LONGEST = 4000  # characters
RAW = 100_000  # characters looked at before cleaning; anything longer is refused at once
_DROPPED = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff\U000e0000-\U000e007f]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd]")
_LETTER = re.compile(r"[^\W_]")
_UNREADABLE = 0.02  # share of control characters from which on a text is data
_POINTING = re.compile(
    r"^(?:それ|その|これ|この|あれ|そこ|じゃあ|では、|ほか|他に|もっと|具体的|例えば|なぜ[?？]?$|どうして[?？]?$)"
    r"|^(?:and|what about|how about|why\??$|more|it|that|those|they|this)\b|\b(?:it|that one|those|them)\b",
    re.IGNORECASE,
)
_TOPIC = re.compile(r"[\u30a1-\u30ff\u3400-\u4dbf\u4e00-\u9fff々]{2,}|[A-Za-z][A-Za-z0-9-]{2,}")
_PLAIN = frozenset(
    ("what", "when", "where", "which", "who", "why", "how", "and", "the", "for", "does", "can", "our", "are", "was")
)
_WHOLE = re.compile(r"(?:とは|って(?:何|なに))[?？]?$|^what (?:is|are)\b", re.IGNORECASE)  # asks what its own word means
BRIEF = 7  # Japanese letters up to which a question with history is taken as a follow-up ("費用は?")
FEW = 2  # words, where words have spaces between them ("And costs?")


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
    """Return the question as it is searched: a follow-up ("それはなぜ?") is given the topic words of the turn before it."""
    if not history or language_of(question, "ja") != language_of(history[-1].question, "ja"):
        return question  # another language is another topic
    brief = len(question) <= BRIEF if JAPANESE.search(question) else len(question.split()) <= FEW
    if not _POINTING.search(question) and (not brief or _WHOLE.search(question)):
        return question
    topic = [w for w in _TOPIC.findall(unicodedata.normalize("NFKC", history[-1].question)) if w.lower() not in _PLAIN]
    missing = [w for w in dict.fromkeys(topic) if w.lower() not in question.lower()][:6]
    return " ".join([*missing, question])
