"""
What a button carries through a platform and back, as one text: the same on every face. Pure.

The platform keeps the text under one name of ours and never looks inside, so that no word of ours
can meet one of its own. A press is `["room.verb", {data}]`. A form is
`["room.verb", {state}, {values}]`; its values name the inputs that come along.
"""

import json
import re
from collections.abc import Mapping

from handlers.conversation import Form, Press, Values

KEY = "_press"  # the one name under which a card or a page keeps the text
LIMIT = 2000  # characters; Slack keeps no more with a button, and every face draws the same buttons
# what pages and cards call parts of their own
_TAKEN = re.compile(r"[_=].*|msteams|(?:part|confirm)\d+[co]?", re.DOTALL)


def pack(content: Press | Form) -> str:
    """
    Return what a button carries. Files do not travel.

    Raises:
        ValueError: it is longer than every platform keeps.
    """
    match content:
        case Press(name, data):
            parts = [name, dict(data)]
        case Form(name, state, inputs):
            parts = [name, dict(state), dict(inputs)]
    packed = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
    length = len(packed)
    if length > LIMIT:
        raise ValueError(f"the button {name} carries {length} characters; at most {LIMIT} are kept")
    return packed


def unpack(packed: object) -> Press | Form | None:
    """
    Return what a button carried; None where this is not what `pack` writes.

    What it says is a claim, not a right: whoever acts on it asks again.
    """
    if not isinstance(packed, str) or len(packed) > LIMIT:
        return None
    match _parsed(packed):
        case [str(name), dict(data)] if "." in name:
            return Press(name, values(data))
        case [str(name), dict(state), dict(inputs)] if "." in name:
            answers = {field: str(value) for field, value in values(inputs).items()}
            return Form(name, values(state), answers)
        case _:
            return None


def flat(carried: Mapping[str, object]) -> dict[str, str | int]:
    """
    Return the data of a button of former versions, which lay beside a format number `v`.

    A document's version lay under the same name, as a text drawn over the number.
    """
    found = dict(values(carried))
    if isinstance(found.get("v"), int):
        del found["v"]
    return found


def flat_text(carried: str) -> dict[str, str | int]:
    """Return the data of a button of former versions kept as JSON; empty where it is unreadable."""
    found = _parsed(carried)
    return flat(found) if isinstance(found, dict) else {}


def values(found: object) -> Values:
    """Return the pairs a button may carry: texts and whole numbers. Nothing else was ever drawn."""
    pairs = found.items() if isinstance(found, dict) else ()
    return {_whole(str(key)): _carried(value) for key, value in pairs if type(value) in (str, int)}


def input_name(field: str) -> str:
    """
    Return what an input is called on a card or page, where no field may pass for a part of it.
    """
    return f"={field}" if _TAKEN.fullmatch(field) else field


def _carried(value: str | int) -> str | int:
    return _whole(value) if isinstance(value, str) else value


def _whole(text: str) -> str:
    """Replace half characters, which JSON can spell and UTF-8 cannot."""
    return text.encode("utf-8", "replace").decode()


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
