"""The README says the same in both languages: the same sections, commands, settings, files and addresses."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
JAPANESE = (ROOT / "README.ja.md").read_text(encoding="utf-8")
ENGLISH = (ROOT / "README.md").read_text(encoding="utf-8")


def levels(text: str) -> list[str]:
    """Return how deep each heading stands, in order."""
    return re.findall(r"^(#+) ", text, re.MULTILINE)


def commands(text: str) -> list[str]:
    """Return the lines of code, without what is said about them."""
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    lines = "".join(blocks).splitlines() + re.findall(r"^ {4}(curl .*)$", text, re.MULTILINE)
    return [re.split(r"\s+#", line)[0] for line in lines]


def names(text: str) -> set[str]:
    """
    Return what of settings, commands, endings and paths stands between backticks; the table of
    settings is made of their definitions.
    """
    rest = re.sub(r"^\| `.*$", "", text, flags=re.MULTILINE)
    spans = set(re.findall(r"`([^`\n]+)`", rest))
    return {span for span in spans if re.fullmatch(r"[\x21-\x7e…]+", span)}


def test_the_sections_are_the_same() -> None:
    assert levels(JAPANESE) == levels(ENGLISH)


def test_the_commands_are_the_same() -> None:
    assert len(commands(ENGLISH)) > 20
    assert commands(JAPANESE) == commands(ENGLISH)


def test_what_is_named_is_the_same() -> None:
    assert len(names(ENGLISH)) > 100
    assert names(JAPANESE) ^ names(ENGLISH) == set()


def test_links_within_lead_somewhere() -> None:
    for text in (JAPANESE, ENGLISH):
        headings = [line.lstrip("# ") for line in text.splitlines() if line.startswith("#")]
        anchors = {re.sub(r"[^\w\- ]", "", name.lower()).replace(" ", "-") for name in headings}
        assert {*re.findall(r"\]\(#([^)]+)\)", text)} <= anchors
        for path in re.findall(r"\]\((?!#|https?:)([^)#]+)\)", text):
            assert (ROOT / path).exists(), path
