"""
The health page as blocks: what is on the shelf, what people said of the answers, and how each part
is doing. Pure.
"""

from collections import Counter
from datetime import date

from bot.platform import Health
from bot.troubles import advice
from handlers.conversation import Block, Column, Fact, Facts, Paragraph, Table
from handlers.questions.feedback import REASONS
from handlers.texts import Texts
from knowledge.values import Language

STATES = ("ready", "starting")
SAID = (*STATES, "no_sandbox")  # states with a sentence of their own


def figures(health: Health, texts: Texts, language: Language, today: date) -> tuple[Block, ...]:
    """Return the numbers that lead the page."""
    documents, passages, overdue = 0, 0, 0
    for document in health.documents:
        if document.published is None:
            continue
        documents += 1
        passages += document.published.passages
        review = document.metadata.review
        if review and review < today.isoformat():
            overdue += 1
    helpful = list(health.votes).count("up")
    numbers = {
        "documents": documents,
        "passages": passages,
        "overdue": overdue,
        "unanswered": health.open,
        "helpful": helpful,
        "not_helpful": len(health.votes) - helpful,
    }
    facts = []
    for name, number in numbers.items():
        facts.append(Fact(texts.say(f"web.figure_{name}", language), f"{number:,}"))
    return (Facts(tuple(facts)),)


def parts(health: Health, texts: Texts, language: Language) -> tuple[Block, ...]:
    """Return how each part is doing; above them what is amiss, with the way out."""
    warnings = []
    rows = []
    for name, state in health.parts.items():
        if state not in STATES:
            warnings.append(Paragraph(_warning(name, state, texts, language), "bad"))
        shown = state
        if state in SAID:
            shown = texts.say(f"web.part_{state}", language)
        rows.append((_named(name, texts, language), shown))
    columns = (
        Column(texts.say("web.part", language)),
        Column(texts.say("web.part_state", language)),
    )
    caption = texts.say("web.parts_caption", language)
    return (*warnings, Table(caption, columns, tuple(rows)))


def _warning(part: str, state: str, texts: Texts, language: Language) -> str:
    way = advice(texts, part, state)
    if way is not None:
        return way.to(language)
    if part == "sandbox":
        return texts.say("cli.sandbox_missing", language)
    return texts.say("web.amiss", language, part=_named(part, texts, language))


def votes(health: Health, texts: Texts, language: Language) -> tuple[Block, ...]:
    """Return why answers did not help, the commonest reason first."""
    counts = Counter(health.votes)
    columns = (
        Column(texts.say("web.reason", language)),
        Column(texts.say("web.count", language), "number"),
    )
    rows = []
    total = 0
    for reason in sorted(REASONS, key=counts.__getitem__, reverse=True):
        rows.append((texts.say(f"feedback.{reason}", language), str(counts[reason])))
        total += counts[reason]
    caption = texts.say("web.votes_caption", language, n=total)
    return (Table(caption, columns, tuple(rows)),)


def _named(part: str, texts: Texts, language: Language) -> str:
    if f"web.part_{part}" not in texts.names():
        return part
    return texts.say(f"web.part_{part}", language)
