"""What the machine does to a process is told: processes ended for want of memory, a clock that jumps."""

import logging
from functools import partial

import pytest

from bot.service import machine
from bot.service.application import Application
from bot.service.machine import HELD, JUMP, Machine, counter
from bot.service.watch import watched
from bot.settings import load
from bot.troubles import in_english, repairs
from handlers.texts import Texts

DAY = 86_400.0  # seconds


class Clocks:
    """The clock that people set, and the one that nobody sets."""

    def __init__(self):
        self.wall, self.steady = 1_000_000.0, 500.0

    def go_on(self, seconds):
        self.wall += seconds
        self.steady += seconds


@pytest.fixture
def clocks():
    return Clocks()


@pytest.fixture
def events(tmp_path):
    """What a control group counts, as version 2 writes it."""
    place = tmp_path / "memory.events"
    place.write_text("low 0\nhigh 0\nmax 7\noom 1\noom_kill 0\noom_group_kill 0\n")
    return place


@pytest.fixture
def watching(clocks, events):
    advise = partial(in_english, Texts.load())
    return Machine(advise, place=events, wall=lambda: clocks.wall, steady=lambda: clocks.steady)


def test_a_process_ended_for_want_of_memory_is_told_for_an_hour(watching, clocks, events, caplog):
    watching.look()
    before = watching.state("memory")
    events.write_text(events.read_text().replace("oom_kill 0", "oom_kill 1"))
    watching.look()
    events.write_text(events.read_text().replace("oom_kill 1", "oom_kill 3"))
    watching.look()
    told = watching.state("memory")
    clocks.go_on(HELD)
    watching.look()
    last = watching.state("memory")
    clocks.go_on(1)

    assert before == ""
    assert told == last == "out of memory: 3 ended within the hour"
    assert watching.state("memory") == ""
    records = [row for row in caplog.records if row.levelno == logging.ERROR]
    assert [row.cause for row in records][-1] == told
    assert "MemoryMax" in records[0].repair


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(DAY, "jumped by +86400 s"), (-DAY, "jumped by -86400 s"), (JUMP, ""), (-JUMP, "")],
)
def test_a_clock_that_jumps_is_told(watching, clocks, seconds, told):
    clocks.go_on(3600)
    watching.look()
    clocks.wall += seconds
    watching.look()

    assert watching.state("clock") == told


def test_the_way_out_of_both_is_on_every_face():
    parts = {"memory": "out of memory: 1 ended within the hour", "clock": "jumped by +86400 s"}

    ways = repairs(Texts.load(), parts)

    for words in (ways["memory"].ja, ways["memory"].en):
        assert "resources.limits.memory" in words
    for words in (ways["clock"].ja, ways["clock"].en):
        assert "timedatectl" in words


@pytest.mark.parametrize(
    ("groups", "name", "text"),
    [
        ("0::/pod/bot\n", "pod/bot/memory.events", "oom 3\noom_kill 3\n"),
        ("0::/\n", "memory.events", "oom_kill 3\n"),
        # a container sees its own as the root
        ("0::/host/only\n", "memory.events", "oom_kill 3\n"),
        ("4:memory:/a\n0::/\n", "memory/a/memory.oom_control", "under_oom 0\noom_kill 3\n"),
    ],
)
def test_what_counts_is_our_own_control_group(tmp_path, monkeypatch, groups, name, text):
    ours = tmp_path / "cgroup"
    ours.write_text(groups)
    place = tmp_path / "fs" / name
    place.parent.mkdir(parents=True)
    place.write_text(text)
    monkeypatch.setattr(machine, "OURS", ours)
    monkeypatch.setattr(machine, "GROUPS", tmp_path / "fs")

    assert counter() == place


async def test_ready_says_nothing_of_a_machine_that_does_nothing(tmp_path, monkeypatch):
    application = Application(load({}, data=str(tmp_path)))
    async with watched(application):
        parts = {name: state() for name, state in application.watches.items()}

    assert parts == {"memory": "", "clock": ""}
