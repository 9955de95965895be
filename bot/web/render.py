"""Replies into HTML, one article a turn. Pure. Everything is escaped; `**bold**`, "- " lists and [n] are the only markup."""

import json
import re
from html import escape
from typing import assert_never

from handlers.conversation import (
    Ask,
    Block,
    Button,
    Buttons,
    Chart,
    Details,
    Divider,
    Facts,
    Feedback,
    Field,
    Heading,
    Paragraph,
    Reply,
    Source,
    Sources,
    Steps,
    Table,
    Values,
)
from handlers.texts import Texts
from knowledge.values import Language

UNSURE = "ns"  # the option that says nothing, drawn dashed
BAR = 240  # user units of the longest bar
STEP = {"pending": "", "in_progress": "now", "complete": "done", "error": "fail"}
_MARK = re.compile(r"\[(\d{1,2})\]")
_BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)


class Page:
    """Draws the replies of one turn; `turn` makes its anchors unique on the page."""

    def __init__(self, texts: Texts, language: Language, turn: str) -> None:
        self._texts = texts
        self._language = language
        self._turn = turn

    def article(self, question: str, reply: Reply) -> str:
        """Return the whole turn: the question, the card and, beside it, the sources."""
        beside = "".join(self._sources(b) for b in reply.blocks if isinstance(b, Sources))
        blocks = [b for b in reply.blocks if not isinstance(b, Sources)]
        spoken = "" if reply.ask and reply.ask.of else f"<p>{self._inline(reply.text)}</p>"
        body = "".join(self._block(b) for b in blocks) or spoken
        chips = f'<div class="chips"><span class="chip">{self._say("only_you")}</span></div>' if reply.private else ""
        asked = self._ask(reply.ask) if reply.ask else ""
        busy = "" if reply.final else ' aria-busy="true"'
        head = f'<header><b>{self._say("you")}</b></header><h2 id="q{self._turn}">{escape(question)}</h2>'
        card = f'<div class="card stack">{chips}{body}{asked}</div>'
        return f'<article class="turn" id="t{self._turn}" aria-labelledby="q{self._turn}"{busy}>{head}{card}{beside}</article>'

    def _say(self, name: str, **values: object) -> str:
        return escape(self._texts.say(f"web.{name}", self._language, **values))

    def _block(self, block: Block) -> str:
        match block:
            case Heading(text):
                return f"<h3>{escape(text)}</h3>"
            case Paragraph(text, tone):
                return self._paragraph(text, tone)
            case Facts(items):
                rows = "".join(f"<dt>{escape(f.label)}</dt><dd>{self._inline(f.value)}</dd>" for f in items)
                return f'<dl class="facts">{rows}</dl>'
            case Table():
                return self._table(block)
            case Chart():
                return self._chart(block)
            case Steps(title, items):
                rows = "".join(
                    f'<li class="{STEP[s.status]}"{" aria-current=step" if s.status == "in_progress" else ""}>'
                    f'<span>{escape(s.title)}</span><span class="time">{escape(s.output)}</span></li>'
                    for s in items
                )
                return f'<p class="small soft">{escape(title)}</p><ol class="steps">{rows}</ol>'
            case Sources():
                return self._sources(block)
            case Details(title, blocks, opened):
                inner = "".join(self._block(b) for b in blocks)
                return f"<details{' open' if opened else ''}><summary>{escape(title)}</summary>{inner}</details>"
            case Buttons(items, row, label):
                lead = f"<span>{escape(label)}</span>" if label else ""
                kind = "buttons follow" if row == "followup" else "buttons"
                return f'<div class="{kind}">{lead}{"".join(self._button(b) for b in items)}</div>'
            case Feedback(answer):
                votes = "".join(
                    self._press(self._say(vote), "feedback.vote", {"aid": answer, "vote": vote}, "") for vote in ("up", "down")
                )
                return f'<div class="feedback"><div class="buttons"><span>{self._say("helpful")}</span>{votes}</div></div>'
            case Divider():
                return "<hr>"
            case _:
                assert_never(block)

    def _paragraph(self, text: str, tone: str) -> str:
        match tone:
            case "answer":
                return f'<div class="answer">{self._prose(text, lead=True)}</div>'
            case "quiet":
                return f'<p class="small soft">{self._inline(text)}</p>'
            case "quote":
                return f"<blockquote>{self._prose(text)}</blockquote>"
            case "code":
                return f'<div class="scroll" tabindex="0" role="group"><pre><code>{escape(text)}</code></pre></div>'
            case "note":
                return f'<div class="note on">{self._prose(text)}</div>'
            case "warning":
                return f'<div class="note warn">{self._prose(text)}</div>'
            case "bad":
                return f'<div class="note bad">{self._prose(text)}</div>'
            case _:
                return self._prose(text)

    def _prose(self, text: str, *, lead: bool = False) -> str:
        """Return lines as paragraphs and "- " lines as lists."""
        out: list[str] = []
        listed: list[str] = []
        for line in [*text.split("\n"), ""]:
            if line.startswith("- "):
                listed.append(f"<li>{self._inline(line[2:])}</li>")
                continue
            if listed:
                out.append(f"<ul>{''.join(listed)}</ul>")
                listed = []
            if line.strip():
                kind = ' class="lead"' if lead and not out else ""
                out.append(f"<p{kind}>{self._inline(line)}</p>")
        return "".join(out)

    def _inline(self, text: str) -> str:
        safe = _BOLD.sub(r"<strong>\1</strong>", escape(text))
        cited = self._say("source")
        return _MARK.sub(
            lambda m: f'<a class="cite" href="#s{self._turn}-{m[1]}" aria-label="{cited} {m[1]}">[{m[1]}]</a>', safe
        ).replace("\n", "<br>")

    def _table(self, table: Table) -> str:
        numbers = ["num" if c.kind == "number" else "" for c in table.columns]
        head = "".join(
            f'<th scope="col" class="{kind}">{escape(c.title)}</th>' for c, kind in zip(table.columns, numbers, strict=True)
        )
        rows = ""
        for row in table.rows:
            cells = "".join(
                f'<th scope="row">{escape(cell)}</th>'
                if n == table.header_column
                else f'<td class="{kind}">{escape(cell)}</td>'
                for n, (cell, kind) in enumerate(zip(row, numbers, strict=True))
            )
            rows += f"<tr>{cells}</tr>"
        caption = escape(table.caption)
        return (
            f'<div class="scroll" tabindex="0" role="group" aria-label="{caption}"><table><caption>{caption}</caption>'
            f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
        )

    def _chart(self, chart: Chart) -> str:
        """One row a bar on one scale, the zero axis drawn; the figures are text, the drawing is decoration."""
        values = [0.0, *(b.value for b in chart.bars)]
        low = min(values)
        scale = BAR / ((max(values) - low) or 1)
        zero = -low * scale
        rows = ""
        for bar in chart.bars:
            kind = {"best": "win", "excluded": "off", "normal": ""}[bar.state]
            left = zero + min(0.0, bar.value) * scale
            shape = f'<rect x="{left:.1f}" y="3" width="{abs(bar.value) * scale:.1f}" height="10"/>'
            axis = f'<line x1="{zero:.1f}" x2="{zero:.1f}" y1="0" y2="16"/>'
            drawn = "" if bar.state == "excluded" else f'<svg viewBox="0 0 {BAR} 16" aria-hidden="true">{shape}{axis}</svg>'
            note = f"{self._say('excluded')} {escape(bar.note)}" if bar.state == "excluded" else drawn
            mark = "◎ " if bar.state == "best" else ""
            name = f'<th scope="row">{mark}{escape(bar.label)}</th>'
            rows += f'<tr class="{kind}">{name}<td class="num">{escape(bar.shown)}</td><td>{note}</td></tr>'
        legend = f'<p class="small soft">{escape(chart.legend)}</p>' if chart.legend else ""
        return f'<table class="chart"><caption>{escape(chart.title)}</caption><tbody>{rows}</tbody></table>{legend}'

    def _sources(self, block: Sources) -> str:
        rows = "".join(self._source(s) for s in block.items)
        title = self._say("sources")
        return f'<aside class="side card" aria-label="{title}"><h3>{title}</h3><ol class="sources">{rows}</ol></aside>'

    def _source(self, source: Source) -> str:
        stale = f' <span class="chip warn">{self._say("stale")}</span>' if source.stale else ""
        dated = escape("・".join(p for p in (source.place, source.version, source.updated) if p))
        passage = _BOLD.sub(r"<mark>\1</mark>", escape(source.excerpt)).replace("\n", "<br>")
        link = f'<p class="small"><a href="{escape(source.url)}">{self._say("original")}</a></p>' if _safe(source.url) else ""
        owner = f'<p class="small soft">{escape(source.owner)}</p>' if source.owner else ""
        return (
            f"<li><details{' open' if source.number == 1 else ''}><summary><b>[{source.number}]</b>"
            f"<span>{escape(source.title)}</span><small>{dated}{stale}</small></summary>"
            f'<div class="body" id="s{self._turn}-{source.number}"><blockquote>{passage}</blockquote>{owner}{link}</div>'
            "</details></li>"
        )

    def _button(self, button: Button) -> str:
        if _safe(button.url):
            return f'<a class="button" href="{escape(button.url)}">{escape(button.label)}</a>'
        kind = "" if button.style == "plain" else button.style
        pressed = self._press(escape(button.label), button.press.action, button.press.data, kind)
        if button.confirm is None:
            return pressed
        c = button.confirm
        ask = f"<p><strong>{escape(c.title)}</strong> {escape(c.text)}</p>"
        return f"<details><summary>{escape(button.label)}</summary>{ask}{pressed}</details>"

    def _press(self, label: str, action: str, data: Values, kind: str) -> str:
        carried = escape(json.dumps(dict(data), ensure_ascii=False))
        style = f' class="{kind}"' if kind else ""
        return (
            f'<form method="post" action="/press" data-turn><input type="hidden" name="action" value="{escape(action)}">'
            f'<input type="hidden" name="data" value="{carried}"><input type="hidden" name="label" value="{label}">'
            f"<button{style}>{label}</button></form>"
        )

    def _ask(self, ask: Ask) -> str:
        progress = self._say("progress", step=ask.step, of=ask.of) if ask.of else ""
        intro = " · ".join(part for part in (progress, escape(ask.intro)) if part)
        parts = [f'<p class="small soft">{intro}</p>' if intro else ""]
        if ask.why:
            parts.append(f'<p class="small soft">{escape(ask.why)}</p>')
        if ask.guideline:
            source = f'<p class="small soft">{escape(ask.guideline.source)}</p>'
            opens = self._button(ask.guideline.open)
            parts.append(f'<div class="note on"><p>{escape(ask.guideline.text)}</p>{source}{opens}</div>')
        parts += [self._block(b) for b in ask.notes]
        state = escape(json.dumps(dict(ask.state), ensure_ascii=False))
        hidden = (
            f'<input type="hidden" name="_form" value="{escape(ask.form)}"><input type="hidden" name="_state" value="{state}">'
        )
        hidden += "".join(_worded(f) for f in ask.fields)
        fields = "".join(self._field(f, guided=bool(ask.of)) for f in ask.fields)
        send = "" if ask.of else f'<button class="primary">{escape(ask.submit)}</button>'
        files = ' enctype="multipart/form-data"' if any(f.kind == "files" for f in ask.fields) else ""
        turn = "" if files else " data-turn"
        parts.append(f'<form class="ask" method="post" action="/form"{files}{turn}>{hidden}{fields}{send}</form>')
        if ask.buttons:
            parts.append(f'<div class="buttons">{"".join(self._button(b) for b in ask.buttons)}</div>')
        return "".join(parts)

    def _field(self, field: Field, *, guided: bool) -> str:
        name, label = escape(field.id), escape(field.label)
        hint = f'<p class="hint">{escape(field.hint)}</p>' if field.hint else ""
        need = " required" if field.required else ""
        if guided and field.kind == "choice":  # one button an option: a press answers
            options = "".join(
                f'<button name="{name}" value="{escape(o.id)}"{kind}>{escape(o.text)}</button>'
                for o in field.options
                for kind in (' class="unsure"' if o.id == UNSURE else "",)
            )
            return f'<fieldset><legend>{label}</legend>{hint}<div class="options">{options}</div></fieldset>'
        match field.kind:
            case "choice" | "toggle":
                kind = "radio" if field.kind == "choice" else "checkbox"
                options = "".join(
                    f'<label><input type="{kind}" name="{name}" value="{escape(o.id)}"'
                    f"{' checked' if o.id == field.initial else ''}> {escape(o.text)}</label>"
                    for o in field.options
                )
                return f'<fieldset class="choices"><legend>{label}</legend>{hint}{options}</fieldset>'
            case "date":
                return f'<label>{label}<input type="date" name="{name}" value="{escape(field.initial)}"{need}></label>{hint}'
            case "files":
                types = escape(",".join(f".{t}" for t in field.types))
                chosen = f'<input type="file" name="{name}" accept="{types}" multiple{need}>'
                return f'<label class="drop">{label}{chosen}<output></output></label>{hint}'
            case "text" | "person":
                return f'<label>{label}<textarea name="{name}" rows="2"{need}>{escape(field.initial)}</textarea></label>{hint}'
            case _:
                assert_never(field.kind)


def _worded(field: Field) -> str:
    """Carry what the options say, so that the turn is headed by words and not by ids."""
    return "".join(
        f'<input type="hidden" name="_said:{escape(field.id)}:{escape(o.id)}" value="{escape(o.text)}">' for o in field.options
    )


def _safe(url: str) -> bool:
    return url.startswith(("https://", "http://", "/files/"))
