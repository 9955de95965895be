"""Trying other answers on the result's own sheet: the form, and the points it moves. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from bot.web.blocks import Blocks
from bot.web.forms import Forms
from bot.web.markup import css, flag
from handlers.conversation import Buttons, Chart, Details, Facts, Field, Press, Reply

TRIAL, TRY = "choose.trial", "choose.whatif"
RUN, REVISION, CHANGES = "rid", "rev", "changes"
LIST, EQUALS = ",", "="
UNFOLDED = 4  # questions whose answers can be pressed at once; the others unfold


@dataclass(frozen=True, slots=True)
class Trial:
    """What stands on the sheet: the form, the points, and whether an answer is another one."""

    form: str
    board: str
    outcome: str
    changed: bool


def first(reply: Reply) -> Press | None:
    """Return what asks for the form of a result; None where a reply is none that can be tried."""
    for block in reply.blocks:
        inner = block.blocks if isinstance(block, Details) else (block,)
        for one in inner:
            if not isinstance(one, Buttons):
                continue
            for button in one.items:
                if button.press.action == TRY:
                    return Press(TRIAL, button.press.data)
    return None


def asked(query: Mapping[str, str]) -> Press:
    """Return what an address asks to be tried: every answer that is another one than was given."""
    changes = []
    for name, value in query.items():
        kind, _, criterion = name.partition(":")
        if kind == "is" and value != query.get(f"was:{criterion}"):
            changes.append(f"{criterion}{EQUALS}{value}")
    revision = query.get(REVISION, "0")
    data: dict[str, str | int] = {RUN: query.get(RUN, "")}
    if revision.isascii() and revision.isdigit() and len(revision) < 9:
        data[REVISION] = int(revision)
    if changes:
        data[CHANGES] = LIST.join(changes)
    return Press(TRIAL, data)


def drawn(
    reply: Reply, asks: Press, was: Mapping[str, str], forms: Forms, blocks: Blocks
) -> Trial | None:
    """
    Return the trial that a reply answers; `was` are the recorded answers, empty where the reply
    itself shows them. None where the run is not there any more.
    """
    if reply.ask is None or reply.ask.form != TRIAL:
        return None
    board, keep = "", ""
    for block in reply.blocks:
        if isinstance(block, Chart | Facts):
            board += blocks.block(block)
        elif isinstance(block, Buttons):
            keep += blocks.block(block)
    outcome = f"<b>{escape(reply.text)}</b>{keep}"
    recorded = was or {field.id: field.initial for field in reply.ask.fields}
    hidden = ""
    for name in (RUN, REVISION):
        value = escape(str(asks.data.get(name, "")))
        hidden += f'<input type="hidden" name="{name}" value="{value}">'
    sets = ""
    for number, field in enumerate(reply.ask.fields):
        sets += _set(field, recorded.get(field.id, ""), unfolded=number < UNFOLDED)
    changed = bool(asks.data.get(CHANGES))
    count = f"<button data-count>{forms.say('trial_count')}</button>"
    trial = ' class="trial"' if changed else ""
    form = (
        f'<form data-what{trial} method="get" action="/choose/trial">{hidden}'
        f'<div class="row apart sayso"><div class="stack near" data-outcome>{outcome}</div>{count}'
        f'</div><div class="what">{sets}</div></form>'
    )
    return Trial(form, board, outcome, changed)


def _set(field: Field, was: str, *, unfolded: bool) -> str:
    """
    Return one question as a fold that says its answer, with all answers as chips inside; what was
    answered stays known.
    """
    name = escape(field.id)
    options, shown = "", ""
    for option in field.options:
        ticked = flag("checked", on=option.id == field.initial)
        value, text = escape(option.id), escape(option.text)
        radio = f'<input type="radio" name="is:{name}" value="{value}"{ticked}>'
        options += f"<label>{radio}<span>{text}</span></label>"
        if option.id == field.initial:
            shown = text
    moved = field.initial != was
    kind = "moved" if moved else ""
    label = escape(field.label)
    summary = f"<summary><span>{label}</span> <b>{shown}</b></summary>"
    before = f'<input type="hidden" name="was:{name}" value="{escape(was)}">'
    return (
        f"<details{flag('open', on=unfolded or moved)}>{summary}"
        f'<fieldset data-was="{escape(was)}"{css(kind)}>'
        f'<legend class="hidden">{label}</legend>{before}'
        f'<div class="set">{options}</div></fieldset></details>'
    )


def recorded(query: Mapping[str, str]) -> dict[str, str]:
    """Return the recorded answers that an address brought along."""
    was = {}
    for name, value in query.items():
        kind, _, criterion = name.partition(":")
        if kind == "was":
            was[criterion] = value
    return was
