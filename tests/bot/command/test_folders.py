"""Folders in the terminal: added with all below them, and kept in step."""

import json
import os
import signal
import subprocess
import sys

from tests.bot.command.conftest import ENGLISH
from tests.preloaded import Started
from tests.processes import START

JAPANESE = {"LANG": "ja_JP.UTF-8", "LC_ALL": "ja_JP.UTF-8"}


def fill(folder, count):
    for number in range(count):
        (folder / f"d{number % 3}").mkdir(parents=True, exist_ok=True)
        text = (
            f"# 規程{number}\n\n## 第1条 期限\n\n規程{number}の届出は{number + 3}日前までに行う。\n"
        )
        (folder / f"d{number % 3}" / f"r{number}.md").write_text(text)


def test_a_folder_is_added_with_a_count_and_a_sum(house, tmp_path, call):
    fill(tmp_path / "rules", 3)
    (tmp_path / "rules/.hidden.md").write_text("# x")
    (tmp_path / "rules/d0/pic.bin").write_bytes(b"x")
    told = call("add", str(tmp_path / "rules"), "--data", str(house), environment=JAPANESE)
    again = call("add", str(tmp_path / "rules"), "--json", "--data", str(house))

    assert told.returncode == 0
    assert "[3/3]" in told.stdout
    assert "登録 3 · 対象外の形式 1" in told.stdout
    assert json.loads(again.stdout.splitlines()[-1]) == {"summary": {"unchanged": 3, "skipped": 1}}


def test_a_source_is_previewed_run_listed_and_forgotten(house, tmp_path, call):
    rules = tmp_path / "rules"
    fill(rules, 3)
    where = ("--data", str(house))
    planned = call("sync", str(rules), "--preview", *where, environment=ENGLISH)
    done = call("sync", str(rules), "--every", "1h", *where, environment=JAPANESE)
    (rules / "d1/r1.md").unlink()
    rows = call("sync", str(rules), "--json", *where).stdout.splitlines()
    listed = json.loads(call("sync", "--json", *where).stdout)["sources"]
    wrong = call("sync", str(rules), "--every", "soon", *where)
    nowhere = call("sync", str(tmp_path / "nowhere"), *where)
    ended = call("sync", str(rules), "--every", "never", *where)

    assert "nothing has changed yet" in planned.stdout
    assert "new: d1/r1.md" in planned.stdout
    assert (done.returncode, "取り込みました: 新規 3" in done.stdout) == (0, True)
    assert {json.loads(row).get("status") for row in rows} == {"unchanged", "vanished", None}
    assert json.loads(rows[-1])["summary"] == {"unchanged": 2, "vanished": 1}
    [source] = listed
    assert (source["source"], source["every"]) == (str(rules), 3600)
    assert source["next"] > source["last"]
    assert (wrong.returncode, nowhere.returncode, ended.returncode) == (2, 1, 0)
    assert json.loads(call("sync", "--json", *where).stdout) == {"sources": []}


def test_ctrl_c_says_what_is_kept(house, tmp_path):
    fill(tmp_path / "rules", 400)
    words = ["sync", str(tmp_path / "rules"), "--json", "--data", str(house)]
    process = Started(
        [sys.executable, "-m", "bot.command.cli", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | ENGLISH,
    )
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=START)

    assert process.returncode == 130
    assert "so far" in error
    assert "Traceback" not in error
