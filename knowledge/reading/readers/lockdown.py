"""
The doors a reading process closes before it sees the document.

Layers that do not know of each other: resource limits, on every system; Landlock, where the kernel
has it; and on Linux a seccomp filter that knows the few calls a reader needs and refuses the rest,
so that a call nobody thought of is refused, too. No new file descriptor can be had at all
(`RLIMIT_NOFILE` at what is open already), so there is no file to open, no socket, no pipe.
"""

import codecs
import contextlib
import errno
import resource
from functools import cache
from typing import Any

from knowledge.reading.readers import landlock
from knowledge.reading.readers.limits import Limits

try:
    import pyseccomp
except (ImportError, OSError, RuntimeError):  # another system, or no libseccomp
    pyseccomp = None

# All that a reader needs once its bytes are on standard input: every other call of the kernel is
# refused. Measured on every
# kind of document there is a reader for; memory, its own pipes, time, its own signals, and the end.
_ALLOWED = (
    "read", "readv", "write", "writev", "lseek", "close", "fstat", "brk", "mmap", "munmap",
    "mremap", "mprotect", "madvise", "futex", "sched_yield", "sched_getaffinity", "clock_gettime",
    "clock_getres", "gettimeofday", "time", "clock_nanosleep", "nanosleep", "getrandom",
    "getrusage", "getpid", "gettid", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn",
    "sigaltstack", "restart_syscall", "exit", "exit_group",
)  # fmt: skip
_CODECS = (
    "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp932", "euc_jis_2004",
    "iso2022_jp_ext", "iso2022_jp_2004", "cp437", "latin-1", "ascii",
)  # fmt: skip
_STANDARD = 3  # standard input, output and error: all that a reading process may hold


def prepare() -> None:
    """
    Open what closing the doors and reading behind them needs; a process that forks does it once for
    all its children.
    """
    for name in _CODECS:
        codecs.lookup(name)  # codecs load their tables from files on first use
    _filter()  # its library is a file too
    landlock.version()


def close(limits: Limits) -> tuple[str, ...]:
    """
    Close the doors and return the names of those this system cannot close; to be called once,
    before any content is read. Landlock is missing only where the kernel has it and refuses it.
    """
    prepare()
    rules = _filter()
    fence = landlock.confine()  # needs a file descriptor, which limits take away
    missing = [name for name, values in _limits(limits) if not _limit(name, values)]
    if fence == "open":
        missing.append("landlock")
    if not _loaded(rules):
        missing.append("seccomp")
    return tuple(missing)


def _limits(limits: Limits) -> tuple[tuple[str, tuple[int, int]], ...]:
    return (
        ("RLIMIT_CORE", (0, 0)),
        ("RLIMIT_FSIZE", (0, 0)),
        ("RLIMIT_CPU", (limits.cpu, limits.cpu + 1)),
        ("RLIMIT_NPROC", (0, 0)),
        ("RLIMIT_NOFILE", (_STANDARD, _STANDARD)),
        ("RLIMIT_AS", (limits.memory, limits.memory)),
    )


def _limit(name: str, values: tuple[int, int]) -> bool:
    try:
        resource.setrlimit(getattr(resource, name), values)
    except (
        AttributeError,
        ValueError,
        OSError,
    ):  # macOS cannot lower the address space below what is mapped
        return False
    return True


@cache
def _filter() -> Any:
    """Return the seccomp filter; None where there is none (other systems, no libseccomp)."""
    if pyseccomp is None:
        return None
    rules = pyseccomp.SyscallFilter(pyseccomp.ERRNO(errno.EPERM))
    for call in _ALLOWED:
        # not every architecture and libseccomp knows every call; what it does not know stays
        # refused
        with contextlib.suppress(ValueError, OSError, RuntimeError):
            rules.add_rule(pyseccomp.ALLOW, call)
    return rules


def _loaded(rules: Any) -> bool:
    """Load the filter; False where the kernel has none."""
    if rules is None:
        return False
    try:
        rules.load()
    except OSError:
        return False
    return True
