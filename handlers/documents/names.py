"""
Names from outside, made fit to be shown: nothing in them is a link, a mention, markup or a trick of
direction.
"""

import unicodedata

LONGEST = 120  # characters
_PLAIN = str.maketrans(
    {
        "/": "／",
        "\\": "＼",
        "@": "＠",
        "[": "［",
        "]": "］",
        "*": "＊",
        "`": "｀",
        "<": "＜",
        ">": "＞",
    }
)


def display(name: str) -> str:
    """
    Return `name` on one line, with control and direction characters as �, signs of markup in full
    width, its middle cut when it is longer than 120 characters.
    """
    plain = unicodedata.normalize("NFC", name).translate(_PLAIN)
    text = " ".join("".join(map(_visible, plain)).split()) or "–"
    if len(text) <= LONGEST:
        return text
    return f"{text[: LONGEST - 21]}…{text[-20:]}"


def _visible(sign: str) -> str:
    if unicodedata.category(sign)[0] == "C" or sign in "\u2028\u2029":
        return "\ufffd"
    return sign
