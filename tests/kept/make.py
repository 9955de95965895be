"""
Make the kept data folders: what former releases left behind, each written by its own code.

    python -m tests.kept.make [NAME…]

Each is a small archive beside this file, made from the commit named here with the packages of
today. A release that is about to be tagged is added as one row; the archives of former ones are not
made again without need, since they are the proof.
"""

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
# name: the commit, and where its command is
RELEASES = {
    "2026-11-24": ("85db383", "bot.cli"),
    "0.1.0": ("0f792f9^", "bot.command.cli"),
}
WITHOUT_BACKUP = {"2026-11-24"}
FIRST = "# 経費規程\n\n経費の申請期限は翌月3日とする。\n\n宿泊費の上限は1泊12,000円とする。\n"
SECOND = FIRST.replace("翌月3日", "翌月5日")
STAGED = "# 旅費規程\n\n出張の日当は3,000円とする。\n"


def make(name: str) -> Path:
    """Write the archive of a release and return its path."""
    commit, module = RELEASES[name]
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        code, files, data = place / "code", place / "files", place / "data"
        code.mkdir()
        files.mkdir()
        packed = subprocess.run(
            ["git", "archive", commit], cwd=ROOT, check=True, capture_output=True
        ).stdout
        subprocess.run(["tar", "x"], cwd=code, input=packed, check=True)

        def command(*words: str, lines: str = "") -> None:
            subprocess.run(
                [sys.executable, "-m", module, *words, "--data", str(data)],
                cwd=code,
                env={"PATH": os.environ["PATH"], "PYTHONPATH": ".", "LANG": "en_US.UTF-8"},
                input=lines,
                text=True,
                check=True,
                stdout=subprocess.DEVNULL,
            )

        expenses = files / "経費規程.md"
        for text in (FIRST, SECOND):
            expenses.write_text(text, "utf-8")
            command("add", str(expenses), "--publish")
        staged = files / "旅費規程.md"
        staged.write_text(STAGED, "utf-8")
        command("add", str(staged))
        command("ask", "経費の申請期限は?")
        command("choose", lines="1\n2\n1\n")
        if name not in WITHOUT_BACKUP:
            command("backup", str(place / "backup"))
        archive = HERE / f"{name}.tar.xz"
        with tarfile.open(archive, "w:xz") as kept:
            kept.add(data, "data")
            if name not in WITHOUT_BACKUP:
                kept.add(place / "backup", "backup")
        shutil.rmtree(code)
    return archive


if __name__ == "__main__":
    for wanted in sys.argv[1:] or RELEASES:
        print(make(wanted))
