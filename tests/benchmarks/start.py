"""
How long until the page is served, the first answer comes, and how much memory an idle bot takes.

Run by hand: `python tests/benchmarks/start.py [--clone]`. Prints the ratio to importing LlamaIndex alone in the same run. With
`--clone` it also times a fresh clone with an empty package cache up to the first cited answer.
"""

import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from statistics import median

import psutil

ROOT = Path(__file__).resolve().parents[2]
RUNS = 5


def served(port: int, data: str) -> tuple[float, float, float]:
    """Return seconds until the page is served, until everything is ready, and the idle memory in MB with all children."""
    began = time.perf_counter()
    words = [str(ROOT / "run"), "serve", "--port", str(port), "--data", data]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        page = wait(f"http://127.0.0.1:{port}/", began)
        ready = wait(f"http://127.0.0.1:{port}/ready", began)
        time.sleep(3)
        family = [
            psutil.Process(process.pid),
            *psutil.Process(process.pid).children(recursive=True),
        ]
        memory = sum(p.memory_full_info().uss for p in family) / 1e6
        resident = sum(p.memory_info().rss for p in family) / 1e6
        print(
            f"  page {page:.2f} s, ready {ready:.2f} s, memory {memory:.0f} MB unique, {resident:.0f} MB resident"
        )
        return page, ready, resident
    finally:
        process.terminate()
        process.wait(30)


def wait(url: str, began: float) -> float:
    while time.perf_counter() - began < 60:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                if answer.status == 200:
                    return time.perf_counter() - began
        except OSError:
            time.sleep(0.01)
    raise SystemExit(f"{url} did not answer")


def imported() -> float:
    began = time.perf_counter()
    subprocess.run([str(ROOT / ".venv/bin/python"), "-c", "import llama_index.core"], check=True)
    return time.perf_counter() - began


def fresh_clone() -> float:
    """Return seconds from cloning into an empty folder and home with an empty cache to the first cited answer."""
    with tempfile.TemporaryDirectory() as home:
        began = time.perf_counter()
        subprocess.run(["git", "clone", "--quiet", str(ROOT), f"{home}/clone"], check=True)
        environment = {
            k: v for k, v in os.environ.items() if k not in ("VIRTUAL_ENV", "PYTHONPATH")
        }
        environment |= {"HOME": home, "UV_CACHE_DIR": f"{home}/cache", "PIP_NO_CACHE_DIR": "1"}
        words = [f"{home}/clone/run", "ask", "RAGは社内文書を全部学習しますか?", "--json"]
        told = subprocess.run(
            words, env=environment, cwd=f"{home}/clone", capture_output=True, text=True, check=False
        )
        print(told.stdout[:300], told.stderr[-300:])
        return time.perf_counter() - began


def main() -> None:
    with tempfile.TemporaryDirectory() as data:
        runs = [(served(8900 + n, data), imported()) for n in range(RUNS)]
    page, alone = median(r[0][0] for r in runs), median(r[1] for r in runs)
    print(
        f"served page: {page:.2f} s; import llama_index.core alone: {alone:.2f} s; ratio {page / alone:.2f}"
    )
    print(
        f"ready: {median(r[0][1] for r in runs):.2f} s; idle memory: {median(r[0][2] for r in runs):.0f} MB"
    )
    if "--clone" in sys.argv:
        print(f"fresh clone to first cited answer: {fresh_clone():.0f} s")


if __name__ == "__main__":
    main()
