"""Every sentence this room says exists, and is given just the values it takes."""

import ast
from collections.abc import Iterator
from pathlib import Path
from string import Template

import pytest

from handlers.texts import Texts

ROOM = Path(__file__).resolve().parents[3] / "handlers/choose"
MODEL = ("model_admin.py", "model_view.py")  # what these say stands in model.yaml
SAY = ("say", "_say", "reply")
TEXTS = Texts.load()


def calls(path: Path) -> Iterator[tuple[str, set[str]]]:
    """Yield each sentence named in a file with the values it is given there."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        first = node.args[0]
        if name not in SAY or not isinstance(first, ast.Constant):
            continue
        if isinstance(first.value, str) and "." not in first.value:  # whole names: test_texts.py
            yield first.value, {keyword.arg or "**" for keyword in node.keywords}


FAMILIES = {"primer.py": "primer"}  # whose sentences stand in a file of their own


@pytest.mark.parametrize("path", sorted(ROOM.glob("*.py")), ids=lambda path: path.name)
def test_every_sentence_of_this_room_exists_and_gets_its_values(path: Path) -> None:
    family = "model" if path.name in MODEL else FAMILIES.get(path.name, "choose")
    for name, values in calls(path):
        sentence = TEXTS.phrase(f"{family}.{name}", **dict.fromkeys(values, "x"))
        assert sentence.ja
        takes = set(Template(TEXTS._phrases[f"{family}.{name}"].ja).get_identifiers())
        assert values == takes, name


def test_the_room_says_something() -> None:
    named = [name for path in ROOM.glob("*.py") for name, _ in calls(path)]
    assert len(named) > 100
