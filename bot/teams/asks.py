"""
Questions on paper: an `Ask` in, the body of a card with inputs out. Pure.

A card's inputs come back mixed into the data of the button that was pressed; so the submit button
carries a form whose values name the inputs to pick out again. Every button of the card is marked,
for the next reply replaces the card.
"""

from typing import assert_never

from bot.press import KEY, input_name, pack
from bot.teams.card import ACTIONS, Drawer, execute
from bot.teams.text import Element, block_text, marked
from handlers.conversation import Ask, Button, Field, Form, Option, Press

OPTIONS_SHOWN = 5  # more options become a drop-down list


def body(ask: Ask, drawer: Drawer) -> list[Element]:
    """
    Draw the questions, what helps to answer them, and the buttons. A field for files is left out:
    cards have none.
    """
    inputs = []
    for field in _drawable(ask):
        inputs += _with_hint(_input(field, ask), field, ask, drawer)
    draw = _guided if ask.step else _form
    return [*draw(ask, drawer, inputs), *_buttons(ask, drawer)]


def _drawable(ask: Ask) -> list[Field]:
    return [field for field in ask.fields if field.kind != "files"]


def _with_hint(element: Element, field: Field, ask: Ask, drawer: Drawer) -> list[Element]:
    """
    Return an input with what helps to answer it. A list that is closed asks to choose, or it looks
    empty; its hint stands below, for inside it would look like an answer and be cut. A guided
    question has its hint below all answers.
    """
    if element["type"] != "Input.ChoiceSet" or ask.step:
        return [element]
    if element.get("style") == "compact" and not field.initial:
        element = element | {"placeholder": drawer.say("choose")}
    if not field.hint:
        return [element]
    hint = block_text(marked(field.hint), isSubtle=True, size="Small", spacing="Small")
    return [element, hint]


def base(ask: Ask, drawer: Drawer) -> list[Element]:
    """
    Draw what the others of a channel see meanwhile. The button is for the asker whose client does
    not ask by itself.
    """
    question = ask.fields[0].label if ask.fields else ask.text
    own = {"type": "ActionSet", "actions": [look(_room(ask), drawer.say("open_own"), _run(ask))]}
    return [block_text(marked(ask.others)), block_text(marked(question), isSubtle=True), own]


def refresh(ask: Ask, drawer: Drawer, user: str) -> Element:
    """Return what makes a client ask for the asker's own view; `user` is the asker's Teams id."""
    return {"action": look(_room(ask), _progress(ask, drawer), _run(ask)), "userIds": [user]}


def look(room: str, title: str, run: Element) -> Element:
    """Return the action that asks for a person's own view of a run and changes nothing."""
    verb = f"{room}.view"
    data = {KEY: pack(Press(verb, run))}
    return {"type": "Action.Execute", "title": title, "verb": verb, "data": data}


def _guided(ask: Ask, drawer: Drawer, inputs: list[Element]) -> list[Element]:
    elements = [block_text(_progress(ask, drawer), isSubtle=True, size="Small"), *inputs]
    for field in ask.fields:
        if field.hint:
            hint = marked(field.hint)
            elements.append(block_text(hint, isSubtle=True, size="Small", spacing="Small"))
    if ask.why:
        elements.append(block_text(marked(ask.why), size="Small"))
    return [*elements, *_guideline(ask, drawer), *drawer.draw(ask.notes)]


def _form(ask: Ask, drawer: Drawer, inputs: list[Element]) -> list[Element]:
    head = block_text(marked(ask.title), size="Large", weight="Bolder", style="heading")
    elements = [head, *drawer.draw(ask.notes)]
    labels = [field.label for field in ask.fields[:1]]
    if ask.text and not ask.intro and ask.text not in (ask.title, *labels):
        elements.append(block_text(marked(ask.text)))
    if ask.intro:
        elements.append(block_text(marked(ask.intro), isSubtle=True, size="Small"))
    return [*elements, *_guideline(ask, drawer), *inputs]


