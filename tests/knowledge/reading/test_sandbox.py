"""The sandbox: a child that lies, crashes, hangs or wants out costs at most its own document."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from knowledge.errors import UnreadableDocument
from knowledge.reading import sandbox
from knowledge.reading.readers import landlock
from knowledge.reading.readers.limits import Limits
from knowledge.reading.readers.refusal import Refusal
from knowledge.reading.reading import read
from knowledge.reading.sandbox import LAYERS, Sandbox, missing

ROOT = Path(__file__).parents[3]
PAGE = {
    "position": 1,
    "place": {"kind": "page", "number": 1, "label": ""},
    "text": "六台",
    "title": "",
    "notes": "",
    "flags": [],
}


def saying(code: str, wall: float = 5.0) -> Sandbox:
    boot = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from knowledge.reading.readers import forkserver"
    return Sandbox(
        Limits(wall=wall),
        (
            sys.executable,
            "-I",
            "-B",
            "-c",
            f"{boot}\nforkserver.serve(lambda: exec({code!r}, {{}}))",
        ),
    )


def line(told: object) -> str:
    return f"print({json.dumps(told)!r}, flush=True);"


@pytest.mark.skipif(
    sys.platform != "linux", reason="seccomp and the limit on address space are Linux's"
)
async def test_every_layer_holds() -> None:
    layers = await Sandbox().check()
    fence = ["landlock"] if landlock.version() else []
    assert [layer.name for layer in layers] == [*LAYERS, *fence]
    assert [layer.name for layer in layers if not layer.closed] == []


def attempting(what: str, close: str = "lockdown.close(Limits())") -> Sandbox:
    """A child that closes the doors and then does `what` with `libc`, putting into `told` what came of it."""
    code = (
        "import ctypes, json, os, socket, sys\n"
        "from knowledge.reading.readers import landlock, lockdown\n"
        "from knowledge.reading.readers.limits import Limits\n"
        "libc = ctypes.CDLL(None, use_errno=True)\n"
        "def refused(call, *words):\n"
        "    ctypes.set_errno(0)\n"
        "    return call(*words) == -1 and ctypes.get_errno() == 1\n"
        "told = {}\n"
        f"job = {what!r}\n"
        "space = dict(globals())\n"
        f"{close}\n"
        "exec(job, space)\n"
        "print(json.dumps({'title': json.dumps(told)}), flush=True)\n"
        + line({"page": PAGE})
        + "\n"
        + line({"end": True})
    )
    return saying(code)


@pytest.mark.skipif(sys.platform != "linux", reason="seccomp is Linux's")
async def test_no_call_sends_a_signal_to_another_process() -> None:
    sibling = subprocess.Popen(
        [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)"],
        stdout=subprocess.PIPE,
    )
    assert sibling.stdout is not None
    sibling.stdout.readline()
    pid = sibling.pid
    what = (
        f"info = (ctypes.c_int * 32)(9, 0, -1)\n"
        f"told['kill'] = refused(libc.kill, {pid}, 9)\n"
        f"told['rt_sigqueueinfo'] = refused(libc.sigqueue, {pid}, 9, None)\n"
        f"told['rt_tgsigqueueinfo'] = refused(libc.syscall, {{'x86_64': 297, 'aarch64': 240}}[os.uname().machine], {pid}, {pid}, 9, info)\n"
        f"told['tgkill'] = refused(libc.tgkill, {pid}, {pid}, 9)\n"
        f"told['pidfd_open'] = refused(libc.syscall, 434, {pid}, 0)\n"
        f"told['pidfd_send_signal'] = refused(libc.syscall, 424, 0, 9, None, 0)\n"
        f"told['fcntl'] = refused(libc.fcntl, 0, 8, {pid})\n"
    ).replace("os.uname().machine", repr(os.uname().machine))
    try:
        told = json.loads((await attempting(what).run("text", b"x")).title)
        assert told == dict.fromkeys(told, True)
        assert len(told) == 7
        assert sibling.poll() is None
    finally:
        sibling.kill()
        sibling.wait()
        sibling.stdout.close()


@pytest.mark.skipif(sys.platform != "linux", reason="seccomp is Linux's")
async def test_a_child_learns_nothing_of_the_system_and_changes_nothing() -> None:
    path = "b'/nonexistent/llm-choose'"  # what is let through fails otherwise, and changes nothing
    what = (
        f"there = ctypes.create_string_buffer(4096)\n"
        f"told['access'] = refused(libc.access, {path}, 0)\n"
        f"told['readlink'] = refused(libc.readlink, b'/proc/self/exe', there, 4096)\n"
        f"told['getcwd'] = libc.getcwd(there, 4096) == 0\n"
        f"told['utime'] = refused(libc.utimes, {path}, None)\n"
        f"told['lsetxattr'] = refused(libc.lsetxattr, {path}, b'user.x', b'x', 1, 0)\n"
        f"told['removexattr'] = refused(libc.removexattr, {path}, b'user.x')\n"
        f"told['shmget'] = refused(libc.shmget, 0, 0, 0o1600)\n"
        f"told['sethostname'] = refused(libc.sethostname, b'x', -1)\n"
        f"told['klogctl'] = refused(libc.klogctl, 10, None, 0)\n"
        f"told['setpriority'] = refused(libc.setpriority, 0, 0, 0)\n"
        f"told['uname'] = refused(libc.uname, there)\n"
        f"told['prctl'] = refused(libc.prctl, 38, 0, 0, 0, 0)\n"
        f"told['a call nobody thought of'] = refused(libc.syscall, 450, 0, 0, 0)\n"
    )
    told = json.loads((await attempting(what).run("text", b"x")).title)
    assert told == dict.fromkeys(told, True)


@pytest.mark.skipif(not landlock.version(), reason="this kernel has no Landlock")
async def test_landlock_alone_fences_a_child_in(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.write_text("kept", "utf-8")
    with socket.create_server(("127.0.0.1", 0)) as server:
        what = (
            "def denied(act):\n"
            "    try:\n"
            "        act()\n"
            "    except PermissionError:\n"
            "        return True\n"
            "    return False\n"
            f"told['read'] = denied(lambda: open({str(kept)!r}).close())\n"
            f"told['make'] = denied(lambda: open({str(tmp_path / 'new')!r}, 'w').close())\n"
            f"told['list'] = denied(lambda: os.listdir({str(tmp_path)!r}))\n"
            f"told['unlink'] = denied(lambda: os.unlink({str(kept)!r}))\n"
            "if landlock.version() >= 4:\n"
            f"    told['connect'] = denied(lambda: socket.create_connection({server.getsockname()!r}))\n"
            "if landlock.version() >= 6:\n"
            "    told['signal'] = denied(lambda: os.kill(os.getppid(), 0))\n"
        )
        fenced = attempting(what, close="assert landlock.confine() == 'closed'")
        told = json.loads((await fenced.run("text", b"x")).title)
    assert told == dict.fromkeys(told, True)
    assert kept.read_text("utf-8") == "kept"
    assert not (tmp_path / "new").exists()


@pytest.mark.skipif(not landlock.version(), reason="this kernel has no Landlock")
async def test_a_kernel_that_refuses_its_own_fence_is_a_missing_layer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refusing = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "from knowledge.reading.readers import landlock; landlock.confine = lambda: 'open'"
    )
    monkeypatch.setattr(sandbox, "PRELUDE", refusing)
    assert await missing() == ("landlock",)
    layers = {layer.name: layer.closed for layer in await Sandbox().check()}
    assert layers.pop("landlock") is False
    assert set(layers.values()) == {True}


WITHOUT = "import sys; sys.modules['pyseccomp'] = None"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have none to begin with")
async def test_without_its_library_nothing_is_read_unless_that_is_accepted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert await missing() == ()
    monkeypatch.setattr(sandbox, "PRELUDE", WITHOUT)
    assert await missing() == ("seccomp",)
    with pytest.raises(UnreadableDocument) as refused:
        await read("規程.md", "# 規程\n\n上限は五万円。\n".encode())
    assert refused.value.code == "no_sandbox"
    assert "規程.md" in refused.value.reason.ja
    assert "SANDBOX" in refused.value.reason.en
    accepted = await read(
        "規程.md", "# 規程\n\n上限は五万円。\n".encode(), limits=Limits(strict=False)
    )
    assert "上限は五万円。" in accepted.pages[0].text


@pytest.mark.skipif(sys.platform != "linux", reason="the limits are tried on Linux")
async def test_the_check_tells_the_truth_of_each_layer_without_its_library(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sandbox, "PRELUDE", WITHOUT)
    closed = {layer.name: layer.closed for layer in await Sandbox().check()}
    assert not (closed["seccomp"] or closed["exec"])
    assert closed["signal"] is (landlock.version() >= 6)  # which fences in signals, too
    assert closed["open"]
    assert closed["write"]
    assert closed["socket"]
    assert closed["memory"]
    assert closed["cpu"]


AS_FIRST = """
import asyncio, ctypes, subprocess, sys
sys.path.insert(0, {root!r})
from knowledge.reading.readers.limits import Limits
from knowledge.reading.readers.refusal import Refusal
from knowledge.reading.sandbox import Sandbox
boot = "import sys; sys.path.insert(0, {root!r}); from knowledge.reading.readers import forkserver; "
body = "forkserver.serve(lambda: __import__('time').sleep(60))"
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # whoever loses its parent is ours, as in a container
async def main():
    sandbox = Sandbox(Limits(wall=0.5), (sys.executable, "-I", "-c", boot + body))
    for _ in range(4):
        try:
            await sandbox.run("text", b"x")
        except Refusal as refusal:
            print(refusal.code)
    await asyncio.sleep(0.2)
