"""
What the machine does to a process: it ends processes for want of memory, and its clock jumps.

Neither is an error of any part, so nobody would hear of it. Each is told for an hour: at `/ready`,
on the page and, once, in the log.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

LOOK = 5.0  # seconds between looks
HELD = 3600.0  # seconds for which what happened is told
JUMP = 60.0  # seconds a clock may be set by and nobody is told
GROUPS = Path("/sys/fs/cgroup")
OURS = Path("/proc/self/cgroup")
WHOLE = Path("/proc/vmstat")  # where there are no groups: counts for all of the machine
COUNT = "oom_kill"  # what the system calls it, in each of them

log = logging.getLogger(__name__)


def counter() -> Path | None:
    """
    Return the file that counts the processes ended for want of memory: that of our control group
    (version 2 or 1), else the machine's; None where the system has neither.
    """
    places = []
    with suppress(OSError):
        for line in OURS.read_text("utf-8").splitlines():
            places += _of_group(line)
    for place in (*places, WHOLE):
        if _count(place) is not None:
            return place
    return None


def _of_group(line: str) -> list[Path]:
    """Return where one line of our groups leads; a container may see its own as the root."""
    _, kinds, path = line.split(":", 2)
    inner = path.lstrip("/")
    if kinds == "memory":
        root, name = GROUPS / "memory", "memory.oom_control"
    elif not kinds:
        root, name = GROUPS, "memory.events"
    else:
        return []
    return [root / inner / name, root / name]


def _count(place: Path) -> int | None:
    with suppress(OSError, ValueError):
        for line in place.read_text("utf-8").splitlines():
            name, _, number = line.partition(" ")
            if name == COUNT:
                return int(number)
    return None


def _steady() -> float:
    """Return seconds of a clock that nobody sets and that goes on while the machine sleeps."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class Machine:
    """`advise` says the way out of a state, for the log. Clocks and counter may be others."""

    def __init__(
        self,
        advise: Callable[[str, str], str],
        *,
        place: Path | None = None,
        wall: Callable[[], float] = time.time,
        steady: Callable[[], float] = _steady,
    ) -> None:
        self._advise = advise
        self._place = place or counter()
        self._wall, self._steady = wall, steady
        self._ended = self._before = self._kills()
        self._apart = wall() - steady()
        self._states: dict[str, tuple[float, str]] = {}

    async def watch(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await asyncio.sleep(LOOK)
            self.look()

    def look(self) -> None:
        """See what happened since the last look."""
        if not self.state("memory"):
            self._before = self._ended
        ended, self._ended = self._ended, self._kills()
        if self._ended > ended:
            count = self._ended - self._before
            self._tell("memory", f"out of memory: {count} ended within the hour")
        apart, self._apart = self._apart, self._wall() - self._steady()
        if abs(self._apart - apart) > JUMP:
            self._tell("clock", f"jumped by {self._apart - apart:+.0f} s")

    def state(self, part: str) -> str:
        """Return what happened to "memory" or "clock" within the hour, "" where nothing did."""
        at, state = self._states.get(part, (-HELD, ""))
        if self._steady() - at > HELD:
            return ""
        return state

    def _kills(self) -> int:
        if self._place is None:
            return 0
        return _count(self._place) or 0

    def _tell(self, part: str, state: str) -> None:
        self._states[part] = (self._steady(), state)
        told = {"part": part, "cause": state, "repair": self._advise(part, state)}
        log.error("something happened to this machine", extra=told)
