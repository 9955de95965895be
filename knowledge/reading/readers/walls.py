"""
A program of its own: puts up walls around itself, then becomes the program it was told to start.

No network (seccomp), no file but the system's own and one folder (Landlock), bounds on memory, time
and what is written. It exits with 77 where a wall does not stand and the job insists on it. It
imports nothing of this project, since it is run by its path.
"""

import ctypes
import json
import os
import resource
import struct
import sys
from pathlib import Path

try:
    import pyseccomp
except (ImportError, OSError, RuntimeError):  # another system, or no libseccomp
    pyseccomp = None

NO_WALLS = 77
_READABLE = (
    *("/usr", "/lib", "/lib64", "/bin", "/etc", "/opt", "/proc", "/dev", "/sys/devices"),
    *("/var/lib/libreoffice", "/var/spool/libreoffice", "/var/cache/fontconfig"),
)
_CREATE, _ADD, _RESTRICT = 444, 445, 446  # Landlock's calls, the same on every architecture
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_ALL = (1 << 14) - 1  # every right of its second version, which may rename between folders
_MAKE_SOCKET = 1 << 9
# where LibreOffice insists on a pipe to itself; it may make nothing else there
_PIPES = "/tmp"  # noqa: S108
_PATH_BENEATH = 1
_NO_NEW_PRIVILEGES = 38  # of prctl
_REFUSED = ("ptrace", "mount", "umount2", "bpf", "keyctl", "unshare", "setns", "process_vm_readv")
_NETWORKS = (2, 10, 17)  # AF_INET, AF_INET6, AF_PACKET


def main() -> None:
    job = json.loads(sys.argv[1])
    _limit(job)
    walled = _unconnected() and _confined(job["folder"])  # a library is loaded for the first
    if job["strict"] and not walled:
        sys.exit(NO_WALLS)
    os.execv(job["command"][0], job["command"])  # noqa: S606  # to become it is the point


def _limit(job: dict[str, int]) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (job["cpu"], job["cpu"] + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (job["size"], job["size"]))
    resource.setrlimit(resource.RLIMIT_AS, (job["memory"], job["memory"]))


def _confined(folder: str) -> bool:
    """Let this process see the system's files and one folder; False where that cannot be had."""
    libc = ctypes.CDLL(None, use_errno=True)
    rights = ctypes.c_uint64(_ALL)
    rules = libc.syscall(_CREATE, ctypes.byref(rights), ctypes.c_size_t(8), 0)
    if rules < 0:
        return False
    for path in _READABLE:
        if Path(path).exists():
            _allow(libc, rules, path, _EXECUTE | _READ_FILE | _READ_DIR)
    _allow(libc, rules, "/dev", _READ_FILE | _READ_DIR | _WRITE_FILE)
    _allow(libc, rules, _PIPES, _MAKE_SOCKET)
    _allow(libc, rules, folder, _ALL)
    libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    closed = bool(libc.syscall(_RESTRICT, rules, 0) == 0)
    os.close(rules)
    return closed


def _allow(libc: ctypes.CDLL, rules: int, path: str, rights: int) -> None:
    place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, place))
    libc.syscall(_ADD, rules, _PATH_BENEATH, rule, 0)
    os.close(place)


def _unconnected() -> bool:
    """Refuse sockets of every network, and calls no converter needs; False where it cannot."""
    if pyseccomp is None:
        return False
    rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    refuse = pyseccomp.ERRNO(1)
    for family in _NETWORKS:
        rules.add_rule(refuse, "socket", pyseccomp.Arg(0, pyseccomp.EQ, family))
    for call in _REFUSED:
        rules.add_rule(refuse, call)
    try:
        rules.load()
    except OSError:
        return False
    return True


if __name__ == "__main__":
    main()
