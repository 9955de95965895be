"""What a place is called is shown without links, and a file within it by its whole name."""

import pytest

from knowledge.text.sanitise import place_label


@pytest.mark.parametrize(
    "label", ["資料/中.zip › さらに.zip › 奥.txt", "hr/travel.md › 2. Hotels", "第2条第2項", "FAQ"]
)
def test_files_within_files_are_named_by_their_path(label: str) -> None:
    assert place_label(label) == label


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("第2条 evil.example.com/login", "第2条"),
        ("https://evil.example.com › 第3条", "第3条"),
        ("notes.md/login", ""),
        ("evil.zip/a.txt › evil.example.com", ""),
    ],
)
def test_no_place_is_an_address(label: str, shown: str) -> None:
    assert place_label(label) == shown
