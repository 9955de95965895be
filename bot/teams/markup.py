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
_INLINE = re.compile(
    r"</?(?:span|b|i|em|strong|u|s|strike|del|ins|code|a|sub|sup|font|emoji|customemoji)\b[^<>]{0,4000}>",
    re.IGNORECASE,
)


def plain(text: str) -> str:
    """
    Return the words between known tags: what only looks like a tag ("List<String>", "<data>")
    stays.
    """
    text = QUOTE.sub(" ", _REPLY.sub(" ", text))
    text = _BLOCK.sub(lambda m: f"\n```{_LINE.sub(chr(10), m[2])}```\n", text)
    text = _PICTURE.sub(_shown, text)
    return _INLINE.sub("", _CELL.sub(" ", _LINE.sub("\n", text)))


def _shown(found: re.Match[str]) -> str:
    """An emoji stands for itself; any other picture says nothing."""
    alt = _ALT.search(found[1])
    name = (alt[1] or alt[2] or "") if alt else ""
    return name if name and not name.isascii() and len(name) <= 8 else " "  # letters of one emoji
