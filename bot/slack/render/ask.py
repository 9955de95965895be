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
    if not guided(ask):
        return _way_into_a_window(ask, drawer)
    [field] = ask.fields
    blocks = _lead(ask, drawer)
    question = f"**{field.label}**"
    if field.hint:
        question += f"\n{field.hint}"
    blocks += sections(question)
    blocks += _behind(ask, drawer)
    for number, offered in enumerate(field.options, 1):
        answer = Form(ask.form, ask.state, {field.id: offered.id})
        button = drawer.buttons.button(Button(drawer.say("choose"), Press(ask.form)), answer)
        button["accessibility_label"] = cut(f"{drawer.say('choose')}: {offered.text}", BUTTON_TEXT)
        blocks.append(section(mrkdwn(f"{number}. {offered.text}")) | {"accessory": button})
    ways = [*ask.buttons]
    if all(ask.stop != way.label for way in ways):
        room = ask.form.partition(".")[0]
        ways.append(Button(ask.stop, Press(f"{room}.stop", ask.state)))
    return [*blocks, *drawer.buttons.rows(tuple(ways))]


def _way_into_a_window(ask: Ask, drawer: Classic) -> list[Json]:
    """Return the names of the fields, and the button that opens their window."""
    blocks = _lead(ask, drawer)
    lines = [f"**{ask.text}**"]
    lines += [f"- {field.label}" for field in ask.fields]
    blocks += sections("\n".join(lines))
    opener = Button(ask.title, Press(ask.form, ask.state), "primary")
    return [*blocks, *drawer.buttons.rows((opener, *ask.buttons))]


def in_text(ask: Ask) -> str:
    """Return the options of a single choice as numbered lines, for where no blocks are drawn."""
    if len(ask.fields) != 1:
        return ""
    options = ask.fields[0].options
    lines = [f"\n{number}. {offered.text}" for number, offered in enumerate(options, 1)]
    return "".join(lines)


def in_window(ask: Ask, drawer: Classic) -> list[Json]:
    """Return the fields; the title, the submit and the close button belong to the window."""
    blocks = _lead(ask, drawer)
    if not (ask.step or ask.intro) and ask.text != ask.fields[0].label:
        blocks += sections(ask.text)
    alone = len(ask.fields) == 1
    blocks += [_field(field, alone=alone) for field in ask.fields]
    blocks += _behind(ask, drawer)
    # a form is left by the window's own button
    ways = [way for way in ask.buttons if ask.step or way.label != ask.stop]
    return [*blocks, *drawer.buttons.rows(tuple(ways))]


def _lead(ask: Ask, drawer: Classic) -> list[Json]:
    parts = []
    if ask.step:
        parts.append(escape(drawer.say("progress", step=ask.step, of=ask.of)))
    if ask.intro:
        parts.append(escape(ask.intro))
    notes = drawer.blocks(ask.notes)
    if not parts:
        return notes
    return [context(" · ".join(parts)), *notes]


def _behind(ask: Ask, drawer: Classic) -> list[Json]:
    """Why we ask, and what the company's own guidelines say."""
    blocks = []
    if ask.why:
        blocks.append(context(mrkdwn(ask.why)))
    if ask.guideline:
        quote = section(quoted(cut(ask.guideline.text, LABEL)))
        blocks.append(quote | {"accessory": drawer.buttons.button(ask.guideline.open)})
        blocks.append(context(escape(ask.guideline.source)))
    return blocks


def _field(field: Field, *, alone: bool) -> Json:
    block: Json = {
        "type": "input",
        "block_id": field.id,
        "label": plain_text(field.label, LABEL),
        "optional": not field.required,
        "element": {"action_id": "value", **_element(field, alone=alone)},
    }
    if field.hint:
        block["hint"] = plain_text(field.hint, LABEL)
    return block


def _element(field: Field, *, alone: bool) -> Json:
    """Return the input itself; a choice that stands `alone` shows its options at once."""
    match field.kind:
        case "files":
            count = min(field.max or FILES, FILES)
            return {"type": "file_input", "filetypes": list(field.types), "max_files": count}
        case "text":
            return _text_input(field)
        case "date":
            return _with_initial({"type": "datepicker"}, "initial_date", field.initial)
        case "person":
            user = field.initial.rsplit(":", 1)[-1]
            return _with_initial({"type": "users_select"}, "initial_user", user)
        case _:
            return _choice(field, alone=alone)


def _with_initial(element: Json, name: str, value: object) -> Json:
    """Return the input with what stands in it from the start, where there is anything."""
    if value:
        element[name] = value
    return element


def _text_input(field: Field) -> Json:
    size = min(field.max or INPUT, INPUT)
    element: Json = {"type": "plain_text_input", "max_length": size}
    if size > LINE:
        element["multiline"] = True
    return _with_initial(element, "initial_value", cut(field.initial, size))


def _choice(field: Field, *, alone: bool) -> Json:
    options = [option(offered.text, offered.id) for offered in field.options[:OPTIONS]]
    chosen = [one for one in options if one["value"] in field.initial.split(",")]
    if field.kind == "toggle":
        boxes: Json = {"type": "checkboxes", "options": options[:RADIO]}
        return _with_initial(boxes, "initial_options", chosen)
    few = alone and len(options) <= RADIO
    select: Json = {"type": "radio_buttons" if few else "static_select", "options": options}
    return _with_initial(select, "initial_option", next(iter(chosen), None))