asyncio.run(main())
print(subprocess.run(["ps", "-eo", "ppid,stat"], capture_output=True, text=True).stdout)
print(__import__("os").getpid())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is Linux's")
def test_a_child_that_is_given_up_is_left_to_nobody() -> None:
    told = subprocess.run(
        [sys.executable, "-c", AS_FIRST.format(root=str(ROOT))],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    *rows, own = told.split("\n")[:-1]
    assert rows[:4] == ["too_slow"] * 4
    assert [row for row in rows if row.split()[:1] == [own] and "Z" in row] == []


async def test_a_system_where_no_process_starts_has_no_sandbox(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sandbox, "PRELUDE", "raise SystemExit(1)")
    assert await missing()
    assert not any(layer.closed for layer in await Sandbox().check())


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
    box = saying(who + told)
    first, second = [(await box.run("text", b"x")).title for _ in range(2)]
    assert first == second
    os.kill(int(first), signal.SIGKILL)
    assert (await box.run("text", b"x")).title != first


async def test_on_the_loop_of_the_server_no_descriptor_of_somebody_else_is_closed() -> None:
    """The server runs on uvloop, which closes a pipe a moment after it was told to."""
    uvloop = pytest.importorskip("uvloop")

    async def read_beside() -> list[bytes]:
        box = saying(f"import sys; sys.stdin.read(); {line({'page': PAGE})} {line({'end': True})}")
        came = []
        for number in range(3):
            await box.run("text", b"x")
            ours, theirs = os.pipe()  # takes the numbers that are free now
            await asyncio.sleep(0.05)
            os.write(theirs, b"%d" % number)
            came.append(os.read(ours, 1))
            os.close(ours)
            os.close(theirs)
        return came

    assert await asyncio.to_thread(uvloop.run, read_beside()) == [b"0", b"1", b"2"]


async def test_a_child_holds_nothing_but_its_own_pipes() -> None:
    code = (
        "import json, os, stat\n"
        "def held(fd):\n"
        "    try: return stat.S_IFMT(os.fstat(fd).st_mode)\n"
        "    except OSError: return 0\n"
        "kinds = [held(fd) for fd in range(64)]\n"
        "ours = kinds[:3] == [stat.S_IFIFO, stat.S_IFIFO, stat.S_IFCHR] and not any(kinds[3:])\n"
        "print(json.dumps({'title': str(ours)}))\n"
        + line({"page": PAGE})
        + "\n"
        + line({"end": True})
    )
    assert (await saying(code).run("text", b"x")).title == "True"
