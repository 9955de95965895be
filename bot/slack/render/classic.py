"""
Every block in the blocks every workspace and client draws: header, section, context, actions,
divider.

The levels above replace what they draw better; order, texts and values stay the same, so that a
click means the same on each.
"""

from collections.abc import Mapping
from typing import assert_never

from bot.headings import captions_itself, said_once
from bot.slack.render.answer import gathered
from bot.slack.render.elements import (
    Buttons,
    Json,
    batched,
    context,
    plain_text,
    section,
    sections,
)
from bot.slack.render.limits import (
    CONTEXT_ELEMENTS,
    FIELD_LABEL,
    FIELD_VALUE,
    FIELDS,
    HEADER,
    SECTION,
)
from bot.slack.render.text import (
    address,
    cut,
    escape,
    fenced,
    linked,
    mrkdwn,
    pieces,
    quoted,
)
from handlers.conversation import (
    Bar,
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
    Values,
)
from handlers.conversation import Buttons as ButtonsBlock
from handlers.texts import Texts
from knowledge.values import Language

SOURCE = 300  # characters of one line of sources
LINK = "<{url}|{mark}>"
BAR = 20  # cells of the longest bar
GLYPHS = {"complete": "✓", "in_progress": "▶", "pending": "○", "error": "✕"}
MARKS = {"best": "◎ ", "excluded": "✕ ", "normal": ""}


