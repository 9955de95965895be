"""A command among others: what is piped in is the text, Ctrl+C is 130, a narrow screen breaks no word."""

import io
import sys

import pytest
from rich.console import Console

from bot.command import cli
from bot.command.cli import main
from bot.command.piped import piped
from bot.command.terminal import draw
from handlers.actions.documents import ListDocuments
from handlers.conversation import Button, Buttons, Column, Reply, Table


class Pipe(io.StringIO):
    def isatty(self):
        return False


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("words", "text", "filled"),
    [
        (["ask"], "RAGとは?\n", ["ask", "--", "RAGとは?"]),
        (["ask", "-"], "RAGとは?\n", ["ask", "--", "RAGとは?"]),
        (["ask", "--json"], "- 旅費は?\n", ["ask", "--json", "--", "- 旅費は?"]),
        (["ask", "-", "--language", "en"], "What?", ["ask", "--language", "en", "--", "What?"]),
        (["search", "--limit", "3"], "GPU", ["search", "--limit", "3", "--", "GPU"]),
        (["ask", "RAGとは?"], "other", ["ask", "RAGとは?"]),
        (["ask", "--questions", "-"], "{}", ["ask", "--questions", "-"]),
        (["documents"], "x", ["documents"]),
        (["ask", "--bogus"], "x", ["ask", "--bogus"]),
        ([], "x", []),
    ],
)
def test_what_is_piped_in_is_the_text(words, text, filled, monkeypatch):
    monkeypatch.setattr(sys, "stdin", Pipe(text))

    assert piped(words) == filled


def test_a_terminal_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(sys, "stdin", Terminal("never read"))

    assert piped(["ask"]) == ["ask"]


def test_a_piped_question_is_answered(house, monkeypatch, capfd):
    monkeypatch.setattr(sys, "stdin", Pipe("RAGとは何ですか\n"))
    assert main(["search", "--json", "--data", str(house)]) == 0

    assert '"question": "RAGとは何ですか"' in capfd.readouterr().out


def test_whoever_presses_ctrl_c_is_told_so_as_shells_do(monkeypatch):
    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_run", stopped)

    assert main(["documents"]) == 130


ROWS = (
    ("出張旅費規程", "公開中", "2026-11-29", "人事部", "12"),
    ("security policy", "draft", "", "IT", "3"),
)
COLUMNS = tuple(Column(title) for title in ("資料", "状態", "更新", "担当", "ページ"))
LABELS = ("資料を登録する", "公開する", "Roll back to the version before", "Publish", "一覧に戻る")


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_no_word_of_a_table_breaks_and_no_arrow_stands_alone(width):
    out = io.StringIO()
    buttons = Buttons(tuple(Button(label, ListDocuments()) for label in LABELS))
    draw(Reply("", (Table("一覧", COLUMNS, ROWS), buttons)), Console(file=out, width=width))
    text = out.getvalue()

    if width >= 40:
        for word in ("出張旅費規程", "security policy", "2026-11-29", "draft"):
            assert word in text
        for label in LABELS:
            assert f"→ {label}" in text
    assert "→\n" not in text
    assert ("━" in text) == (width >= 80)
