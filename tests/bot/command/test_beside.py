"""Commands beside a running server: as alone, and carried out by it."""

import json
import os
import signal
import socket
import subprocess
import sys
import tarfile
import time

import pytest
from mcp import Client, StdioServerParameters

from tests.bot.command.conftest import ENGLISH, run
from tests.preloaded import ROOT, Started
from tests.processes import START, BotProcess

TEXT = "# 経費規程\n\n経費の申請期限は翌月5日とする。\n\n宿泊費の上限は1泊12,000円とする。\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server with one published document, and its data folder."""
    folder = tmp_path_factory.mktemp("beside")
    file = folder / "経費規程.md"
    file.write_text(TEXT, "utf-8")
    data = folder / "data"
    added = run("add", str(file), "--publish", "--json", "--data", str(data))
    assert added.returncode == 0, added.stderr
    bot = BotProcess(data, ENGLISH)
    bot.data = data
    bot.document = json.loads(added.stdout)["document"]
    line = bot.process.stdout.readline()
    assert b"http://" in line
    deadline = time.monotonic() + START
    while not (data / "control").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    yield bot
    bot.kill()


def beside(server, *words, **more):
    return run(*words, "--data", str(server.data), **more)


def test_what_stands_there_is_listed_asked_and_searched_beside_the_server(server):
    listed = beside(server, "documents", "--json")
    assert listed.returncode == 0, listed.stderr
    titles = [row["title"] for row in json.loads(listed.stdout)["documents"]]
    assert "経費規程" in titles

    asked = beside(server, "ask", "経費の申請期限は?", "--json")
    assert asked.returncode == 0, asked.stderr
    assert "翌月5日" in json.loads(asked.stdout)["text"]

    searched = beside(server, "search", "宿泊費", "--json")
    assert json.loads(searched.stdout)["hits"][0]["title"] == "経費規程"

    shown = beside(server, "ask", "宿泊費の上限は?")
    assert "12,000円" in shown.stdout
    assert server.process.poll() is None


def test_many_questions_come_by_standard_input_one_after_the_other(server):
    words = [sys.executable, "-m", "bot.command.cli", "ask", "--questions", "-", "--json"]
    words += ["--data", str(server.data)]
    with Started(
        words,
        env=os.environ | ENGLISH,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as asking:
        for question, word in (("経費の申請期限は?", "翌月5日"), ("宿泊費の上限は?", "12,000円")):
            asking.stdin.write(json.dumps({"text": question}) + "\n")
            asking.stdin.flush()
            assert word in json.loads(asking.stdout.readline())["text"]  # before the next is asked
        asking.stdin.close()
        assert asking.wait(START) == 0


def test_the_doctor_examines_the_server_that_runs(server):
    told = beside(server, "check", "--json")

    assert json.loads(told.stdout)["parts"]["library"] == "ready", told.stderr


def test_changes_and_a_backup_are_made_by_the_server(server, tmp_path):
    file = tmp_path / "旅費規程.md"
    file.write_text("# 旅費規程\n\n出張の日当は3,000円とする。\n", "utf-8")
    added = run("add", file.name, "--json", "--data", str(server.data), folder=tmp_path)
    assert added.returncode == 0, added.stderr
    document = json.loads(added.stdout)["document"]
    published = beside(server, "publish", document, "--json")
    assert json.loads(published.stdout)["current"]

    made = run("backup", "kept.tar.gz", "--json", "--data", str(server.data), folder=tmp_path)
    assert json.loads(made.stdout)["path"] == "kept.tar.gz"
    with tarfile.open(tmp_path / "kept.tar.gz") as kept:
        assert "manifest.json" in kept.getnames()

    removed = beside(server, "remove", document, "--json")
    assert removed.returncode == 0
    gone = beside(server, "publish", document, "--json")
    assert gone.returncode == 1
    assert json.loads(gone.stdout)["error"]["code"] == "unknown_document"
    assert gone.stderr.strip()


def test_a_folder_is_followed_from_where_the_caller_stands(server, tmp_path):
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules/慶弔規程.md").write_text("# 慶弔規程\n\n届出は三日前までに行う。\n", "utf-8")
    data = ("--json", "--data", str(server.data))
    told = run("sync", "rules", *data, folder=tmp_path)
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout.splitlines()[0])["entry"] == "慶弔規程.md"
    known = json.loads(run("sync", *data).stdout)["sources"]
    assert [one["source"] for one in known] == [str(tmp_path / "rules")]
    forgotten = run(
        "sync", "rules", "--every", "never", "--data", str(server.data), folder=tmp_path
    )
    assert forgotten.returncode == 0, forgotten.stderr


def test_the_dialog_is_worked_out_beside_the_server(server):
    told = beside(server, "choose", "--describe", "社員300人、予算は年300万円", "--json")

    assert json.loads(told.stdout)["recommendation"], told.stderr


def test_what_needs_the_folder_to_itself_says_so(server, tmp_path):
    kept = tmp_path / "kept"
    assert beside(server, "backup", str(kept)).returncode == 0
    told = beside(server, "restore", str(kept))

    assert told.returncode == 1
    assert len(told.stderr.strip().splitlines()) == 1


def test_only_its_own_user_reaches_the_socket_and_nonsense_ends_nothing(server):
    place = server.data / "control"
    assert place.stat().st_mode & 0o777 == 0o600
    for nonsense in (b"\n", b"[]\n", b'{"words": 1}\n', b"\xff\n", b'{"words": ["ask"]}\n', b""):
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(place))
            client.sendall(nonsense)
            client.shutdown(socket.SHUT_WR)
            client.recv(1000)
    assert beside(server, "documents").returncode == 0


def test_a_caller_who_hangs_up_ends_the_command_and_not_the_server(server):
    words = [sys.executable, "-m", "bot.command.cli", "ask", "--questions", "-"]
    words += ["--data", str(server.data)]
    with Started(words, stdin=subprocess.PIPE, env=os.environ | ENGLISH) as asking:
        asking.stdin.write(b'{"text": "x"}\n')
        asking.stdin.flush()
        asking.send_signal(signal.SIGKILL)
    assert beside(server, "documents").returncode == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as two users")
def test_another_user_is_told_whose_server_it_is(server, tmp_path):
    code = (
        "import os, pwd, sys; import bot.command.commands; from bot.command.cli import main; "
        "os.setuid(65534); sys.exit(main(sys.argv[1:]))"
    )
    told = subprocess.run(
        [sys.executable, "-c", code, "documents", "--data", str(server.data)],
        env=os.environ | ENGLISH,
        capture_output=True,
        text=True,
        check=False,
        timeout=START,
    )

    assert told.returncode == 1
    assert "root" in told.stderr, told.stderr


async def test_an_assistant_on_this_machine_asks_the_running_server(server):
    arguments = ["-m", "bot.command.cli", "mcp", "--data", str(server.data)]
    words = StdioServerParameters(command=sys.executable, args=arguments, cwd=ROOT, env=ENGLISH)
    async with Client(words) as client:
        tools = (await client.list_tools()).tools
        answer = await client.call_tool("ask", {"question": "経費の申請期限は?"})

    assert len(tools) == 4
    assert "翌月5日" in answer.content[0].text
    assert server.process.poll() is None
    assert json.loads(beside(server, "documents", "--json").stdout)["documents"]