def _guideline(ask: Ask, drawer: Drawer) -> list[Element]:
    if ask.guideline is None:
        return []
    source = block_text(marked(ask.guideline.source), isSubtle=True, size="Small", spacing="Small")
    items = [
        block_text(marked(ask.guideline.text)),
        source,
        *drawer.actions([ask.guideline.open], inputs=False),
    ]
    return [{"type": "Container", "style": "emphasis", "items": items}]


def _buttons(ask: Ask, drawer: Drawer) -> list[Element]:
    """
    Submit takes the inputs along; the others leave them, so that an empty required field does not
    hold anyone back.
    """
    inputs = {field.id: "" for field in _drawable(ask)}
    others = list(ask.buttons)
    if ask.stop and all(ask.stop != button.label for button in others):
        others.append(Button(ask.stop, Press(f"{_room(ask)}.stop", ask.state)))
    submit = execute(ask.submit, Form(ask.form, ask.state, inputs), "primary", in_ask=True)
    row: Element = {"type": "ActionSet", "actions": [submit]}
    beside = drawer.actions(others[: ACTIONS - 1], inputs=False, in_ask=True)
    if beside:
        row["actions"] += beside[0]["actions"]
    below = drawer.actions(others[ACTIONS - 1 :], inputs=False, in_ask=True)
    return [row, *beside[1:], *below]


def _input(field: Field, ask: Ask) -> Element:
    common: Element = {"id": input_name(field.id), "label": field.label}
    if field.required:
        common |= {"isRequired": True, "errorMessage": ask.required_error}
    match field.kind:
        case "text":
            return _text_input(field, common)
        case "date":
            return _with_value({"type": "Input.Date", **common}, field)
        case "choice":
            return _choice(field, common, guided=bool(ask.step))
        case "person":
            people = {"type": "Data.Query", "dataset": "graph.microsoft.com/users"}
            filtered = {"style": "filtered", "choices": [], "choices.data": people}
            return {"type": "Input.ChoiceSet", **common, **filtered}
        case "toggle":
            return _toggle(field, common)
        case "files":
            return {}
        case _:
            assert_never(field.kind)


def _with_value(element: Element, field: Field) -> Element:
    """Return the input with what stands in it from the start, where there is anything."""
    if field.initial:
        element["value"] = field.initial
    return element


def _text_input(field: Field, common: Element) -> Element:
    element = {"type": "Input.Text", **common}
    if field.max:
        element["maxLength"] = field.max
    if field.hint:
        element["placeholder"] = field.hint
    return _with_value(element, field)


def _choice(field: Field, common: Element, *, guided: bool) -> Element:
    choices = [{"title": option.text, "value": option.id} for option in field.options]
    style = "expanded" if guided and len(choices) <= OPTIONS_SHOWN else "compact"
    shape = {"style": style, "wrap": True, "choices": choices}
    return _with_value({"type": "Input.ChoiceSet", **common, **shape}, field)


def _toggle(field: Field, common: Element) -> Element:
    if len(field.options) > 1:
        several = _choice(field, common, guided=False)
        return several | {"style": "expanded", "isMultiSelect": True}
    [option, *_] = field.options or [Option("yes", field.label)]
    return {
        "type": "Input.Toggle",
        **common,
        "title": option.text,
        "valueOn": option.id,
        "valueOff": "no",
        "value": option.id if field.initial else "no",
        "wrap": True,
    }


def _progress(ask: Ask, drawer: Drawer) -> str:
    if not ask.step:
        return ask.title
    progress = drawer.say("progress", step=ask.step, of=ask.of)
    if not ask.intro:
        return progress
    return f"{progress} · {ask.intro}"


def _room(ask: Ask) -> str:
    return ask.form.partition(".")[0]


def _run(ask: Ask) -> Element:
    """
    Return the part of the state that names the run; which question is open is looked up when the
    view is asked for.
    """
    return {key: value for key, value in ask.state.items() if key in ("rid", "rev")}
