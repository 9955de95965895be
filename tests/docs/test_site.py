"""The site for contributors: it builds without a warning, and its pictures are those of its flows."""

import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from tests.choosing import advisor

ROOT = Path(__file__).resolve().parents[2]


def test_the_pictures_are_drawn_from_the_flows():
    spec = spec_from_file_location("draw", ROOT / "docs" / "draw.py")
    draw = module_from_spec(spec)
    spec.loader.exec_module(draw)
    drawn = draw.pictures()
    kept = {p.name: p.read_text("utf-8") for p in (ROOT / "docs" / "pictures").glob("*.svg")}
    assert len(drawn) >= 4
    assert drawn == kept


def test_every_question_of_the_dialog_is_published_with_what_it_changes():
    page = (ROOT / "docs/reference/questions.md").read_text("utf-8")
    rows = [row for row in page.splitlines() if row.startswith("| ")][1:]
    labels = [tuple(row.strip("| ").split(" | ")[:2]) for row in rows]
    model = advisor().model
    assert labels == [(one.words.label.en, one.words.label.ja) for one in model.questions]
    assert model.version in page
    assert not [row for row in rows if row.endswith("| 0% |")]


def test_the_site_builds_without_a_warning(tmp_path):
    pytest.importorskip("sphinx")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "docs", str(tmp_path)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (built.returncode, built.stderr) == (0, "")
    assert (tmp_path / "reference" / "knowledge.html").is_file()
