"""
What a model is sent: the files of `prompts/` with their gaps filled, in the asker's language.

Passages stand between random markers, new with every question, so that no document can close its
own quotation. Lines that look like orders to an AI never reach the model.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Template

from knowledge.answering.question import Turn
from knowledge.text.sanitise import sanitise
from knowledge.text.units import Unit, units
from knowledge.values import Hit, Language

PASSAGE = 8_000  # characters of one article, or of a small document as a whole
CHARACTERS = 14_000  # of all that is shown to the model, unless set otherwise
HISTORY = 3  # earlier turns shown to the model
TURN = 300  # characters of an earlier question or answer
_FOLDER = Path(__file__).parent / "prompts"


@dataclass(frozen=True, slots=True)
class Source:
    """
    A passage as a model may see and cite it: its `text`, the `places` a sentence can be held
    against, its headings.
    """

    text: str
    places: tuple[str, ...]
    topic: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """
    `token` is what a model writes when no passage holds the answer; `sources` are numbered from 1.
    `question` is what was asked.
    """

    text: str
    token: str
    sources: tuple[Source, ...]
    question: str = ""


def answering(
    question: str,
    hits: Sequence[Hit],
    language: Language,
    history: tuple[Turn, ...],
    characters: int = CHARACTERS,
) -> Prompt:
    """
    Return the prompt for one question, with as many of the hits as `characters` allow, the first in
    any case; its markers and token are never used twice.
    """
    marker, token = f"=={secrets.token_hex(8)}", f"NONE-{secrets.token_hex(4)}"
    sources: list[Source] = []
    left = characters
    for hit in hits:
        one = source(hit)
        if (left := left - len(one.text)) < 0 and sources:
            break
        sources.append(one)
    blocks = []
    for number, (hit, one) in enumerate(zip(hits, sources, strict=False), start=1):
        title, place = sanitise(hit.passage.title), hit.passage.place.to(language)
        block = f"{marker} {number} {title} {place}\n{one.text}\n{marker} end {number}"
        blocks.append(block)
    text = _template("answer", language).substitute(
        marker=marker,
        token=token,
        history=_talk(history),
        passages="\n\n".join(blocks),
        question=question,
    )
    return Prompt(text, token, tuple(sources), question)


def rewriting(question: str, history: tuple[Turn, ...], language: Language) -> str:
    """Return the prompt that asks for a follow-up as a question of its own."""
    return _template("rewrite", language).substitute(history=_talk(history), question=question)


def judging(question: str, claims: Sequence[tuple[str, str]], language: Language) -> str:
    """Return the prompt that asks of each claim whether the words beside it say it."""
    rows = []
    for number, (claim, words) in enumerate(claims, start=1):
        rows.append(f"{number}. {claim}\n   {words}")
    return _template("judge", language).substitute(question=question, claims="\n".join(rows))


def alone(question: str, language: Language) -> str:
    """Return the prompt that asks a model without any passage."""
    return _template("alone", language).substitute(question=question)


def source(hit: Hit) -> Source:
    """Return a passage without orders to an AI and without invisible characters."""
    passage = hit.passage
    lines: list[str] = []
    places: list[str] = []
    for unit in units(passage):
        lines += unit.lines
        places += _places(unit)
    topic = " ".join(dict.fromkeys((passage.title, *passage.headings)))
    return Source("\n".join(lines)[:PASSAGE], tuple(places), topic)


def _places(unit: Unit) -> tuple[str, ...]:
    """A bullet stands with its heading and a row with its header; a sentence stands alone."""
    if len(unit.lines) < 2:
        return (unit.text,)
    head, *rest = unit.lines
    return tuple(f"{head} {line}" for line in rest)


def _talk(history: tuple[Turn, ...]) -> str:
    rows = []
    for turn in history[-HISTORY:]:
        question, answer = sanitise(turn.question)[:TURN], sanitise(turn.answer)[:TURN]
        rows.append(f"Q: {question}\nA: {answer}")
    return "\n".join(rows) or "-"


@cache
def _template(name: str, language: Language) -> Template:
    return Template((_FOLDER / f"{name}.{language}.md").read_text(encoding="utf-8"))
