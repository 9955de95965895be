"""
Bytes to text, for files that do not say how they are encoded.

Japanese offices still write Shift_JIS, EUC-JP and ISO-2022-JP. Every encoding that decodes without
an error is scored by how much of the result is everyday Japanese; a wrong guess shows as rare kanji
and half-width katakana.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator

from knowledge.reading.readers.refusal import Refusal
from knowledge.values import Flag

_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_ESCAPES = (b"\x1b$", b"\x1b(")  # ISO 2022 switches of character set
_SAMPLE = 20_000  # characters scored
_PLAUSIBLE = 0.5  # score above which a text in a guessed encoding is taken
_BROKEN = 0.02  # share of unreadable characters up to which a text is kept, with a flag
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f\x80-\x9f\ud800-\udfff]")
_INVISIBLE = re.compile(
    "[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    "\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
# Joiners shape Arabic, Indic scripts and emoji; between Japanese signs they only split words.
_JOINER = re.compile(
    "(?<=[\u3040-\u30ff\u4e00-\u9fff])[\u200c\u200d]+"
    "|[\u200c\u200d]+(?=[\u3040-\u30ff\u4e00-\u9fff])"
)
_TAGS = re.compile("[\U000e0020-\U000e007e]+")
_EVERYDAY = re.compile(
    r"[\u3001-\u3003\u3005\u3008-\u301c\u3040-\u30ff\u4e00-\u9fff\uff01-\uff5e"
    r"\u2010-\u2044\u25a0-\u266f\u2190-\u21ff①-⑳]"
)
_KANA = re.compile(r"[\u3040-\u30ff、。]")
_HALF = re.compile(r"[\uff61-\uff9f]")


def decode(content: bytes) -> tuple[str, tuple[Flag, ...]]:
    """
    Return the text and, when some bytes could not be read, a "garbled" flag.

    Raises:
        Refusal: garbled, when no encoding gives plausible text.
    """
    return _checked(_decoded(content))


def _decoded(content: bytes) -> str:
    """Return the text in the encoding it says it has, or else in the likeliest."""
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    if any(escape in content for escape in _ESCAPES):
        for encoding in ("iso2022_jp_ext", "iso2022_jp_2004"):
            text = _strict(content, encoding)
            if text is not None:
                return text
    text = _strict(content, "utf-8")
    if text is not None and "\x00" not in text:
        return text
    likeliest = _likeliest(content)
    if likeliest:
        return likeliest
    return content.decode("utf-8", "replace")


def _likeliest(content: bytes) -> str:
    """Return the most plausible text of those that the bytes may be; "" where none is plausible."""
    likeliest, best = "", _PLAUSIBLE
    for encoding in _candidates(content):
        text = _strict(content, encoding)
        if not text:
            continue
        score = _score(text)
        if score > best:
            likeliest, best = text, score
    return likeliest


def clean(text: str) -> tuple[str, tuple[str, ...]]:
    """
    Return `text` as one would see it: composed, without control characters and invisible signs,
    lines ended by a newline.

    Beside it come the messages that were hidden in invisible Unicode tag characters; an empty one
    stands for other invisible signs. So anything there at all means that the text held something no
    reader sees.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n")
    seen: list[str] = []
    hidden: list[str] = []
    for block in blocks(text):
        shown, messages = _clean_block(block)
        seen.append(shown)
        hidden += messages
    return "".join(seen), tuple(hidden)


def blocks(text: str, size: int = 32_000) -> Iterator[str]:
    """
    Yield `text` in stretches of about `size` characters, cut at ends of lines where there are any.

    A regular expression or a normalisation holds the interpreter until it is through: over a block
    that is a few milliseconds.
    """
    start = 0
    while len(text) - start > size:
        end = text.find("\n", start + size, start + 2 * size) + 1 or start + size
        while end < len(text) and unicodedata.combining(text[end]):
            end += 1
        yield text[start:end]
        start = end
    yield text[start:]


def _clean_block(block: str) -> tuple[str, tuple[str, ...]]:
    text = _CONTROL.sub("", unicodedata.normalize("NFC", block))
    if not _INVISIBLE.search(text):
        return text, ()
    messages = tuple(map(_message, _TAGS.findall(text)))
    without_harmless = text.replace("\u00ad", "").replace("\ufeff", "")
    shown = _JOINER.sub("", _INVISIBLE.sub("", text))
    if not messages and len(shown) < len(without_harmless):
        messages = ("",)
    return shown, messages


def _message(tags: str) -> str:
    """Return what is written in Unicode tag characters, which are ASCII moved out of sight."""
    return "".join(chr(ord(sign) - 0xE0000) for sign in tags)


def _candidates(content: bytes) -> tuple[str, ...]:
    """
    Return the encodings to try; UTF-16 without its mark only where zero bytes or an even length
    allow it.
    """
    if len(content) % 2 == 0:
        return "utf-16-le", "utf-16-be", "cp932", "euc_jis_2004"
    return "cp932", "euc_jis_2004"


def _strict(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def _score(text: str) -> float:
    """
    Return how plausible `text` is: at most about 1; kana count more, since every real Japanese text
    has them.
    """
    sample = text[:_SAMPLE]
    control = len(_CONTROL.findall(sample))
    foreign = sum(sign > "\x7f" or _CONTROL.match(sign) is not None for sign in sample)
    if not foreign:
        return 1.0 if sample else 0.0
    everyday = len(_EVERYDAY.findall(sample))
    kana = len(_KANA.findall(sample))
    half = len(_HALF.findall(sample))
    categories = Counter(map(unicodedata.category, sample))
    bad = control + categories["Co"] + categories["Cn"]
    return (0.8 * everyday + 0.4 * kana - 0.5 * half - 4 * bad) / foreign


def _checked(text: str) -> tuple[str, tuple[Flag, ...]]:
    """Return a text with a flag for its unreadable characters; refuse one of too many."""
    bad = text.count("\ufffd") + len(_CONTROL.findall(text))
    if bad > max(1.0, _BROKEN * len(text)):
        raise Refusal("garbled")
    if not bad:
        return text, ()
    return text, (Flag("garbled", 0, f"{bad}"),)
