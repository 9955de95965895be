"""The examples, run as their reader would run them: in a process of their own."""

import os
import sys
from pathlib import Path

from tests import preloaded

ROOT = Path(__file__).resolve().parent.parent


def run(name: str, *arguments: str) -> list[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    finished = preloaded.run(
        [sys.executable, str(ROOT / "examples" / name), *arguments],
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout.splitlines()


def test_our_retriever_serves_a_program_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "休暇規程.md").write_text(
        "# 休暇規程\n\n## 第3条\n\n休暇は、3営業日前までに申請する。\n", encoding="utf-8"
    )
    (tmp_path / "travel.txt").write_text("Taxis need the approval of a manager.", encoding="utf-8")
    lines = run("llamaindex_retriever.py", str(tmp_path), "休暇は何日前に申請しますか")
    assert "休暇規程" in lines[0]
    assert "3営業日前" in lines[0]


def test_a_postprocessor_of_ones_own_decides_what_is_quoted() -> None:
    before, after = run("llamaindex_postprocessor.py", "出張の日当はいくらですか")
    assert before.startswith("as it is: 旅費規程(廃止)")
    assert after.startswith("in force only: 旅費規程: ")
    assert "3,000円" in after
