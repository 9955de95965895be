"""
The several questions of one message, each by itself: "①… ②…", two sentences that both ask, or one
sentence with two question words.
"""

import re

from knowledge.text.pieces import pieces

MOST = 3  # questions answered side by side
SHORTEST = 4  # characters of one
_NUMBERED = re.compile(
    r"(?:(?<![^\s。、:：])[(（]?([1-9])[)）.．、]?\s*|([①-⑨]))(?=[^\d\s.)年月日時分円人回つ個件名%])"
)
_ASKS = re.compile(
    r"[?？]\s*$|(?:か(?:な|しら)?|っけ|でしょう|ですか|ますか|教えて(?:ください|下さい)?)[。\s]*$"
)
_WORD = re.compile(
    r"何|なに|いつ|どこ|誰|だれ|いくら|いくつ|どう|どの|どれ|どんな|なぜ"
    r"|\b(?:what|which|who|when|where|why|how)\b",
    re.IGNORECASE,
)
# "when an employee leaves, …" asks nothing: a question has its verb right behind the question word
_VERB = r"(?:do|does|did|is|are|was|were|will|can|could|should|must|may|would|have|has)\b"
_SUBORDINATE = re.compile(rf"^(?:when|where|if|while|once)\s+(?!{_VERB})", re.IGNORECASE)
_CLAUSE = re.compile(r"(?<=[、,])\s*(?:and\s+)?")


def subquestions(text: str) -> tuple[str, ...]:
    """Return the questions a message asks, at most three; the message itself where it is one."""
    asked = _numbered(text)
    if len(asked) < 2:
        asked = _asking_sentences(text)
    if len(asked) < 2:
        asked = _asking_clauses(text)
    return tuple(asked[:MOST]) if len(asked) > 1 else (text,)


def _numbered(text: str) -> list[str]:
    """Return what stands behind the numbers 1, 2 and so on, none unless they come in order."""
    marks = list(_NUMBERED.finditer(text))
    labels = [match.group(1) or str("①②③④⑤⑥⑦⑧⑨".index(match.group(2)) + 1) for match in marks]
    if len(marks) < 2 or labels != [str(number) for number in range(1, len(marks) + 1)]:
        return []
    ends = [match.start() for match in marks[1:]] + [len(text)]
    parts = [text[match.end() : end] for match, end in zip(marks, ends, strict=True)]
    return [part.strip(" \u3000、,") for part in parts if len(part.strip()) >= SHORTEST]


def _asking_sentences(text: str) -> list[str]:
    """Return the sentences that ask, each with what is told before it."""
    asked: list[str] = []
    told = ""
    for piece in pieces(text):
        if _ASKS.search(piece.text):
            asked.append(f"{told}{piece.text}")
            told = ""
        else:
            told += piece.text
    return [one for one in asked if len(one) >= SHORTEST]


def _asking_clauses(text: str) -> list[str]:
    """
    Return the clauses of a sentence where each of two or more has a question word of its own, with
    what is said before the first of them.
    """
    clauses = [clause for clause in _CLAUSE.split(text) if clause.strip()]
    parts: list[str] = []
    shared = open_ = ""
    for clause in clauses:
        open_ += clause
        asks = _WORD.search(clause) and not _SUBORDINATE.match(clause)
        if not asks:
            if not parts:
                shared = open_
            continue
        if parts:
            open_ = f"{shared}{open_}"
        parts.append(open_.strip(" 、,"))
        open_ = ""
    if open_ and parts:
        parts[-1] += open_
    return parts
