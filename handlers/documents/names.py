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


def shown(name: str) -> str:
    """
    Return `name` on one line, with control and direction characters as �, signs of markup in full
    width, its middle cut when it is longer than 120 characters.
    """
    text = unicodedata.normalize("NFC", name).translate(_PLAIN)
    text = "".join(
        "\ufffd" if unicodedata.category(sign)[0] == "C" or sign in "\u2028\u2029" else sign
        for sign in text
    )
    text = " ".join(text.split()) or "–"
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 21]}…{text[-20:]}"
