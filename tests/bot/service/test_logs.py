"""What operators read: one bounded line of JSON, without anybody's words and without secrets."""

import json
import logging
import os
import re
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.service.logs import LINE, JsonLines, PlainLines
from tests import preloaded

SECRET = "xoxb-secret 取締役会の議題"


def written(name, message, *args, exc_info=None, **fields):
    record = logging.LogRecord(
        name, logging.ERROR, "/src/somewhere.py", 12, message, args, exc_info
    )
    vars(record).update(fields)
    return JsonLines().format(record)


def test_our_own_records_keep_their_message_and_fields():
    line = json.loads(written("bot.turns", "turn failed", incident="a1b2c3"))

    assert (line["message"], line["incident"], line["level"]) == ("turn failed", "a1b2c3", "error")


@pytest.mark.parametrize("name", ["slack_bolt.AsyncApp", "httpx", "llama_index.core", "botbuilder"])
def test_of_a_librarys_record_only_the_place_is_kept(name):
    text = written(name, f"Unhandled request ({SECRET})", body=SECRET)

    assert json.loads(text)["message"] == "somewhere.py:12"
    assert "secret" not in text
    assert "\\u53d6" not in text


def test_of_an_exception_the_words_are_left_out():
    try:
        try:
            raise KeyError(SECRET)
        except KeyError as error:
            raise RuntimeError(SECRET) from error
    except RuntimeError:
        text = written("bot.turns", "turn failed", exc_info=sys.exc_info())

    line = json.loads(text)
    assert line["error"] == "RuntimeError < KeyError"
    assert line["frames"][-1].startswith("test_logs.py:")
    assert "secret" not in text


def test_of_an_exception_a_terminal_shows_the_kind_and_the_lines():
    try:
        raise RuntimeError(SECRET)
    except RuntimeError:
        record = logging.LogRecord(
            "bot.turns", logging.ERROR, "/src/x.py", 12, "turn failed", (), sys.exc_info()
        )
    text = PlainLines("%(message)s").format(record)

    lines = text.splitlines()
    assert lines[:2] == ["turn failed", "RuntimeError"]
    assert "test_logs.py:" in lines[-1]
    assert "secret" not in text


@given(
    st.text(max_size=50) | st.just("x" * 100_000),
    st.text(max_size=50) | st.just("\x1b[31m\n" * 20_000),
)
def test_one_record_is_one_short_line_of_json(message, field):
    text = written("bot.x", message.replace("%", ""), field=field)

    assert "\n" not in text
    assert len(text) <= LINE
    json.loads(text)


BROKEN = """
import sys
from knowledge.reading import sandbox
sandbox.PRELUDE = f'''import sys; sys.path.insert(0, {sys.argv[1]!r})
from knowledge.reading.readers import markdown
def read(content, budget):
    raise RuntimeError(content.decode())
    yield
markdown.read = read
'''
from bot.command.cli import main
sys.exit(main(sys.argv[2:]))
"""


def test_the_number_a_person_reads_stands_in_the_log_of_a_command_with_the_lines_of_code(tmp_path):
    path = tmp_path / "規程.md"
    path.write_text(f"# 規程\n\n{SECRET}\n", "utf-8")
    root = Path(__file__).resolve().parents[3]
    words = (
        sys.executable,
        "-c",
        BROKEN,
        str(root),
        "add",
        str(path),
        "--data",
        str(tmp_path / "data"),
    )

    ended = preloaded.run(
        words,
        cwd=root,
        env=os.environ | {"LC_ALL": "ja_JP.UTF-8"},
        capture_output=True,
        check=False,
    )

    log, told = ended.stderr.decode().splitlines()
    number = re.search(r"番号 ([0-9a-f]{6})", told)
    assert number is not None
    assert f"number={number.group(1)} " in log
    assert "error=RuntimeError" in log
    assert "child.py:" in log
    assert SECRET not in log
