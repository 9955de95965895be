"""
Our replies into Block Kit. Pure. Classic blocks only: every client and workspace draws them.

Limits: https://docs.slack.dev/reference/block-kit/blocks and, for the characters of a whole message, measured refusals.
"""

import json
import re
from typing import Any, assert_never

from handlers.conversation import (
    Ask,
    Block,
    Button,
    Buttons,
    Chart,
    Confirm,
    Details,
    Divider,
    Facts,
    Feedback,
    Heading,
    Paragraph,
    Press,
    Reply,
    Sources,
    Steps,
    Table,
)
from handlers.texts import Texts
from knowledge.values import Language

MESSAGE_BLOCKS = 50
MESSAGE_TEXT = 4000  # characters
MESSAGE_CHARS = 11_000  # characters over all blocks; about 13,200 are refused
SECTION = 3000  # characters
HEADER = 150  # characters
CONTEXT_ELEMENTS = 10
ROW = 5  # buttons beside each other
BUTTON_TEXT = 75  # characters
BUTTON_VALUE = 2000  # characters
CONFIRM_TITLE, CONFIRM_TEXT, CONFIRM_BUTTON = 100, 300, 30  # characters
BAR = 20  # cells of the longest bar
GLYPHS = {"complete": "✓", "in_progress": "▶", "pending": "○", "error": "✕"}
MARKS = {"best": "◎ ", "excluded": "✕ ", "normal": ""}
Json = dict[str, Any]
_BOLD = re.compile(r"\*\*(.+?)\*\*")


def message(reply: Reply, texts: Texts, language: Language) -> Json:
    """Return what chat.postMessage and chat.update take beside channel and ts; a message too long loses its last blocks."""
    drawer = _Drawer(texts, language)
    blocks = [drawn for block in reply.blocks for drawn in drawer.block(block)]
    if reply.ask:
        blocks += drawer.ask(reply.ask)
    return {
        "text": _escape(_cut(reply.text, MESSAGE_TEXT)),
        "unfurl_links": False,
        "unfurl_media": False,
        "blocks": _fitting(blocks),
    }


class _Drawer:
    def __init__(self, texts: Texts, language: Language) -> None:
        self._texts = texts
        self._language = language
        self._count = 0

    def _say(self, name: str, **values: object) -> str:
        return self._texts.say(f"slack.{name}", self._language, **values)

    def block(self, block: Block) -> list[Json]:
        match block:
            case Heading(text):
                return [{"type": "header", "text": _plain(text, HEADER)}]
            case Paragraph(text, tone):
                return self._paragraph(text, tone)
            case Facts(items):
                return _sections("\n".join(f"• *{_escape(f.label)}*: {_escape(f.value)}" for f in items))
            case Table(caption, columns, rows):
                lines = [
                    "• " + " · ".join(f"{_escape(c.title)} {_escape(v)}" for c, v in zip(columns, r, strict=True)) for r in rows
                ]
                return _sections(f"*{_escape(caption)}*\n" + "\n".join(lines))
            case Chart():
                return self._chart(block)
            case Steps(title, items):
                lines = [f"{GLYPHS[s.status]} {_escape(s.title)} {_escape(s.output)}".rstrip() for s in items]
                return _sections(f"*{_escape(title)}*\n" + "\n".join(lines))
            case Sources():
                return self._sources(block)
            case Details(title, blocks):
                return [*_sections(f"*{_escape(title)}*"), *(drawn for inner in blocks for drawn in self.block(inner))]
            case Buttons(items, _, label):
                lead = [_context(_escape(label))] if label else []
                return [*lead, *self._rows(items)]
            case Feedback(answer):
                votes = tuple(
                    Button(self._say(vote), Press("feedback.vote", {"aid": answer, "vote": vote})) for vote in ("up", "down")
                )
                return self._rows(votes)
            case Divider():
                return [{"type": "divider"}]
            case _:
                assert_never(block)

    def ask(self, ask: Ask) -> list[Json]:
        """A question as a message: each option with a button of its own, then the ways back and out."""
        blocks: list[Json] = []
        if ask.of:
            blocks.append(_context(self._say("progress", step=ask.step, of=ask.of)))
        for field in ask.fields:
            blocks += _sections(f"*{_escape(field.label)}*" + (f"\n{_escape(field.hint)}" if field.hint else ""))
            for number, option in enumerate(field.options, 1):
                data = {**ask.state, "form": ask.form, "f": field.id, "o": option.id}
                button = self._button(Button(self._say("choose"), Press(ask.form, data)))
                blocks.append({"type": "section", "text": _mrkdwn(f"{number}. {_escape(option.text)}"), "accessory": button})
        if ask.why:
            blocks.append(_context(_escape(ask.why)))
        if ask.guideline:
            blocks += _sections(f"> {_escape(ask.guideline.text)}\n{_escape(ask.guideline.source)}")
        return [*blocks, *self._rows(ask.buttons)]

    def _paragraph(self, text: str, tone: str) -> list[Json]:
        match tone:
            case "quiet":
                return [_context(_cut(_light(text), SECTION))]
            case "quote":
                return _sections("\n".join(f"> {line}" for line in _light(text).split("\n")))
            case "code":
                return [{"type": "section", "text": _mrkdwn(f"```\n{_cut(_escape(text), SECTION - 10)}\n```")}]
            case "warning" | "bad":
                return _sections(f"⚠️ {_light(text)}")
            case _:
                return _sections(_light(text))

    def _chart(self, chart: Chart) -> list[Json]:
        top = max((b.value for b in chart.bars if b.value > 0), default=1)
        lines = []
        for bar in chart.bars:
            cells = max(0, round(BAR * bar.value / top))
            lines.append(f"{'█' * cells}{'░' * (BAR - cells)} {bar.shown:>6} {MARKS[bar.state]}{_escape(bar.short)}")
        drawn = "\n".join(lines)
        return _sections(f"*{_escape(chart.title)}*\n```\n{drawn}\n```\n{_escape(chart.legend)}".rstrip())

    def _sources(self, block: Sources) -> list[Json]:
        lines = [
            f"*[{s.number}]* {_escape(' · '.join(p for p in (s.title, s.place, s.version, s.updated) if p))}"
            + (" ⚠️" if s.stale else "")
            for s in block.items
        ]
        buttons = tuple(
            Button(f"[{s.number}] {s.place}", Press("source.open", {"aid": block.answer, "s": s.id, "n": s.number}))
            for s in block.items
        )
        return [_context("\n".join(lines)), *self._rows(buttons)] if lines else []

    def _rows(self, buttons: tuple[Button, ...]) -> list[Json]:
        drawn = [self._button(b) for b in buttons]
        return [{"type": "actions", "elements": drawn[at : at + ROW]} for at in range(0, len(drawn), ROW)]

    def _button(self, button: Button) -> Json:
        self._count += 1  # action_id must be unique within a message
        drawn: Json = {
            "type": "button",
            "action_id": f"{button.press.action}:{self._count}",
            "text": _plain(button.label, BUTTON_TEXT),
            "value": json.dumps(dict(button.press.data), ensure_ascii=False, separators=(",", ":"))[:BUTTON_VALUE],
        }
        if button.url:
            drawn["url"] = button.url
        if button.style != "plain":
            drawn["style"] = button.style
        if button.confirm:
            drawn["confirm"] = _confirm(button.confirm)
        return drawn


