"""
What may leave the house: text without anything that could be clicked, fetched, unfurled or that
calls people. A mail address of a document is the exception: whom to write to is often the answer,
and nothing fetches or unfurls it.

Written text may come from a document or a model; the only links an answer has are its own
citations, and those are made by the renderers from ids, never from text.
"""

import re

from knowledge.formats import file_endings, format_of

_LINK = re.compile(
    # inline and reference links and images keep their words
    r"!?\[+([^\]\n]*)\]+\s*(?:\([^)\n]*\)?|\[[^\]\n]*\])"
    r"|<(?:[@#!][^>\n]*|(?:[a-z][a-z0-9+.-]*:|/)[^>\n]*|/?[a-z][^>\n]*)>?",
    re.IGNORECASE,
)
_CITED = re.compile(r"(?:\[\d{1,2}\])+")
_REFERENCE = re.compile(r"^\s*\[[^\]\n]+\]:.*$", re.MULTILINE)
_DOT = r"[.\u3002\uff0e\uff61\u2024]"
_END = r"[^\s、。）」』】>\"'<|]*"
_ADDRESS = re.compile(
    # scheme://, also with full-width signs
    rf"(?<![a-z0-9])[a-z][a-z0-9+.-]{{1,20}}\s?[:：]\s?[/／\\]{{1,}}{_END}"
    rf"|(?<![a-z0-9])(?:javascript|data|vbscript|mailto|tel|sms|file|blob|cid|about|callto|sip"
    rf"|slack|msteams|urn|magnet|ms-[a-z]+)"
    rf"\s?[:：]\s?[^\s、。）」』】>\"'<|]+"
    rf"|(?<![\w/])[/／\\]{{2}}[\w.-]+{_END}"  # //host and \\host
    rf"|\bwww{_DOT}{_END}"
    rf"|\[[0-9a-f:]*::?[0-9a-f:.]+\](?::\d+)?{_END}"  # IPv6
    r"|\b(?:0x[0-9a-f]{8}|\d{1,3}(?:\.\d{1,3}){3})\b(?::\d+)?" + _END,
    re.IGNORECASE,
)
_DOMAIN = re.compile(
    rf"(?<![\w@-])((?:[\w-]+{_DOT})+)((?:xn--[a-z0-9-]+)"
    rf"|[a-z]{{2,24}})(?![a-z0-9_])((?::\d+)?(?:[/?#]{_END})?)",
    re.IGNORECASE,
)
# endings of files that rules speak of, though none is taken in; none is a top-level domain
_OTHER_FILES = frozenset({"doc", "ppt", "xls", "json", "yaml", "yml", "eml", "js", "exe"})
_MENTION = re.compile(
    r"[@＠﹫](?:[\w.-]+)|<!?[a-z^]*>|(?<!\w)!(?:channel|here|everyone)\b"
    r"|[\w.+-]+[@＠][\w-]+(?:\.[\w-]+)*",
    re.IGNORECASE,
)
_MAIL = re.compile(
    # whole, outside any longer address; what stands next to it may be Japanese
    r"(?<![a-z0-9._%+/\\@＠-])"
    r"([a-z0-9][a-z0-9._%+-]{0,63}[@＠](?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24})"
    r"(?![a-z0-9_@＠/\\?#-]|[.:][a-z0-9])",
    re.IGNORECASE,
)
_BRACKETED_MAIL = re.compile(rf"<*{_MAIL.pattern}>*", re.IGNORECASE)
_HELD = 0x10F000  # private characters from here on hold the place of an address; no font has them
_MOST_HELD = 0xF00
INVISIBLE = re.compile(
    r"[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb"
    r"\U0001d173-\U0001d17a\U000e0000-\U000e0fff\x00-\x08\x0b-\x1f\x7f-\x9f]"
)
_SPLIT = re.compile(r"(?<=:)\s*\n\s*(?=//)|(?<=/)\s*\n\s*(?=[\w/])", re.IGNORECASE)
_WITHIN = " › "  # between a file, and a heading or a file within it
ROUNDS = 4  # taking one form away can bring another one together


def quoted(text: str) -> str:
    """Return words of a document as `sanitise` does, with the mail addresses that stand there."""
    return sanitise(text, mail_addresses(text))


def mail_addresses(text: str) -> frozenset[str]:
    """Return the mail addresses that stand in a text as such, not inside a link."""
    return frozenset(_MAIL.findall(INVISIBLE.sub("", text)))


def sanitise(text: str, addresses: frozenset[str] = frozenset()) -> str:
    """
    Return text without links, images, addresses, mentions, tags and invisible characters; a link's
    words stay, and so do those mail `addresses` that a document vouches for.

    Citation marks such as [1] are text and stay too, and so do names of office files ("規程.docx").
    """
    text = _SPLIT.sub("", _REFERENCE.sub("", INVISIBLE.sub("", text)))
    if not addresses:
        return _without_links(text)
    held: list[str] = []

    def hold(match: re.Match[str]) -> str:
        if match.group(1) not in addresses or len(held) == _MOST_HELD:
            return match.group()
        held.append(match.group(1))
        return chr(_HELD + len(held) - 1)

    text = _without_links(_BRACKETED_MAIL.sub(hold, text))
    for number, address in enumerate(held):
        text = text.replace(chr(_HELD + number), address)
    return text


def file_name(name: str) -> str:
    """
    Return a file's name without links in it, "" where nothing is left; the ending of a kind that is
    read is no address ("travel.md").
    """
    stem, _, ending = name.rpartition(".")
    if not format_of(name):
        return sanitise(name)
    plain = sanitise(stem)
    return f"{plain}.{ending}" if plain else ""


def place_label(label: str) -> str:
    """Return what a place is called, without links; it may lead through files within files."""
    steps: list[str] = []
    for step in label.split(_WITHIN):
        path = step.rpartition(".")[0]
        is_file = bool(path) and format_of(step) is not None and sanitise(path) == path
        steps.append(step if is_file else sanitise(step))
    return _WITHIN.join(filter(None, steps))


def _without_links(text: str) -> str:
    for _ in range(ROUNDS):
        before = text
        text = _LINK.sub(_words_of_link, text)
        text = _MENTION.sub("", _DOMAIN.sub(_without_domain, _ADDRESS.sub("", text)))
        if text == before:
            break
    else:
        text = re.sub(
            r"[<>\[\]():/@]", " ", text
        )  # made to outlast the rounds: no sign of a link survives
    return re.sub(r"(?<!\|)[ \t]{2,}", " ", text).strip()  # but between the bars of an empty cell


def _words_of_link(match: re.Match[str]) -> str:
    return match.group() if _CITED.fullmatch(match.group()) else match.group(1) or ""


def _without_domain(match: re.Match[str]) -> str:
    """
    Leave file names and a missing space after a full stop; everything else a client may turn into a
    link.
    """
    head, last, rest = match.groups()
    if not rest and last.lower() in _OTHER_FILES | file_endings():
        return match.group()
    if (
        not rest
        and last[0].isupper()
        and not head[:-1].isupper()
        and last[1:].islower()
        and head.count(head[-1]) == 1
    ):
        return f"{head} {last}"
    if (
        not head[:-1].isascii() and last.isascii() and head[-1] == "。"
    ):  # a Japanese full stop before a Latin word
        return match.group() if not rest else ""
    return ""
