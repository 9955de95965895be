"""The command as people and machines meet it: one sentence, the right exit code; real processes where they are the subject."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from tests.bot.command.conftest import ENGLISH, run
from tests.conftest import ROOT
from tests.preloaded import Started
from tests.processes import START
from tests.shelving import COMES_ALONG

pytestmark = pytest.mark.early
JAPANESE = {"LANG": "ja_JP.UTF-8", "LC_ALL": "ja_JP.UTF-8"}


def one_sentence(told):
    lines = [line for line in told.stderr.splitlines() if line.strip()]
    assert len(lines) == 1, told.stderr
    return lines[0]


@pytest.mark.parametrize(("environment", "word"), [(ENGLISH, "bogus"), (JAPANESE, "bogus")])
def test_an_unknown_word_is_a_usage_error_in_the_persons_language(environment, word):
    told = run(word, environment=environment)

    assert told.returncode == 2
    assert word in one_sentence(told)
    assert ("使い方" in told.stderr) == (environment is JAPANESE)


def test_half_a_section_is_named_and_stops_the_start(tmp_path):
    told = run(
        "serve", "--data", str(tmp_path), environment=ENGLISH | {"SLACK_BOT_TOKEN": "xoxb-hush"}
    )

    assert told.returncode == 2
    assert "SLACK_SIGNING_SECRET" in one_sentence(told)
    assert "hush" not in told.stderr


def test_a_taken_port_is_named(tmp_path):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        told = run("serve", "--port", str(port), "--data", str(tmp_path))

    assert told.returncode == 1
    assert str(port) in one_sentence(told)


def test_an_unwritable_data_folder_is_named(tmp_path):
    blocker = tmp_path / "file"
    blocker.write_text("not a folder")
    told = run("documents", "--data", str(blocker / "data"))

    assert told.returncode == 1
    assert str(blocker) in one_sentence(told)


def test_errors_come_as_json_too(tmp_path, call):
    blocker = tmp_path / "file"
    blocker.write_text("not a folder")
    told = call("documents", "--json", "--data", str(blocker / "data"))

    error = json.loads(told.stdout)["error"]
    assert error["code"] == "unwritable_folder"
    assert error["ja"]
    assert error["en"] in told.stderr


def test_listening_beyond_this_machine_needs_a_public_address(tmp_path):
    told = run("serve", "--host", "0.0.0.0", "--data", str(tmp_path))

    assert told.returncode == 2
    assert "PUBLIC_URL" in one_sentence(told)


@pytest.mark.parametrize("question", ["", "   ", "あ" * 10_000, "🎉🎉", "\x01\x02\x03"])
def test_a_question_that_is_none_gets_one_sentence(tmp_path, call, question):
    told = call("ask", question, "--data", str(tmp_path))

    assert told.returncode == 1
    assert one_sentence(told)


def test_many_questions_come_back_in_order(tmp_path):
    rows = [
        {"id": "a", "text": "RAGは社内文書を全部学習しますか?"},
        {"id": "b", "text": "Who speaks for METI?"},
    ]
    stdin = "".join(json.dumps(row) + "\n" for row in rows)
    told = run("ask", "--questions", "-", "--json", "--data", str(tmp_path), stdin=stdin)

    answers = [json.loads(line) for line in told.stdout.splitlines()]
    assert [a["id"] for a in answers] == ["a", "b"]
    assert [a["language"] for a in answers] == ["ja", "en"]
    assert 18 in [c["page"] for c in answers[0]["citations"]]
    assert 2 in [c["page"] for c in answers[1]["citations"]]


def test_talk_is_told_to_machines_by_its_mode(tmp_path, call):
    texts = [
        "ありがとう!",
        "資料の一覧",
        "おすすめは?",
        "👍",
        "お疲れ様です。RAGは社内文書を全部学習しますか?よろしくお願いします。",
    ]
    stdin = "".join(json.dumps({"id": str(n), "text": text}) + "\n" for n, text in enumerate(texts))
    told = call("ask", "--questions", "-", "--json", "--data", str(tmp_path), stdin=stdin)

    answers = [json.loads(line) for line in told.stdout.splitlines()]
    assert [a["mode"] for a in answers] == ["talk", "documents", "dialog", "talk", "answered"]
    assert all(a["answer"] for a in answers)
    assert {a["language"] for a in answers if a["question"] != "👍"} == {"ja"}
    assert [bool(a["citations"]) for a in answers] == [False, False, False, False, True]
    assert answers[-1]["question"] == "RAGは社内文書を全部学習しますか?"


def test_a_call_knows_nothing_of_the_one_before(tmp_path, call):
    def ask(question):
        return call("ask", question, "--data", str(tmp_path), environment=JAPANESE).stdout

    alone = ask("短所は?")
    ask("RAGって社内文書を全部覚えてるの?")

    assert alone
    assert ask("短所は?") == alone


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("こんにちは", "こんにちは。"),
        ("thanks a lot!", "You are welcome."),
        ("🙏", "You are welcome."),
    ],
)
def test_talk_at_the_terminal_gets_a_word_back(tmp_path, call, text, word):
    told = call("ask", text, "--data", str(tmp_path))

    assert told.returncode == 0
    assert told.stdout.startswith(word)


def test_a_second_server_on_the_same_folder_is_told_so_and_the_first_goes_on(tmp_path):
    words = [
        sys.executable,
        "-m",
        "bot.command.cli",
        "serve",
        "--port",
        "0",
        "--data",
        str(tmp_path),
    ]
    first = Started(
        words, env=os.environ | ENGLISH, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        address = first.stdout.readline().split()[1]
        fetch(address)
        told = run("serve", "--port", "0", "--data", str(tmp_path))
        assert told.returncode == 1
        assert str(tmp_path) in one_sentence(told)
        assert fetch(address + "live") == b'{"live":true}'
    finally:
        first.send_signal(signal.SIGTERM)
        _out, err = first.communicate(timeout=START)
    assert "Traceback" not in err


def fetch(address):
    for _ in range(200):
        try:
            with urllib.request.urlopen(address, timeout=START) as answer:
                return answer.read()
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"{address} did not answer")


@pytest.mark.parametrize("words", [["documents"], ["search", "RAG"]])
def test_what_answers_nothing_does_not_wait_for_llamaindex(tmp_path, words):
    code = (
        "import sys; from bot.command.cli import main; "
        "status = main(sys.argv[1:]); assert 'llama_index' not in sys.modules; sys.exit(status)"
    )
    told = subprocess.run(
        [sys.executable, "-c", code, *words, "--data", str(tmp_path)],
        cwd=ROOT,
        env=os.environ | ENGLISH,
        capture_output=True,
        text=True,
        check=False,
    )

    assert told.returncode == 0, told.stderr


def test_the_default_data_folder_is_in_the_working_folder(tmp_path, call, monkeypatch):
    monkeypatch.delenv("LLM_CHOOSE_DATA", raising=False)
    monkeypatch.chdir(tmp_path)
    told = call("documents", "--json")

    assert told.returncode == 0, told.stderr
    assert len(json.loads(told.stdout)["documents"]) == COMES_ALONG
    assert (tmp_path / "data" / "qdrant").is_dir()
