"""Every action comes back from every face as the typed value it was drawn with."""

from dataclasses import fields
from typing import get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.web.forms import ELSEWHERE
from handlers.actions.action import Action, action, decode
from handlers.actions.registry import every_action, read
from handlers.conversation import Ask, Button, Buttons, Field, Form, Option, Press, Reply
from tests.bot.hands import FACES, MESSAGES

LONGEST = 60  # characters of one text: what all of them carry together is bounded
VALUES = {str: st.text(max_size=LONGEST), int: st.integers(), bool: st.booleans()}
ACTIONS = every_action()
TOGETHER = 8  # actions in one reply


def batched(names, size):
    """Return the names in groups of so many."""
    names = list(names)
    return [tuple(names[first : first + size]) for first in range(0, len(names), size)]


def any_of(kind):
    """Return the action with any values its fields may have."""
    hints = get_type_hints(kind)
    values = {}
    for field in fields(kind):
        hint = hints[field.name]
        values[field.name] = VALUES[hint] if hint in VALUES else st.from_type(hint)
    return st.builds(kind, **values)


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("names", batched(ACTIONS, TOGETHER), ids=lambda names: names[0])
def test_drawn_actions_come_back_equal(face, names):
    """Each stands in a row of its own; drawing and drawing anew costs more than the buttons do."""

    @settings(max_examples=8)
    @given(drawn=st.tuples(*(any_of(ACTIONS[name]) for name in names)))
    def come_back(drawn):
        back = FACES[face](Reply("t", tuple(Buttons((Button("b", one),)) for one in drawn)), {})
        # a page has no thread to share in
        there = [one for one in drawn if face != "web" or one.name not in ELSEWHERE]

        assert {read(content) for content in back} == set(there)

    come_back()


@pytest.mark.parametrize("face", ["slack window", "teams", "web", "terminal"])
@pytest.mark.parametrize("name", ACTIONS)
def test_the_action_of_a_form_comes_back_equal(face, name):
    @settings(max_examples=3)
    @given(drawn=any_of(ACTIONS[name]))
    def comes_back(drawn):
        field = Field("q", "choice", "q", options=(Option("ok", "はい"),))
        ask = Ask(drawn.name, "題", "問い", (field,), "送る", "やめる", drawn.data)
        back = FACES[face](Reply("問い", ask=ask), {"q": "ok"})

        assert drawn in {read(content) for content in back if isinstance(content, Form)}

    comes_back()


@pytest.mark.parametrize("name", ACTIONS)
def test_a_field_that_is_missing_or_malformed_is_never_guessed(name):
    kind = ACTIONS[name]
    wrong = {str: 7, int: "7", bool: "yes"}

    @settings(max_examples=5)
    @given(whole=any_of(kind))
    def is_refused(whole):
        for part in kind.parts:
            without = {key: value for key, value in whole.data.items() if key != part.key}
            read_without = decode(name, without)
            if part.key in whole.data:
                assert read_without != whole
            assert decode(name, without | {part.key: wrong[part.kind]}) is None
            assert decode(name, without | {part.key: None}) is None

    is_refused()


def test_a_text_that_is_none_of_the_choices_is_refused():
    assert decode("feedback.vote", {"aid": "a", "vote": "up"}) is not None
    assert decode("feedback.vote", {"aid": "a", "vote": "sideways"}) is None


def test_what_a_button_of_a_former_version_carried_besides_is_passed_over():
    drawn = read(Press("document.details", {"d": "doc", "v": "ver"}))

    assert drawn == ACTIONS["document.details"]("doc")


def test_an_action_that_nobody_draws_is_none():
    assert read(Press("document.burn", {"d": "doc"})) is None


def test_two_actions_of_one_name_two_fields_of_one_key_and_a_strange_type_are_refused():
    with pytest.raises(ValueError, match=r"two actions are called document\.open"):

        @action("document.open")
        class Again(Action):
            document: str

    with pytest.raises(ValueError, match="two fields of Both travel as 'o'"):

        @action("test.both")
        class Both(Action):
            option: str
            other: str

    with pytest.raises(TypeError, match="no button carries"):

        @action("test.strange")
        class Strange(Action):
            share: float


@pytest.mark.parametrize("face", MESSAGES)
def test_actions_of_all_rooms_stand_in_one_row(face):
    """A row of many buttons becomes a menu on some faces; each is still its own."""
    drawn = [
        kind("a", 1) if name in ("ask.followup", "ask.meant") else None
        for name, kind in ACTIONS.items()
    ]
    row = tuple(Button("b", one) for one in drawn if one is not None)

    back = FACES[face](Reply("t", (Buttons(row),)), {})

    assert {read(content) for content in back} == {button.action for button in row}
