"""
Questions to one person: as a message with a button for each option, or as the fields of a window.
"""

from bot.slack.render.classic import Classic
from bot.slack.render.elements import Json, context, option, plain_text, section, sections
from bot.slack.render.limits import (
    BUTTON_TEXT,
    FILES,
    INPUT,
    LABEL,
    OPTIONS,
    RADIO,
)
from bot.slack.render.text import cut, escape, mrkdwn, quoted
from handlers.conversation import Ask, Button, Field, Form, Press

LINE = 150  # characters that still fit a field of one line


def guided(ask: Ask) -> bool:
    """Report whether one press answers it: a single choice."""
    return len(ask.fields) == 1 and ask.fields[0].kind == "choice" and bool(ask.step)


def in_message(ask: Ask, drawer: Classic) -> list[Json]:
    """
    Return the question with each option beside a short button: long options would be cut on buttons
    themselves.
    """
    blocks = _lead(ask, drawer)
    room = ask.form.partition(".")[0]
    ways = [*ask.buttons]
    if not guided(ask):  # its fields need a window, which this press opens
        blocks += sections(
            "\n".join((f"**{ask.text}**", *(f"- {field.label}" for field in ask.fields)))
        )
        return [
            *blocks,
            *drawer.buttons.rows((Button(ask.title, Press(ask.form, ask.state), "primary"), *ways)),
        ]
    [field] = ask.fields
    blocks += sections(f"**{field.label}**" + (f"\n{field.hint}" if field.hint else ""))
    blocks += _behind(ask, drawer)
    for number, offered in enumerate(field.options, 1):
        answered = Form(ask.form, ask.state, {field.id: offered.id})
        button = drawer.buttons.button(Button(drawer.say("choose"), Press(ask.form)), answered)
        button["accessibility_label"] = cut(f"{drawer.say('choose')}: {offered.text}", BUTTON_TEXT)
        blocks.append(section(mrkdwn(f"{number}. {offered.text}")) | {"accessory": button})
    if all(ask.stop != way.label for way in ways):
        ways.append(Button(ask.stop, Press(f"{room}.stop", ask.state)))
    return [*blocks, *drawer.buttons.rows(tuple(ways))]


def in_text(ask: Ask) -> str:
    """Return the options of a single choice as numbered lines, for where no blocks are drawn."""
    options = ask.fields[0].options if len(ask.fields) == 1 else ()
    return "".join(f"\n{number}. {offered.text}" for number, offered in enumerate(options, 1))


def in_window(ask: Ask, drawer: Classic) -> list[Json]:
    """Return the fields; the title, the submit and the close button belong to the window."""
    blocks = _lead(ask, drawer)
    if not (ask.step or ask.intro) and ask.text != ask.fields[0].label:
        blocks += sections(ask.text)
    blocks += [_field(field, len(ask.fields) == 1) for field in ask.fields]
    ways = tuple(
        way for way in ask.buttons if way.label != ask.stop or ask.step
    )  # a form is left by the window's own button
    return [*blocks, *_behind(ask, drawer), *drawer.buttons.rows(ways)]


def _lead(ask: Ask, drawer: Classic) -> list[Json]:
    where = drawer.say("progress", step=ask.step, of=ask.of) if ask.step else ""
    lead = " · ".join(escape(text) for text in (where, ask.intro) if text)
    return [*([context(lead)] if lead else []), *drawer.blocks(ask.notes)]


def _behind(ask: Ask, drawer: Classic) -> list[Json]:
    """Why we ask, and what the company's own guidelines say."""
    blocks = [context(mrkdwn(ask.why))] if ask.why else []
    if ask.guideline:
        quote = section(quoted(cut(ask.guideline.text, LABEL)))
        blocks.append(quote | {"accessory": drawer.buttons.button(ask.guideline.open)})
        blocks.append(context(escape(ask.guideline.source)))
    return blocks


def _field(field: Field, alone: bool) -> Json:
    drawn: Json = {
        "type": "input",
        "block_id": field.id,
        "label": plain_text(field.label, LABEL),
        "optional": not field.required,
        "element": {"action_id": "value", **_element(field, alone)},
    }
    return drawn | ({"hint": plain_text(field.hint, LABEL)} if field.hint else {})


def _element(field: Field, alone: bool) -> Json:
    options = [option(offered.text, offered.id) for offered in field.options[:OPTIONS]]
    chosen = [drawn for drawn in options if drawn["value"] in field.initial.split(",")]
    match field.kind:
        case "files":
            return {
                "type": "file_input",
                "filetypes": list(field.types),
                "max_files": min(field.max or FILES, FILES),
            }
        case "text":
            size = min(field.max or INPUT, INPUT)
            written = {"initial_value": cut(field.initial, size)} if field.initial else {}
            long = {"multiline": True} if size > LINE else {}
            return {"type": "plain_text_input", "max_length": size, **long, **written}
        case "date":
            return {
                "type": "datepicker",
                **({"initial_date": field.initial} if field.initial else {}),
            }
        case "person":
            known = field.initial.rsplit(":", 1)[-1]
            return {"type": "users_select", **({"initial_user": known} if known else {})}
        case "toggle":
            return {
                "type": "checkboxes",
                "options": options[:RADIO],
                **({"initial_options": chosen} if chosen else {}),
            }
        case _:
            kind = "radio_buttons" if alone and len(options) <= RADIO else "static_select"
            return {
                "type": kind,
                "options": options,
                **({"initial_option": chosen[0]} if chosen else {}),
            }
