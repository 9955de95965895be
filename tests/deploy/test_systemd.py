"""The systemd units: judged by systemd's own tools where they are installed, and the command in them is one."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from bot.command.parser import parse

ROOT = Path(__file__).resolve().parents[2]
UNITS = {"llm-choose.service": "", "llm-choose-worker@.service": "9091"}
EXPOSURE = 1.5  # of 10, as `systemd-analyze security` counts it


def text(name: str) -> str:
    return (ROOT / "deploy/systemd" / name).read_text("utf-8")


def hardening(name: str) -> list[str]:
    """Return what a unit closes: its lines from the first wall on."""
    lines = [line for line in text(name).splitlines() if not line.startswith("#")]
    return lines[lines.index("NoNewPrivileges=yes") : lines.index("[Install]")]


@pytest.mark.parametrize("name", UNITS)
def test_the_command_of_a_unit_is_one(name):
    [line] = re.findall(r"^ExecStart=(.+)$", text(name), re.MULTILINE)
    _, *words = line.replace("%i", UNITS[name]).split()

    assert parse(words, "en").host == "127.0.0.1"


def test_both_units_are_closed_alike():
    one, other = (hardening(name) for name in UNITS)

    assert one == other
    assert len(one) > 20


def test_the_calls_that_the_readers_sandbox_needs_are_left_to_it():
    filters = re.findall(r"^SystemCallFilter=(.+)$", text("llm-choose.service"), re.MULTILINE)

    assert "seccomp" in filters[0].split()
    assert "landlock_restrict_self" in filters[0].split()
    assert "@resources" not in filters[1]  # its child bounds its own memory and time


@pytest.mark.parametrize("name", UNITS)
def test_a_child_ended_for_want_of_memory_does_not_end_the_service(name):
    assert "OOMPolicy=continue" in text(name).splitlines()


@pytest.mark.parametrize("name", UNITS)
def test_systemd_itself_takes_a_unit_and_counts_it_as_closed(name, tmp_path):
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("there is no systemd-analyze here: apt-get install systemd")
    unit = tmp_path / name.replace("@", f"@{UNITS[name]}")
    program = tmp_path / "llm-choose"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    unit.write_text(text(name).replace("/opt/llm-choose/bin/llm-choose", str(program)))
    verified = subprocess.run(
        [analyze, "verify", unit], check=False, capture_output=True, text=True
    )
    judged = subprocess.run(
        [analyze, "security", "--offline=true", "--no-pager", unit],
        check=False,
        capture_output=True,
        text=True,
    )
    exposure = re.search(r"exposure level for \S+: ([\d.]+)", judged.stdout)

    assert unit.name not in verified.stderr
    assert exposure
    assert float(exposure[1]) <= EXPOSURE
