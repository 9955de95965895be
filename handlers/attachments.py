"""
Words that come with files: a question beside an attachment, or only a word on what it is; and what
an answer says of files it did not read. Pure.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from handlers.conversation import File, Paragraph, Reply
from handlers.texts import Texts
from knowledge.formats import format_of
from knowledge.text.sanitise import file_name
from knowledge.values import Language

_ASKS = re.compile(
    r"[?]|(?:か|かな|かしら|です?か)[。.!]*$|(?:教えて|知りたい|まとめて|要約して|説明して|比べて|探して)"
    r"|\b(?:what|why|how|when|who|where|which|can|could|may|is|are|do|does|should)\b.*"
    r"|\b(?:explain|summari[sz]e|compare|tell me)\b"
)
_FOR_THE_SHELF = re.compile(
    r"(?:登録|追加|加え|取り込|差し替え|更新|保存|アップロード)(?:を|し|て|する|お願い|ください|で|だ|です|用|分|版|、|。|$)"
    r"|\b(?:add|register|upload|replace|update|store|import)\b"
)


SHORT = 60  # characters of words that only hand something over


def asks(text: str) -> bool:
    """
    Report whether words beside a file ask something by themselves; words that hand the file over
    ("最新版です", "please add this") do not.
    """
    words = unicodedata.normalize("NFKC", text).strip().lower()
    if not words or _FOR_THE_SHELF.search(words):
        return False
    return bool(_ASKS.search(words))


def hands_over(text: str) -> bool:
    """Report whether a few words hand something over for the shelf, and ask nothing."""
    words = unicodedata.normalize("NFKC", text).strip().lower()
    return len(words) <= SHORT and bool(_FOR_THE_SHELF.search(words)) and "?" not in words


def unread(reply: Reply, files: Sequence[File], texts: Texts, language: Language) -> Reply:
    """Return the answer with a word on the files that came with its question."""
    # a platform may not tell the name of a file: what kind it is, is then not known
    readable = [file.name for file in files if not file.name or format_of(file.name)]
    others = [file.name for file in files if file.name and not format_of(file.name)]
    notes = []
    if readable:
        names = _named(readable, texts, language)
        notes.append(texts.say("ask.attached", language, names=names))
    if others:
        names = _named(others, texts, language)
        notes.append(texts.say("ask.attached_unreadable", language, names=names))
    paragraphs = tuple([Paragraph(note, "note") for note in notes])
    return replace(
        reply,
        text="\n".join([reply.text, *notes]),
        blocks=(*(reply.blocks or (Paragraph(reply.text),)), *paragraphs),
    )


def _named(names: Sequence[str], texts: Texts, language: Language) -> str:
    words = [file_name(name) for name in names]
    known = [name for name in words if name]
    if not known:
        return texts.say("ask.attached_file", language)
    if language == "ja":
        return "、".join([f"「{name}」" for name in known])
    return ", ".join([f"“{name}”" for name in known])
