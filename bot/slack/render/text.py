"""
Our light markup (`**bold**`, "- " lists, `[n]`) as Slack's two kinds of text, and cuts that break
neither.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence

_BOLD = re.compile(r"(?P<before>.?)\*\*(?P<bold>.+?)\*\*(?=(?P<after>.?))")
_ITEM = re.compile(r"(?:- |\d{1,2}\. )")
_END = re.compile(
    r"(?:[。．！？!?]|\.(?=[\s\[]))[」』）)]*(?:\[\d{1,3}\])*"
)  # a sentence's end keeps its citations
_OPENING, _CLOSING = "([\"'", ".,:;!?)]\"'"  # signs beside which Slack draws bold without a space
_USER, _GROUP = re.compile(r"[UW][A-Z0-9]{2,}"), re.compile(r"S[A-Z0-9]{2,}")
_HALF = re.compile(r"\[\d{0,3}$")  # a citation mark that has begun


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


def called(ids: Sequence[str]) -> str:
    """
    Return what calls people (U…, W…) and user groups (S…); whatever else stands in a setting is
    shown as text.
    """
    own = [id_.rpartition(":")[2] for id_ in ids]
    return " ".join(
        f"<!subteam^{id_}>"
        if _GROUP.fullmatch(id_)
        else f"<@{id_}>"
        if _USER.fullmatch(id_)
        else escape(id_)
        for id_ in own
    )


def plain(text: str) -> str:
    """Return the text without bold marks, for where nothing is drawn bold."""
    return text.replace("**", "")


def mrkdwn(text: str) -> str:
    """
    Return mrkdwn. Slack draws `*bold*` only where a space or a line's edge stands beside it, so
    Japanese gets spaces.
    """
    lines = (
        _BOLD.sub(_spaced, line) if "**" in line else line for line in escape(text).split("\n")
    )
    return "\n".join(f"• {line[2:]}" if line.startswith("- ") else line for line in lines)


def markdown(text: str) -> str:
    """
    Return what a markdown block takes. Links, pictures and headings are not among our marks, so
    what looks like one is data.

    CommonMark closes bold after a bracket or a full stop only where a space follows, and reads a
    line after another one as its continuation, even after a list: so lines that are no list stand
    apart.
    """
    text = text.replace("<", "&lt;").replace(">", "&gt;")
    text = re.sub(r"(?m)^(\s*)(#+\s)", r"\1\\\2", text.replace("](", "] (").replace("]:", "] :"))
    lines = [_BOLD.sub(_flanked, line) if "**" in line else line for line in text.split("\n")]
    apart = (
        _apart(line, following) for line, following in zip(lines, [*lines[1:], ""], strict=True)
    )
    return "".join(line + end for line, end in zip(lines, apart, strict=True))[:-1]


def fenced(text: str) -> str:
    """Return the text shown letter by letter; a fence inside it cannot end ours."""
    inner = escape(text).replace("```", "` ` `")
    return f"```\n{inner}\n```"


def quoted(text: str) -> str:
    return "\n".join(f"> {line}" for line in mrkdwn(text).split("\n"))


def pieces(text: str, draw: Callable[[str], str], limit: int) -> list[str]:
    """
    Return the text drawn in pieces of at most `limit` characters, cut between lines, sentences or
    words; none when empty.
    """
    drawn = []
    while len(draw(text)) > limit:
        size = min(len(text) - 1, limit)
        while len(draw(text[:size] + "**")) > limit:
            size = max(1, size * limit // len(draw(text[:size] + "**")) - 1)
        at = _seam(text, size)
        head, text = text[:at], text[at:].lstrip("\n")
        if head.count("**") % 2:  # bold goes on in the next piece
            head, text = head + "**", "**" + text
        drawn.append(draw(head.rstrip("\n")))
    return [*drawn, draw(text)] if text.strip() else drawn


def _seam(text: str, size: int) -> int:
    """
    Return where to cut at or before `size`: after a line, else a sentence with its citations, else
    a word.
    """
    line = text.rfind("\n", size // 2, size)
    if line > 0:
        return line
    ends = [
        m.end()
        for m in _END.finditer(text, size // 2, min(len(text), size + 40))
        if m.end() <= size
    ]
    if ends:
        return ends[-1]
    space = text.rfind(" ", size // 2, size)
    at = space + 1 if space > 0 else size
    if begun := _HALF.search(text[:at]):
        at = begun.start() or at
    return at - 1 if text[at - 1 : at + 1] == "**" and at > 1 else at


def _apart(line: str, following: str) -> str:
    listed = bool(_ITEM.match(line)) and bool(_ITEM.match(following))
    return "\n" if listed or not line.strip() or not following.strip() else "\n\n"


def _spaced(found: re.Match[str]) -> str:
    before, bold, after = found["before"], found["bold"].strip(), found["after"]
    left = "" if not before or before.isspace() or before in _OPENING else " "
    right = "" if not after or after.isspace() or after in _CLOSING else " "
    return f"{before}{left}*{bold}*{right}"


def _flanked(found: re.Match[str]) -> str:
    before, bold, after = found["before"], found["bold"].strip(), found["after"]
    left = " " if _sign(bold[:1]) and before and not before.isspace() and not _sign(before) else ""
    right = " " if _sign(bold[-1:]) and after and not after.isspace() and not _sign(after) else ""
    return f"{before}{left}**{bold}**{right}"


def _sign(character: str) -> bool:
    return bool(character) and unicodedata.category(character)[0] in "PS"
