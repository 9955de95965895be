"""What counts as the same reply shown again: all of it but its ids and figures."""

import pytest

from handlers.conversation import Button, Buttons, Paragraph, Press, Reply
from tests.sheet import CameBack, shape


def shown(
    text="3 件あります", label="開く", first="r_9aZk3-xWq_01PdLmN", second="r_9aZk3-xWq_01PdLmN"
):
    presses = (Press("choose.open", {"rid": first}), Press("choose.stop", {"rid": second}))
    return Reply(text, (Paragraph(text), Buttons(tuple(Button(label, p) for p in presses))))


def test_ids_and_figures_alone_make_no_other_reply():
    other = "r_Q7bbT2mmK_e55-xYv"
    assert shape(shown()) == shape(shown(text="8 件あります", first=other, second=other))


@pytest.mark.parametrize(
    "change",
    [
        {"text": "13 件あります"},
        {"label": "閉じる"},
        {"first": "r_Q7bbT2mmK_e55-xYv"},
        {"first": "", "second": ""},
    ],
)
def test_whatever_else_differs_makes_another_reply(change):
    assert shape(shown()) != shape(shown(**change))


def test_what_came_back_in_one_process_is_known_in_the_next(tmp_path):
    one, other = CameBack(tmp_path / "back"), CameBack(tmp_path / "back")
    one.note([shape(shown())])
    assert shape(shown()) in one and shape(shown()) in other
    assert shape(shown(label="閉じる")) not in other
