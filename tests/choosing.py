"""How a person answers what the guided dialog asks: its page as one form, then one option a question."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import yaml

from handlers.conversation import Ask, Content, Form, Press
from knowledge.advisor.engine import Advisor

DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)  # libyaml is ten times as fast
UNSURE = "ns"  # the option "not sure"


@cache
def advisor() -> Advisor:
    """The built-in decision model at work, read once in each process."""
    return Advisor.load()


def as_yaml(model: Mapping[str, Any]) -> str:
    """Return a decision model as a file of YAML."""
    return str(yaml.dump(model, Dumper=DUMPER, allow_unicode=True, sort_keys=False))


def filled_in(ask: Ask, answers: Mapping[str, str] | None = None) -> Form:
    """Return a form with these answers; what they do not name is left empty."""
    given = answers or {}
    values = {field.id: given.get(field.id, "") for field in ask.fields}
    return Form(ask.form, ask.state, values)


def answered(ask: Ask, option: str | None = None) -> Content:
    """
    Return the answer to whatever is asked: `option` where it is one, else the first one. A page gets
    the first option of each choice, or "not sure" throughout.
    """
    if ask.step:
        options = [offered.id for offered in ask.fields[0].options]
        chosen = option if option in options else options[0]
        return Press(ask.form, {**ask.state, "o": chosen})
    answers = {}
    for field in ask.fields:
        if field.options:
            answers[field.id] = UNSURE if option == UNSURE else field.options[0].id
    return filled_in(ask, answers)
