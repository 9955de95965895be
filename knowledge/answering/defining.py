"""
Whether a sentence defines the very term a question asks the meaning of: RAGとは → RAG(検索拡張生成)とは….
"""

import re

from knowledge.text.analysis import normalise

_ASKED = re.compile(
    r"(?P<term>[^、。?「」]{1,30}?)(?:とは|って)(?:何|なに|なん)?(?:のこと)?(?:です|だ)?(?:か|の)?[?。\s]*"
)
_ASKED_IN_ENGLISH = re.compile(
    r"what(?: is|'s| are) (?:an? |the )?(?P<term>[\w -]{2,40}?)(?: in one sentence)?[?.\s]*"
)
_BRACKETS = re.compile(r"\s*\([^()]*\)")
_SAYS = re.compile(r"\W*(?P<term>[^、。]{1,40}?)(?:とは|と呼)")
_SAYS_IN_ENGLISH = re.compile(
    r"\W*(?:an? |the )?(?P<term>[\w -]{2,40}?) (?:is|are|means|refers to)\b"
)


def defines(question: str, sentence: str) -> bool:
    """Report whether a sentence says what a question's term is, and the question asks no more."""
    asked = normalise(question).strip()
    told = _BRACKETS.sub("", normalise(sentence))
    for asks, says in ((_ASKED, _SAYS), (_ASKED_IN_ENGLISH, _SAYS_IN_ENGLISH)):
        wanted, given = asks.fullmatch(asked), says.match(told)
        if wanted and given:
            return wanted["term"].strip() == given["term"].strip()
    return False
