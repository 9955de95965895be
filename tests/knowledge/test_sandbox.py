"""The sandbox: a child that lies, crashes, hangs or wants out costs at most its own document."""

import json
import os
import signal
import sys
from pathlib import Path

import pytest

from knowledge.readers.limits import Limits
from knowledge.readers.refusal import Refusal
from knowledge.sandbox import LAYERS, Sandbox

ROOT = Path(__file__).parents[2]
PAGE = {
    "position": 1,
    "place": {"kind": "page", "number": 1, "label": ""},
    "text": "六台",
    "title": "",
    "notes": "",
    "flags": [],
}


def saying(code: str, wall: float = 5.0) -> Sandbox:
    boot = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from knowledge.readers import zygote"
    return Sandbox(Limits(wall=wall), (sys.executable, "-I", "-B", "-c", f"{boot}\nzygote.serve(lambda: exec({code!r}, {{}}))"))


def line(told: object) -> str:
    return f"print({json.dumps(told)!r}, flush=True);"


@pytest.mark.skipif(sys.platform != "linux", reason="seccomp and the limit on address space are Linux's")
async def test_every_layer_holds() -> None:
    layers = await Sandbox().check()
    assert [layer.name for layer in layers] == list(LAYERS)
    assert [layer.name for layer in layers if not layer.closed] == []


@pytest.mark.parametrize(
    "told",
    [
        {"page": PAGE | {"position": -1}},
        {"page": PAGE | {"position": 3}},
        {"page": PAGE | {"place": {"kind": "page", "number": -4, "label": ""}}},
        {"page": PAGE | {"place": {"kind": "elsewhere", "number": 1, "label": ""}}},
        {"page": PAGE | {"text": 7}},
        {"page": PAGE | {"flags": [{"kind": "fine", "page": 1, "detail": ""}]}},
        {"flag": {"kind": "garbled", "page": -1, "detail": ""}},
        ["page"],
    ],
)
async def test_a_child_that_lies_is_not_believed(told: object) -> None:
    with pytest.raises(Refusal, match="damaged"):
        await saying(line({"page": PAGE}) + line(told) + line({"end": True})).run("text", b"x")


async def test_words_that_are_not_json_and_endless_words_are_refused() -> None:
    for code in ("print('\\x80pickle')", "import sys\nwhile True: sys.stdout.write('[' * 1000000)"):
        with pytest.raises(Refusal, match="damaged"):
            await saying(code).run("text", b"x")


async def test_a_late_crash_keeps_the_earlier_pages() -> None:
    heard = await saying(line({"page": PAGE}) + "import os; os.abort()").run("text", b"x")
    assert [page.text for page in heard.pages] == ["六台"]
    assert [flag.kind for flag in heard.flags] == ["truncated"]


async def test_a_child_that_hangs_is_ended_and_said_to_be_too_slow() -> None:
    with pytest.raises(Refusal, match="too_slow"):
        await saying("import time; time.sleep(60)", wall=0.3).run("text", b"x" * 1_000_000)


async def test_one_zygote_serves_many_children_and_is_replaced_when_killed() -> None:
    who = "import json, os, sys; sys.stdin.read();"
    told = f"print(json.dumps({{'title': str(os.getppid())}}), flush=True); {line({'page': PAGE})} {line({'end': True})}"
    sandbox = saying(who + told)
    first, second = [(await sandbox.run("text", b"x")).title for _ in range(2)]
    assert first == second
    os.kill(int(first), signal.SIGKILL)
    assert (await sandbox.run("text", b"x")).title != first


async def test_a_child_holds_nothing_but_its_own_pipes() -> None:
    code = (
        "import json, os, stat\n"
        "def held(fd):\n"
        "    try: return stat.S_IFMT(os.fstat(fd).st_mode)\n"
        "    except OSError: return 0\n"
        "kinds = [held(fd) for fd in range(64)]\n"
        "ours = kinds[:3] == [stat.S_IFIFO, stat.S_IFIFO, stat.S_IFCHR] and not any(kinds[3:])\n"
        "print(json.dumps({'title': str(ours)}))\n" + line({"page": PAGE}) + "\n" + line({"end": True})
    )
    assert (await saying(code).run("text", b"x")).title == "True"
