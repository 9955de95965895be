"""What goes out with a release: its notes, the bill of what it stands on, licences that are allowed."""

import json
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RELEASE = ROOT / "deploy/release"


@pytest.fixture(scope="module")
def audit() -> dict:
    return runpy.run_path(str(RELEASE / "audit.py"))


@pytest.fixture(scope="module")
def rows(audit) -> list:
    return audit["packages"]()[0]


@pytest.fixture(scope="module")
def notes():
    return runpy.run_path(str(RELEASE / "notes.py"))["notes"]


def test_everything_it_stands_on_has_a_licence_that_is_allowed(audit, rows):
    assert rows[0].name == "llm-choose"
    assert {"slack-bolt", "qdrant-client", "redis", "llama-index-core"} <= {
        row.name for row in rows
    }
    assert {row.name: (row.licence, row.verdict) for row in rows if row.verdict != "ok"} == {}
    assert set(audit["REASONS"]) <= {row.name for row in rows}  # no reason outlives its package


@pytest.mark.parametrize(
    ("licence", "verdict"),
    [
        ("MIT", "ok"),
        ("Apache-2.0 OR BSD-3-Clause", "ok"),
        ("GPL-3.0-only", "copyleft"),
        ("GNU Affero General Public License v3", "copyleft"),
        ("BUSL-1.1", "copyleft"),
        ("LGPL-3.0-or-later", "lesser copyleft without a reason"),
        ("MIT OR GPL-2.0", "ok"),
        ("", "unknown licence"),
        ("proprietary", "unknown licence"),
    ],
)
def test_a_licence_is_judged_by_its_name(audit, licence, verdict):
    assert audit["_verdict"]("some-package", licence) == verdict


def test_the_bill_is_one_by_the_rules_of_cyclonedx(audit, rows):
    validation = pytest.importorskip("cyclonedx.validation.json")
    from cyclonedx.schema import SchemaVersion

    text = json.dumps(audit["bill"](rows))
    trouble = validation.JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    bill = json.loads(text)
    refs = {part["bom-ref"] for part in bill["components"]}

    assert trouble is None
    assert bill["metadata"]["component"]["name"] == "llm-choose"
    assert len(refs) == len(bill["components"]) == len(rows) - 1
    for row in bill["dependencies"]:
        assert set(row["dependsOn"]) <= refs | {bill["metadata"]["component"]["bom-ref"]}


def test_the_notes_of_a_release_are_cut_from_the_changelog(notes):
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    told = notes("v0.1.0", text, "House/llm-choose")

    assert told.splitlines()[0]
    assert not re.search(r"^## 0\.", told, re.MULTILINE)
    assert "ghcr.io/house/llm-choose:0.1.0" in told


@pytest.mark.parametrize("tag", ["v0.0.9", "v0.2.0"])
def test_a_release_without_a_dated_heading_is_refused(notes, tag):
    text = "# Changelog\n\n## 0.2.0 — unreleased\n\n- more\n\n## 0.1.0 — 2026-11-29\n\n- first\n"
    with pytest.raises(ValueError, match="CHANGELOG"):
        notes(tag, text, "house/llm-choose")


def test_dependabots_file_fits_its_schema():
    words = ["--builtin-schema", "vendor.dependabot", str(ROOT / ".github/dependabot.yml")]
    told = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", *words],
        check=False,
        capture_output=True,
        text=True,
    )

    assert told.returncode == 0, told.stdout


def test_the_chart_is_packed_under_the_version_of_the_release(tmp_path):
    helm = pytest.importorskip(
        "helm_python", reason="Helm's own library has no wheel for this system"
    )
    workflow = (ROOT / ".github/workflows/release.yml").read_text("utf-8")
    [line] = re.findall(r'python -c "(import sys, helm_python.+?)" "\$', workflow)
    code = line.replace("'dist'", repr(str(tmp_path)))
    subprocess.run([sys.executable, "-c", code, "1.2.3"], cwd=ROOT, check=True, capture_output=True)

    with helm.Chart.load(tmp_path / "llm-choose-1.2.3.tgz") as chart:
        assert chart.version == "1.2.3"
