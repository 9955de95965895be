"""
Every block in the blocks every workspace and client draws: header, section, context, actions,
divider.

The levels above replace what they draw better; order, texts and values stay the same, so that a
click means the same on each.
"""

from typing import assert_never

from bot.slack.render.elements import Buttons, Json, context, plain_text, section, sections
from bot.slack.render.limits import (
    CONTEXT_ELEMENTS,
    FIELD_LABEL,
    FIELD_VALUE,
    FIELDS,
    HEADER,
    SECTION,
)
from bot.slack.render.text import cut, escape, fenced, mrkdwn, pieces, quoted
from handlers.conversation import (
    Block,
    Button,
    Chart,
    Details,
    Divider,
    Fact,
    Facts,
    Feedback,
    Heading,
    Paragraph,
    Press,
    Source,
    Sources,
    Steps,
    Table,
)
from handlers.conversation import Buttons as ButtonsBlock
from handlers.texts import Texts
from knowledge.values import Language

SOURCE = 300  # characters of one line of sources
BAR = 20  # cells of the longest bar
GLYPHS = {"complete": "✓", "in_progress": "▶", "pending": "○", "error": "✕"}
MARKS = {"best": "◎ ", "excluded": "✕ ", "normal": ""}


class Classic:
    """Draws the blocks of one message; `buttons` keeps their ids apart."""

    def __init__(self, texts: Texts, language: Language, buttons: Buttons | None = None) -> None:
        self.texts = texts
        self.language = language
        self.buttons = buttons or Buttons()

    def say(self, name: str, **values: object) -> str:
        return self.texts.say(f"slack.{name}", self.language, **values)

    def blocks(self, blocks: tuple[Block, ...]) -> list[Json]:
        return [drawn for block in blocks for drawn in self.block(block)]

    def block(self, block: Block) -> list[Json]:
        match block:
            case Heading(text):
                return [{"type": "header", "text": plain_text(text, HEADER)}]
            case Paragraph():
                return self.paragraph(block)
            case Facts(items):
                return facts(items)
            case Table():
                return self.table(block)
            case Chart():
                return self.chart(block)
            case Steps():
                return self.steps(block)
            case Sources():
                return self.sources(block)
            case Details():
                return self.details(block)
            case ButtonsBlock(items, _, label):
                lead = [context(escape(label))] if label else []
                return [*lead, *self.buttons.rows(items)]
            case Feedback(answer):
                return self.feedback(answer)
            case Divider():
                return [{"type": "divider"}]
            case _:
                assert_never(block)

    def paragraph(self, block: Paragraph) -> list[Json]:
        match block.tone:
            case "quiet":
                return [context(drawn) for drawn in pieces(block.text, mrkdwn, SECTION)]
            case "quote":
                return [section(drawn) for drawn in pieces(block.text, quoted, SECTION)]
            case "code":
                return [section(drawn) for drawn in pieces(block.text, fenced, SECTION)]
            case "warning" | "bad":
                return sections(f"⚠️{chr(10) if block.text.startswith('- ') else ' '}{block.text}")
            case _:
                return sections(block.text)

    def table(self, block: Table) -> list[Json]:
        titles = [column.title for column in block.columns]
        rows = (zip(titles, row, strict=True) for row in block.rows)
        lines = [
            "- " + " · ".join(f"{title} {value}" for title, value in row if value) for row in rows
        ]
        return sections("\n".join((f"**{block.caption}**", *lines)))

    def chart(self, block: Chart) -> list[Json]:
        top = max((bar.value for bar in block.bars if bar.value > 0), default=1)
        lines = []
        for bar in block.bars:
            cells = round(max(0.0, bar.value) / top * BAR)
            note = f" ({bar.note})" if bar.note else ""
            lines.append(
                f"{'█' * cells}{'░' * (BAR - cells)} {bar.shown:>6} {MARKS[bar.state]}{bar.short}{note}"
            )
        bars = fenced("\n".join(lines))
        whole = f"*{escape(block.title)}*\n{bars}\n{escape(block.legend)}".rstrip()
        return (
            [section(whole)]
            if len(whole) <= SECTION
            else sections(f"**{block.title}**\n" + "\n".join(lines))
        )

    def steps(self, block: Steps) -> list[Json]:
        lines = [
            f"{GLYPHS[s.status]} {s.title} ({self.say(f'step_{s.status}')})"
            + (f": {s.output}" if s.output else "")
            for s in block.items
        ]
        return sections("\n".join((f"**{block.title}**", *lines)))

    def sources(self, block: Sources) -> list[Json]:
        lines = [_source(source) for source in block.items]
        named = [
            context(*lines[at : at + CONTEXT_ELEMENTS])
            for at in range(0, len(lines), CONTEXT_ELEMENTS)
        ]
        opened = tuple(
            Button(
                f"[{s.number}] {s.place}",
                Press("source.open", {"aid": block.answer, "s": s.id, "n": s.number}),
            )
            for s in block.items
        )
        return [*named, *self.buttons.rows(opened)]

    def details(self, block: Details) -> list[Json]:
        return [*sections(f"**{block.title}**"), *self.blocks(block.blocks)]

    def feedback(self, answer: str) -> list[Json]:
        votes = tuple(
            Button(self.say(vote), Press("feedback.vote", {"aid": answer, "vote": vote}))
            for vote in ("up", "down")
        )
        return self.buttons.rows(votes)


def facts(items: tuple[Fact, ...]) -> list[Json]:
    """Two columns where labels and values are short, else a list."""
    if all(len(f.label) <= FIELD_LABEL and len(f.value) <= FIELD_VALUE for f in items):
        fields = [
            {"type": "mrkdwn", "text": f"*{escape(f.label)}*\n{mrkdwn(f.value)}"} for f in items
        ]
        return [
            {"type": "section", "fields": fields[at : at + FIELDS]}
            for at in range(0, len(fields), FIELDS)
        ]
    return sections("\n".join(f"- **{f.label}**: {f.value}" for f in items))


def _source(source: Source) -> str:
    named = " · ".join(
        part
        for part in (f"{source.title} {source.place}".strip(), source.version, source.updated)
        if part
    )
    return f"*[{source.number}]* {escape(cut(named, SOURCE))}{' ⚠️' if source.stale else ''}"
