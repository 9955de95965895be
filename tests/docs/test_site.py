"""The site for contributors: it builds without a warning, and its pictures are those of its flows."""

import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_the_pictures_are_drawn_from_the_flows():
    spec = spec_from_file_location("draw", ROOT / "docs" / "draw.py")
    draw = module_from_spec(spec)
    spec.loader.exec_module(draw)
    drawn = draw.pictures()
    kept = {p.name: p.read_text("utf-8") for p in (ROOT / "docs" / "pictures").glob("*.svg")}
    assert len(drawn) >= 4
    assert drawn == kept


def test_the_site_builds_without_a_warning(tmp_path):
    pytest.importorskip("sphinx")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "docs", str(tmp_path)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (built.returncode, built.stderr) == (0, "")
    assert (tmp_path / "reference" / "knowledge.html").is_file()
