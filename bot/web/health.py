"""
The health page as blocks: what is on the shelf, what people said of the answers, and how each part
is doing. Pure.
"""

from collections import Counter
from datetime import date

from bot.platform import Health
from handlers.conversation import Block, Column, Fact, Facts, Paragraph, Table
from handlers.questions.feedback import REASONS
from handlers.texts import Texts
from knowledge.values import Language

STATES = ("ready", "starting")
SAID = (*STATES, "no_sandbox")  # states with a sentence of their own


def figures(health: Health, texts: Texts, language: Language, today: date) -> tuple[Block, ...]:
    """Return the numbers that lead the page."""
    shelf = [d for d in health.documents if d.published]
    overdue = [d for d in shelf if d.metadata.review and d.metadata.review < today.isoformat()]
    passages = sum(d.published.passages for d in shelf if d.published)
    numbers = (
        ("documents", len(shelf)),
        ("passages", passages),
        ("overdue", len(overdue)),
        ("unanswered", health.open),
        ("helpful", sum(v == "up" for v in health.votes)),
        ("not_helpful", sum(v != "up" for v in health.votes)),
    )
    return (
        Facts(tuple(Fact(texts.say(f"web.figure_{n}", language), f"{v:,}") for n, v in numbers)),
    )


def parts(health: Health, texts: Texts, language: Language) -> tuple[Block, ...]:
    """Return how each part is doing; above them what is amiss, with the way out."""
    say = texts.say
    amiss = [name for name, state in health.parts.items() if state not in STATES]
    warned = tuple(Paragraph(_warning(n, texts, language), "bad") for n in amiss)
    columns = (Column(say("web.part", language)), Column(say("web.part_state", language)))
    rows = tuple(
        (_named(n, texts, language), say(f"web.part_{s}", language) if s in SAID else s)
        for n, s in health.parts.items()
    )
    return (*warned, Table(say("web.parts_caption", language), columns, rows))


def _warning(part: str, texts: Texts, language: Language) -> str:
    if part == "sandbox":
        return texts.say("cli.sandbox_missing", language)
    return texts.say("web.part_amiss", language, part=_named(part, texts, language))


def votes(health: Health, texts: Texts, language: Language) -> tuple[Block, ...]:
    """Return why answers did not help, the commonest reason first."""
    counted = Counter(v for v in health.votes if v in REASONS)
    columns = (
        Column(texts.say("web.reason", language)),
        Column(texts.say("web.count", language), "number"),
    )
    rows = tuple(
        (texts.say(f"feedback.{reason}", language), str(counted[reason])) for reason in REASONS
    )
    ordered = tuple(sorted(rows, key=lambda row: -int(row[1])))
    return (Table(texts.say("web.votes_caption", language, n=counted.total()), columns, ordered),)


def _named(part: str, texts: Texts, language: Language) -> str:
    name = f"web.part_{part}"
    return texts.say(name, language) if name in texts.names() else part
