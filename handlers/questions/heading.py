"""A heading as one asks about it: as the question it words already, or as a name. Pure."""

import re

from knowledge.values import Language

_WORDS_A_QUESTION = re.compile(r"(?:[?？]|[するのいたうん]か)$")
_TELLS = re.compile(r"[うくぐすつぬぶむる]$")  # ends with a verb: 目的に合わせて方法を選ぶ


def question_of(heading: str) -> str:
    """Return the question a heading words itself, with its sign; "" for any other heading."""
    if not _WORDS_A_QUESTION.search(heading):
        return ""
    return f"{heading.rstrip('?？')}?"


def name_of(heading: str, language: Language) -> str:
    """Return a heading as a sentence can go on with it: one that ends with a verb is quoted."""
    if language == "ja" and _TELLS.search(heading):
        return f"「{heading}」"
    return heading
