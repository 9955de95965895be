"""The check of the prose itself: what it counts, and that it notices what got worse or better."""

import pytest

from tests.prose import BOUNDS, Limits, complaints, rooms

SAMPLE = '''"""A module."""

# a comment
NUMBERS = [n for n in range(3)]
PAIRS = {n: n for n in NUMBERS}


def choose(n):
    """Say what it is."""

    def inner():
        return sum(m for m in NUMBERS)

    return "one" if n == inner() else (lambda: "many")()
'''
CODE = 8  # lines of the sample that are neither blank nor a comment


@pytest.fixture
def project(tmp_path):
    """A project with one file in a room below `bot`."""
    room = tmp_path / "bot" / "porch" / "deeper"
    room.mkdir(parents=True)
    (room / "step.py").write_text(SAMPLE)
    return tmp_path


def test_each_expression_counts_once_and_blank_lines_and_comments_do_not(project):
    figures = rooms(project)["bot/porch"]

    assert figures.expressions == 5
    assert figures.code == CODE
    assert figures.as_limits().expressions == 5000 / CODE


def test_a_function_counts_with_what_is_nested_in_it(project):
    figures = rooms(project)["bot/porch"]

    assert figures.function == 7
    assert figures.function_at == "bot/porch/deeper/step.py:8"


def test_files_directly_in_a_root_are_a_room_of_their_own(project):
    (project / "bot" / "door.py").write_text("OPEN = True\n")

    assert sorted(rooms(project)) == ["bot", "bot/porch"]


def test_the_figures_of_several_files_are_joined(project):
    (project / "bot" / "porch" / "mat.py").write_text("WORN = [n for n in ()]\n" * 20)
    figures = rooms(project)["bot/porch"]

    assert figures.expressions == 25
    assert (figures.file, figures.file_at) == (20, "bot/porch/mat.py")
    assert figures.function == 7


def test_a_room_without_an_allowance_keeps_the_bounds(project):
    problems = list(complaints(rooms(project), {}))

    assert problems == [f"bot/porch: expressions 625, at most {BOUNDS.expressions} allowed"]


def test_a_room_as_good_as_its_allowance_passes(project):
    assert list(complaints(rooms(project), {"bot/porch": Limits(expressions=625)})) == []


def test_a_room_that_got_better_lowers_its_allowance(project):
    problems = list(complaints(rooms(project), {"bot/porch": Limits(expressions=626, wide=3)}))

    assert problems == [
        "bot/porch: expressions 625, lower the allowance to 625",
        "bot/porch: wide 0, lower the allowance to 0",
    ]


def test_below_the_bound_nothing_is_to_be_lowered_but_the_allowance_itself(project):
    (project / "bot" / "porch" / "deeper" / "step.py").write_text("OPEN = True\n")
    problems = list(complaints(rooms(project), {"bot/porch": Limits(function=80)}))

    assert problems == [f"bot/porch: function 0, lower the allowance to {BOUNDS.function}"]


@pytest.mark.parametrize(("length", "wide"), [(100, 0), (101, 1)])
def test_the_width_is_counted_in_characters(project, length, wide):
    (project / "bot" / "porch" / "wide.py").write_text("#" + "あ" * (length - 1) + "\n", "utf-8")

    assert rooms(project)["bot/porch"].wide == wide


@pytest.mark.parametrize(("lines", "passes"), [(BOUNDS.file, True), (BOUNDS.file + 1, False)])
def test_a_file_is_named_that_is_too_long(project, lines, passes):
    (project / "bot" / "porch" / "long.py").write_text("OPEN = True\n" * lines)
    problems = list(complaints(rooms(project), {}))

    assert (problems == []) == passes
    assert any("bot/porch/long.py" in sentence for sentence in problems) != passes


def test_an_allowance_for_a_room_that_is_gone_is_taken_out(project):
    allowed = {"bot/porch": Limits(expressions=625), "bot/attic": Limits()}
    problems = list(complaints(rooms(project), allowed))

    assert problems == ["bot/attic: there is no such room; take its allowance out"]
