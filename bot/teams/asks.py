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
from handlers.conversation import Ask, Button, Field, Form, Press

OPTIONS_SHOWN = 5  # more options become a drop-down list


def body(ask: Ask, drawer: Drawer) -> list[Element]:
    """
    Draw the questions, what helps to answer them, and the buttons. A field for files is left out:
    cards have none.
    """
    inputs = [_input(field, ask) for field in ask.fields if field.kind != "files"]
    main = _guided(ask, drawer, inputs) if ask.step else _form(ask, drawer, inputs)
    return [*main, *_buttons(ask, drawer)]


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
    return {
        "type": "Action.Execute",
        "title": title,
        "verb": verb,
        "data": {KEY: pack(Press(verb, run))},
    }


def _guided(ask: Ask, drawer: Drawer, inputs: list[Element]) -> list[Element]:
    hints = [
        block_text(marked(f.hint), isSubtle=True, size="Small", spacing="Small")
        for f in ask.fields
        if f.hint
    ]
    why = [block_text(marked(ask.why), size="Small")] if ask.why else []
    head = block_text(_progress(ask, drawer), isSubtle=True, size="Small")
    return [head, *inputs, *hints, *why, *_guideline(ask, drawer), *drawer.draw(ask.notes)]


def _form(ask: Ask, drawer: Drawer, inputs: list[Element]) -> list[Element]:
    head = block_text(marked(ask.title), size="Large", weight="Bolder", style="heading")
    intro = [block_text(marked(ask.intro), isSubtle=True, size="Small")] if ask.intro else []
    return [head, *drawer.draw(ask.notes), *intro, *_guideline(ask, drawer), *inputs]


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
    inputs = {f.id: "" for f in ask.fields if f.kind != "files"}
    others = list(ask.buttons)
    if ask.stop and ask.stop not in {b.label for b in others}:
        others.append(Button(ask.stop, Press(f"{_room(ask)}.stop", ask.state)))
    submit = execute(ask.submit, Form(ask.form, ask.state, inputs), "primary", asked=True)
    row: Element = {"type": "ActionSet", "actions": [submit]}
    beside = drawer.actions(others[: ACTIONS - 1], inputs=False, asked=True)
    if beside:
        row["actions"] += beside[0]["actions"]
    return [row, *beside[1:], *drawer.actions(others[ACTIONS - 1 :], inputs=False, asked=True)]


def _input(field: Field, ask: Ask) -> Element:
    common: Element = {"id": input_name(field.id), "label": field.label}
    if field.required:
        common |= {"isRequired": True, "errorMessage": ask.required_error}
    value = {"value": field.initial} if field.initial else {}
    choices = [{"title": o.text, "value": o.id} for o in field.options]
    match field.kind:
        case "text":
            limit = {"maxLength": field.max} if field.max else {}
            hint = {"placeholder": field.hint} if field.hint else {}
            return {"type": "Input.Text", **common, **limit, **hint, **value}
        case "date":
            return {"type": "Input.Date", **common, **value}
        case "choice":
            style = "expanded" if ask.step and len(choices) <= OPTIONS_SHOWN else "compact"
            return {
                "type": "Input.ChoiceSet",
                **common,
                "style": style,
                "wrap": True,
                "choices": choices,
                **value,
            }
        case "person":
            people = {"type": "Data.Query", "dataset": "graph.microsoft.com/users"}
            return {
                "type": "Input.ChoiceSet",
                **common,
                "style": "filtered",
                "choices": [],
                "choices.data": people,
            }
        case "toggle":
            title = field.options[0].text if field.options else field.label
            on = field.options[0].id if field.options else "yes"
            start = on if field.initial else "no"
            return {
                "type": "Input.Toggle",
                **common,
                "title": title,
                "valueOn": on,
                "valueOff": "no",
                "value": start,
                "wrap": True,
            }
        case "files":
            return {}
        case _:
            assert_never(field.kind)


def _progress(ask: Ask, drawer: Drawer) -> str:
    if not ask.step:
        return ask.title
    counted = drawer.say("progress", step=ask.step, of=ask.of)
    return f"{counted} · {ask.intro}" if ask.intro else counted


def _room(ask: Ask) -> str:
    return ask.form.partition(".")[0]


def _run(ask: Ask) -> Element:
    """
    Return the part of the state that names the run; which question is open is looked up when the
    view is asked for.
    """
    return {key: value for key, value in ask.state.items() if key in ("rid", "rev")}