class Classic:
    """Draws the blocks of one message; `buttons` keeps their ids apart."""

    def __init__(self, texts: Texts, language: Language, buttons: Buttons | None = None) -> None:
        self.texts = texts
        self.language = language
        self.buttons = buttons or Buttons()
        self.links: Mapping[int, str] = {}  # where the sources can be read, by their number

    def say(self, name: str, **values: object) -> str:
        return self.texts.say(f"slack.{name}", self.language, **values)

    def blocks(self, blocks: tuple[Block, ...]) -> list[Json]:
        elements: list[Json] = []
        for block in said_once(blocks):
            elements += self.block(block)
        return elements

    def reply(self, blocks: tuple[Block, ...]) -> list[Json]:
        """Return a whole message: an answer as a colleague would post it, all else as it comes."""
        parts = gathered(blocks)
        if parts is None:
            return self.blocks(blocks)
        self.links = parts.links()
        elements = self.blocks(tuple(parts.blocks))
        small = [_source(source) for source in parts.sources]
        small += [mrkdwn(text) for text in parts.small]
        elements += [context(*some) for some in batched(small, CONTEXT_ELEMENTS)]
        elements += self.buttons.folded(parts.buttons, parts.menu, self.say("more"))
        if parts.feedback:
            elements += self.feedback(parts.feedback)
        return elements

    def block(self, block: Block) -> list[Json]:  # noqa: C901, PLR0911  # a case a word
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
                return self.labelled(label, items)
            case Feedback(answer):
                return self.feedback(answer)
            case Divider():
                return [{"type": "divider"}]
            case _:
                assert_never(block)

    def labelled(self, label: str, buttons: tuple[Button, ...]) -> list[Json]:
        rows = self.buttons.rows(buttons)
        if not label:
            return rows
        return [context(escape(label)), *rows]

    def paragraph(self, block: Paragraph) -> list[Json]:
        match block.tone:
            case "quiet":
                return [context(piece) for piece in pieces(block.text, mrkdwn, SECTION)]
            case "quote":
                return [section(piece) for piece in pieces(block.text, quoted, SECTION)]
            case "code":
                return [section(piece) for piece in pieces(block.text, fenced, SECTION)]
            case "warning" | "bad":
                gap = "\n" if block.text.startswith("- ") else " "
                return sections(f"⚠️{gap}{block.text}")
            case "answer":
                return self.answer(block.text)
            case _:
                return sections(block.text)

    def answer(self, text: str) -> list[Json]:
        """Return an answer's own words; links take room that their marks did not."""
        if not self.links:
            return sections(text)
        drawn = pieces(text, mrkdwn, SECTION // 3)
        return [section(linked(piece, self.links, LINK, SECTION)) for piece in drawn]

    def table(self, block: Table) -> list[Json]:
        titles = [column.title for column in block.columns]
        lines = [f"**{block.caption}**"]
        for row in block.rows:
            pairs = zip(titles, row, strict=True)
            cells = [f"{title} {value}" for title, value in pairs if value]
            lines.append("- " + " · ".join(cells))
        return sections("\n".join(lines))

    def chart(self, block: Chart) -> list[Json]:
        above_zero = [bar.value for bar in block.bars if bar.value > 0]
        top = max(above_zero, default=1)
        lines = [_bar(bar, top) for bar in block.bars]
        bars = fenced("\n".join(lines))
        whole = f"*{escape(block.title)}*\n{bars}\n{escape(block.legend)}".rstrip()
        if len(whole) <= SECTION:
            return [section(whole)]
        return sections(f"**{block.title}**\n" + "\n".join(lines))

    def steps(self, block: Steps) -> list[Json]:
        lines = [f"**{block.title}**"]
        for step in block.items:
            status = self.say(f"step_{step.status}")
            line = f"{GLYPHS[step.status]} {step.title} ({status})"
            if step.output:
                line += f": {step.output}"
            lines.append(line)
        return sections("\n".join(lines))

    def sources(self, block: Sources) -> list[Json]:
        lines = [_source(source) for source in block.items]
        rows = [context(*some) for some in batched(lines, CONTEXT_ELEMENTS)]
        openers = []
        for source in block.items:
            data: Values = {"aid": block.answer, "s": source.id, "n": source.number}
            label = f"[{source.number}] {source.place}"
            openers.append(Button(label, Press("source.open", data)))
        return [*rows, *self.buttons.rows(tuple(openers))]

    def details(self, block: Details) -> list[Json]:
        if captions_itself(block.blocks, block.title):
            return self.blocks(block.blocks)
        return [*sections(f"**{block.title}**"), *self.blocks(block.blocks)]

    def feedback(self, answer: str) -> list[Json]:
        up = Button(self.say("up"), Press("feedback.vote", {"aid": answer, "vote": "up"}))
        down = Button(self.say("down"), Press("feedback.vote", {"aid": answer, "vote": "down"}))
        return self.buttons.rows((up, down))


def facts(items: tuple[Fact, ...]) -> list[Json]:
    """Two columns where labels and values are short, else a list."""
    if not all(len(f.label) <= FIELD_LABEL and len(f.value) <= FIELD_VALUE for f in items):
        lines = [f"- **{fact.label}**: {fact.value}" for fact in items]
        return sections("\n".join(lines))
    fields = []
    for fact in items:
        text = f"*{escape(fact.label)}*\n{mrkdwn(fact.value)}"
        fields.append({"type": "mrkdwn", "text": text})
    return [{"type": "section", "fields": some} for some in batched(fields, FIELDS)]


def _bar(bar: Bar, top: float) -> str:
    """Return one bar of a chart as a line of cells, as long as its share of `top`."""
    full = round(max(0.0, bar.value) / top * BAR)
    cells = "█" * full + "░" * (BAR - full)
    line = f"{cells} {bar.shown:>6} {MARKS[bar.state]}{bar.short}"
    if bar.note:
        line += f" ({bar.note})"
    return line


def _source(source: Source) -> str:
    title = f"{source.title} {source.place}".strip()
    parts = [part for part in (title, source.version, source.updated) if part]
    named = escape(cut(" · ".join(parts), SOURCE))
    if address(source.url):
        named = LINK.format(url=escape(source.url), mark=named.replace("|", "¦"))
    line = f"*[{source.number}]* {named}"
    if source.stale:
        line += " ⚠️"
    return line
