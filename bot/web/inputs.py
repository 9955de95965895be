"""The inputs of a form, one kind after the other. Pure."""

from dataclasses import dataclass
from html import escape
from typing import assert_never

from bot.press import input_name
from bot.web.markup import flag
from handlers.conversation import Field, Option

MANY = 7  # options beyond which a choice becomes a list to open
SHORT = 120  # characters a text of one line may have


@dataclass(frozen=True, slots=True)
class _Names:
    """What an input is called in the page: all escaped. `head` is its label with its hint."""

    id: str
    name: str
    label: str
    hint: str
    head: str
    needs: str  # the attributes that say whether it must be filled in, and where its hint is


class Inputs:
    """Draws for the article `turn`; `blank` is the first row of a list without a choice."""

    def __init__(self, turn: str, blank: str) -> None:
        self._turn = turn
        self._blank = blank

    def field(self, field: Field, *, listed: bool = False) -> str:
        """Return one input with its label; `listed` says that a choice is always a list to open."""
        names = self._names(field)
        match field.kind:
            case "choice" if listed or len(field.options) > MANY:
                return self._list(field, names)
            case "choice":
                return _group(field, names, "radio")
            case "toggle":
                return _group(field, names, "checkbox")
            case "date":
                return _line(field, names, "date", "")
            case "files":
                return _files(field, names)
            case "text" | "person":
                return _text(field, names)
            case _:
                assert_never(field.kind)

    def _names(self, field: Field) -> _Names:
        id_ = escape(f"f{self._turn}-{field.id}")
        label = escape(field.label)
        needs = flag("required", on=field.required)
        hint = ""
        if field.hint:
            hint = f'<p class="hint" id="{id_}-hint">{escape(field.hint)}</p>'
            needs += f' aria-describedby="{id_}-hint"'
        head = f'<label for="{id_}">{label}</label>{hint}'
        return _Names(id_, escape(input_name(field.id)), label, hint, head, needs)

    def _list(self, field: Field, names: _Names) -> str:
        options = ""
        if not field.initial:
            options = f'<option value="">{self._blank}</option>'
        for option in field.options:
            chosen = _marked("selected", option, field)
            options += f'<option value="{escape(option.id)}"{chosen}>{escape(option.text)}</option>'
        select = f'<select id="{names.id}" name="{names.name}"{names.needs}>{options}</select>'
        return f"<div>{names.head}{select}</div>"


def _group(field: Field, names: _Names, kind: str) -> str:
    """Return the options of a field one below the other: "radio" is one of them, "checkbox" any."""
    must = flag("required", on=field.required and kind == "radio")
    options = ""
    for option in field.options:
        chosen = _marked("checked", option, field)
        value = escape(option.id)
        tick = f'<input type="{kind}" name="{names.name}" value="{value}"{must}{chosen}>'
        options += f"<label>{tick} {escape(option.text)}</label>"
    return (
        f'<fieldset><legend class="label">{names.label}</legend>{names.hint}'
        f'<div class="choices">{options}</div></fieldset>'
    )


def _text(field: Field, names: _Names) -> str:
    most = flag(f'maxlength="{field.max}"', on=field.max > 0)
    if field.kind == "person" or 0 < field.max <= SHORT:
        return _line(field, names, "text", most)
    value = escape(field.initial)
    area = f'<textarea id="{names.id}" name="{names.name}" rows="2"{most}{names.needs}>'
    return f"<div>{names.head}{area}{value}</textarea></div>"


def _line(field: Field, names: _Names, kind: str, most: str) -> str:
    place = f'id="{names.id}" name="{names.name}" value="{escape(field.initial)}"'
    return f'<div>{names.head}<input type="{kind}" {place}{most}{names.needs}></div>'


def _files(field: Field, names: _Names) -> str:
    types = escape(",".join([f".{ending}" for ending in field.types]))
    place = f'id="{names.id}" name="{names.name}" accept="{types}" multiple{names.needs}'
    return f'<div class="drop">{names.head}<input type="file" {place}><output></output></div>'


def _marked(word: str, option: Option, field: Field) -> str:
    chosen = [field.initial]
    if field.kind == "toggle":
        chosen = field.initial.split(",")
    return flag(word, on=option.id in chosen)
