"""The table of promises names what exists, and leaves none out."""

from tests.soak.all import ROOT, STATES, checks

ROOMS = {"S": 15, "T": 11, "R": 12, "Q": 12, "P": 18, "F": 8, "I": 13, "A": 12, "W": 6, "L": 12}


def test_every_check_is_there_once_and_what_it_names_exists():
    table = checks()
    expected = [f"{room}{number}" for room, most in ROOMS.items() for number in range(1, most + 1)]
    assert [check.id for check in table] == expected
    missing = [path for check in table for path in check.by if not (ROOT / path).is_file()]
    assert missing == []


def test_what_is_not_proven_says_what_it_needs_or_by_what_it_is_in_part():
    for check in checks():
        assert check.state in STATES
        assert check.by or check.needs, check.id
        assert (check.state == "waits") == (not check.by), check.id
        assert check.needs or check.state != "waits", check.id
