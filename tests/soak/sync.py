"""
The shelf kept in step, under a clock and under kills: `python -m tests.soak.sync [FILES] [KILLS]`.

A folder of FILES rules is taken in, looked at unchanged, and with ten files changed; then a run
over as many new files is killed (-9) KILLS times at random moments and begun again, and in the end
nothing may be doubled or lost.
"""

import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RULE = "# 規程{0}\n\n## 第1条 期限\n\n規程{0}の届出は{1}日前までに行い、書類番号{2}を付けるものとする。\n"


def write(folder: Path, number: int, days: int = 3) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"規程{number:04d}.md").write_text(RULE.format(number, days, number * 37))


def command(data: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "bot.command.cli", *words, "--json", "--data", str(data)]


def run(data: Path, *words: str) -> tuple[float, list[dict]]:
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    told = subprocess.run(command(data, *words), capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    worked = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"  {time.perf_counter() - began:.1f} s, of which {worked:.1f} s of processor time")
    return time.perf_counter() - began, [json.loads(line) for line in told.stdout.splitlines()]


def summary(rows: list[dict]) -> dict:
    return rows[-1].get("summary", rows[-1])


def timed(root: Path, files: int) -> None:
    rules, data = root / "rules", root / "data"
    for number in range(files):
        write(rules, number)
    for name, prepare in (
        ("new", lambda: None),
        ("unchanged", lambda: None),
        ("ten changed", lambda: [write(rules, number, 30) for number in range(10)]),
    ):
        prepare()
        seconds, rows = run(data, "sync", str(rules))
        print(f"{files} files, {name}: {seconds:.1f} s {summary(rows)}", flush=True)


def killed(root: Path, files: int, kills: int) -> None:
    rules, data = root / "more", root / "killed"
    for number in range(files):
        write(rules, number)
    chance = random.Random(7)
    for number in range(kills):
        process = subprocess.Popen(
            command(data, "sync", str(rules)), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        for _ in range(chance.randint(1, files // kills + 5)):
            process.stdout.readline()
        time.sleep(chance.uniform(0.0, 0.05))
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        write(rules, number, chance.randint(4, 90))
    _, rows = run(data, "sync", str(rules))
    print(f"after {kills} kills: {summary(rows)}", flush=True)
    _, listed = run(data, "documents")
    ours = [d for d in listed[0]["documents"] if d["title"].startswith("規程")]
    names = {d["versions"][-1]["name"] for d in ours}
    unpublished = [d for d in ours if not d["current"]]
    stale = []
    for document in ours:
        now = [v for v in document["versions"] if v["version"] == document["current"]]
        if now and now[0]["number"] != max(v["number"] for v in document["versions"]):
            stale.append(document["title"])
    assert len(ours) == len(names) == files, (len(ours), len(names))
    assert not unpublished, unpublished
    _, again = run(data, "sync", str(rules))
    assert summary(again) == {"unchanged": files}, summary(again)
    print(f"{files} documents, none doubled, none lost; older version published: {len(stale)}")


def main() -> None:
    files = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    kills = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    with tempfile.TemporaryDirectory() as name:
        timed(Path(name), files)
        killed(Path(name), min(files, 200), kills)


if __name__ == "__main__":
    main()