def _confirm(confirm: Confirm) -> Json:
    return {
        "title": _plain(confirm.title, CONFIRM_TITLE),
        "text": _plain(confirm.text, CONFIRM_TEXT),
        "confirm": _plain(confirm.ok, CONFIRM_BUTTON),
        "deny": _plain(confirm.cancel, CONFIRM_BUTTON),
    }


def _fitting(blocks: list[Json]) -> list[Json]:
    """Keep the first blocks that fit the message; what comes first matters most."""
    kept: list[Json] = []
    size = 0
    for block in blocks[:MESSAGE_BLOCKS]:
        size += sum(len(text) for text in _texts(block))
        if size > MESSAGE_CHARS:
            break
        kept.append(block)
    return kept


def _texts(value: object) -> list[str]:
    if isinstance(value, dict):
        own = [value["text"]] if isinstance(value.get("text"), str) else []
        return own + [t for inner in value.values() for t in _texts(inner)]
    return [t for inner in value for t in _texts(inner)] if isinstance(value, list) else []


def _sections(text: str) -> list[Json]:
    """Return sections of at most 3,000 characters, cut at line ends."""
    out: list[Json] = []
    while len(text) > SECTION:
        at = text.rfind("\n", 0, SECTION)
        at = at if at > 0 else SECTION
        out.append({"type": "section", "text": _mrkdwn(text[:at])})
        text = text[at:].lstrip("\n")
    return [*out, {"type": "section", "text": _mrkdwn(text)}] if text.strip() else out


def _context(text: str) -> Json:
    return {"type": "context", "elements": [_mrkdwn(_cut(text, SECTION))]}


def _mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def _plain(text: str, limit: int) -> Json:
    return {"type": "plain_text", "text": _cut(text, limit) or "–", "emoji": False}


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _light(text: str) -> str:
    """Our light markup as mrkdwn: Slack's bold needs a space or a line's edge beside it."""
    lines = (_BOLD.sub(r" *\1* ", line).strip() if "**" in line else line for line in _escape(text).split("\n"))
    return "\n".join(f"• {line[2:]}" if line.startswith("- ") else line for line in lines)
