"""
Our light markup (`**bold**`, "- " lists, `[n]`) as Slack's two kinds of text, and cuts that break
neither.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from bot.commonmark import flanked
from handlers.conversation import Called

_BOLD = re.compile(r"(?P<before>.?)\*\*(?P<bold>.+?)\*\*(?=(?P<after>.?))")
_ITEM = re.compile(r"(?:- |\d{1,2}\. )")
# a sentence's end keeps its citations
_END = re.compile(r"(?:[。．！？!?]|\.(?=[\s\[]))[」』）)]*(?:\[\d{1,3}\])*")
_OPENING, _CLOSING = "([\"'", ".,:;!?)]\"'"  # signs beside which Slack draws bold without a space
_USER, _GROUP = re.compile(r"[UW][A-Z0-9]{2,}"), re.compile(r"S[A-Z0-9]{2,}")
_MARK = re.compile(r"\[(\d{1,3})\]")
_ADDRESS = re.compile(r"https?://[^\s<>|()\[\]\"'`*]{1,1000}")
_HALF = re.compile(r"\[\d{0,3}$")  # a citation mark that has begun


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def cut(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    return text[: limit - 1] + "…"


def called(people: Sequence[Called]) -> str:
    """
    Return what calls people (U…, W…) and user groups (S…); whoever is not of Slack is shown by
    name, where one is known.
    """
    return " ".join(filter(None, [mention(person) for person in people]))


def mention(person: Called) -> str:
    """Return what calls somebody, the name of whoever is not of Slack; "" where that is unknown."""
    own = person.id.rpartition(":")[2]
    if person.platform in ("", "slack"):
        if _GROUP.fullmatch(own):
            return f"<!subteam^{own}>"
        if _USER.fullmatch(own):
            return f"<@{own}>"
    return escape(person.name)


def mentioning(thing: Any, people: Sequence[Called]) -> Any:
    """Return blocks in which the name of somebody, where it stands, has become what calls them."""
    if isinstance(thing, list):
        return [mentioning(item, people) for item in thing]
    if not isinstance(thing, dict):
        return thing
    inner = {name: mentioning(value, people) for name, value in thing.items()}
    if thing.get("type") == "mrkdwn":
        inner["text"] = _with_mentions(str(thing["text"]), people)
    return inner


def _with_mentions(text: str, people: Sequence[Called]) -> str:
    for person in people:
        if person.name:
            text = text.replace(escape(person.name), mention(person))
    return text


def address(url: str) -> bool:
    """Report whether this is an address that neither kind of text takes for something else."""
    return bool(_ADDRESS.fullmatch(url))


def linked(text: str, links: Mapping[int, str], form: str, limit: int) -> str:
    """
    Return drawn text whose citation marks lead to their sources, where it then has at most `limit`
    characters, else as it is; `form` is a link with its `url` and its `mark`.
    """

    def link(match: re.Match[str]) -> str:
        url = links.get(int(match[1]), "")
        return form.format(url=url, mark=match[0]) if url else match[0]

    longer = _MARK.sub(link, text) if links else text
    return longer if len(longer) <= limit else text


def plain(text: str) -> str:
    """Return the text without bold marks, for where nothing is drawn bold."""
    return text.replace("**", "")


def mrkdwn(text: str) -> str:
    """
    Return mrkdwn. Slack draws `*bold*` only where a space or a line's edge stands beside it, so
    Japanese gets spaces.
    """
    return "\n".join([_mrkdwn_line(line) for line in escape(text).split("\n")])


def _mrkdwn_line(line: str) -> str:
    if "**" in line:
        line = _BOLD.sub(_spaced, line)
    if line.startswith("- "):
        return f"• {line[2:]}"
    return line


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
    lines = [flanked(line) for line in text.split("\n")]
    whole = lines[0]
    for before, line in pairwise(lines):
        whole += _between(before, line) + line
    return whole


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
    segments = []
    while len(draw(text)) > limit:
        size = min(len(text) - 1, limit)
        while len(draw(text[:size] + "**")) > limit:
            size = max(1, size * limit // len(draw(text[:size] + "**")) - 1)
        at = _seam(text, size)
        head, text = text[:at], text[at:].lstrip("\n")
        if head.count("**") % 2:  # bold goes on in the next piece
            head = head + "**"
            text = "**" + text
        segments.append(draw(head.rstrip("\n")))
    if text.strip():
        segments.append(draw(text))
    return segments


def _seam(text: str, size: int) -> int:
    """
    Return where to cut at or before `size`: after a line, else a sentence with its citations, else
    a word.
    """
    line = text.rfind("\n", size // 2, size)
    if line > 0:
        return line
    reach = min(len(text), size + 40)  # characters, citations included
    ends = [match.end() for match in _END.finditer(text, size // 2, reach) if match.end() <= size]
    if ends:
        return ends[-1]
    space = text.rfind(" ", size // 2, size)
    at = space + 1 if space > 0 else size
    mark = _HALF.search(text[:at])
    if mark:
        at = mark.start() or at
    if text[at - 1 : at + 1] == "**" and at > 1:
        return at - 1
    return at


def _between(line: str, following: str) -> str:
    """Return what keeps two lines apart in CommonMark: a blank line unless both are of one list."""
    of_one_list = _ITEM.match(line) and _ITEM.match(following)
    if of_one_list or not line.strip() or not following.strip():
        return "\n"
    return "\n\n"


def _spaced(match: re.Match[str]) -> str:
    """Return bold for mrkdwn, with a space on each side where Slack needs one."""
    before, after = match["before"], match["after"]
    left = "" if _touches(before, _OPENING) else " "
    right = "" if _touches(after, _CLOSING) else " "
    return f"{before}{left}*{match['bold'].strip()}*{right}"


def _touches(neighbour: str, signs: str) -> bool:
    """Report whether bold needs no space beside this: an edge, a space, or one of these signs."""
    return not neighbour or neighbour.isspace() or neighbour in signs
