"""
What Teams wraps words in, taken off: HTML of formatting, lists, tables, code, emoji and quoted
replies. Pure.
"""

import re

QUOTE = re.compile(r"<blockquote\b.*</blockquote>", re.IGNORECASE | re.DOTALL)
_REPLY = re.compile(
    r"<attachment\b[^<>]{0,1000}>(?:[^<]{0,1000}</attachment>)?", re.IGNORECASE | re.DOTALL
)
_BLOCK = re.compile(
    r"<(pre|codeblock)\b[^<>]{0,1000}>((?:(?!<(?:pre|codeblock)\b).)*?)</\1>",
    re.IGNORECASE | re.DOTALL,
)
_PICTURE = re.compile(r"<(?:img|emoji)\b([^<>]{0,4000})>(?:</emoji>)?", re.IGNORECASE)
_ALT = re.compile(r"\balt=(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_LINE = re.compile(
    r"</?(?:p|div|br|ul|ol|li|h[1-6]|hr|table|thead|tbody|tr|blockquote)\b[^<>]{0,4000}>",
    re.IGNORECASE,
)
_CELL = re.compile(r"</?(?:td|th)\b[^<>]{0,4000}>", re.IGNORECASE)
_NAMES = "span|b|i|em|strong|u|s|strike|del|ins|code|a|sub|sup|font|emoji|customemoji"
_INLINE = re.compile(rf"</?(?:{_NAMES})\b[^<>]{{0,4000}}>", re.IGNORECASE)
_AUTHOR = re.compile(r"<strong\b[^<>]{0,1000}>[^<]{0,300}</strong>", re.IGNORECASE)
EMOJI = 8  # letters of one emoji at most


def plain(text: str) -> str:
    """
    Return the words between known tags: what only looks like a tag ("List<String>", "<data>")
    stays.
    """
    text = _REPLY.sub(" ", text)
    text = QUOTE.sub(" ", text)
    text = _BLOCK.sub(_fenced, text)
    text = _PICTURE.sub(_emoji, text)
    text = _LINE.sub("\n", text)
    text = _CELL.sub(" ", text)
    return _INLINE.sub("", text)


def quoted(text: str) -> str:
    """Return the words of the message that is replied to in a quote, "" where there is none."""
    quote = QUOTE.search(text)
    if quote is None:
        return ""
    words = _AUTHOR.sub(" ", quote[0], count=1)
    words = _LINE.sub("\n", words)
    return _INLINE.sub("", _CELL.sub(" ", words)).strip()


def _fenced(match: re.Match[str]) -> str:
    """Code stays between three ticks, so that whoever reads on can tell it from words."""
    code = _LINE.sub("\n", match[2])
    return f"\n```{code}```\n"


def _emoji(match: re.Match[str]) -> str:
    """An emoji stands for itself; any other picture says nothing."""
    alt = _ALT.search(match[1])
    if alt is None:
        return " "
    name = alt[1] or alt[2] or ""
    if not name or name.isascii() or len(name) > EMOJI:
        return " "
    return name
