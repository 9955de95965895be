"""
What people filled into a window: values and files of its fields, and what is still missing. Pure.
"""

from collections.abc import Iterator

from bot.slack.objects import part, rows, shared_files, word
from bot.slack.payload import Input, Json, Payload, SharedFile, Submission


def submission(view: Json, team: str) -> Submission:
    """Return what was sent with a window; people who were chosen belong to `team`."""
    inputs = tuple(_inputs(view, team))
    return Submission(word(view, "callback_id"), inputs, tuple(_required(view)))


def values(form: Submission) -> dict[str, str]:
    """Return the value of each field by its id, "" when left empty."""
    return {field.name: field.value for field in form.inputs}


def files(form: Submission) -> tuple[SharedFile, ...]:
    """Return the files that came with the form, in the order of its fields."""
    return tuple(file for field in form.inputs for file in field.files)


def errors(payload: Payload) -> dict[str, str]:
    """Return the error of each field that must not be empty and is."""
    if not isinstance(payload.deed, Submission) or not payload.memory.required_error:
        return {}
    filled = {field.name for field in payload.deed.inputs if field.files or field.value.strip()}
    missing = [name for name in payload.deed.required if name not in filled]
    return dict.fromkeys(missing, payload.memory.required_error)


def _required(view: Json) -> Iterator[str]:
    for block in rows(view.get("blocks")):
        if not isinstance(block, dict) or block.get("type") != "input":
            continue
        name = word(block, "block_id")
        if name and not block.get("optional"):
            yield name


def _inputs(view: Json, team: str) -> Iterator[Input]:
    """Yield what stands in each field; Slack keeps it by block and, within that, by action."""
    state = part(part(view, "state"), "values")
    for name, block in state.items():
        if not isinstance(block, dict):
            continue
        for field in block.values():
            if isinstance(field, dict):
                yield Input(str(name), _value(field, team), shared_files(field.get("files")))


def _value(field: Json, team: str) -> str:
    person = word(field, "selected_user")
    if person:
        return f"slack:{team}:{person}"
    chosen = field.get("selected_options")
    if isinstance(chosen, list):
        return ",".join([word(option, "value") for option in chosen])
    option = part(field, "selected_option")
    return word(option, "value") or word(field, "value") or word(field, "selected_date")
