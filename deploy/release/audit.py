"""
What the product stands on: every package it needs at run time, with its licence, and a bill of them.

    python deploy/release/audit.py                  # a table; exit 1 when a licence is not allowed
    python deploy/release/audit.py --sbom sbom.json # CycloneDX 1.6
    pip-audit --disable-pip --require-hashes -r requirements.lock   # known vulnerabilities, with a network

It reads the packages of the environment it runs in, from `llm-choose` on, with every extra that the
image has. Packages that are not installed here (another system's) are named and no failure.
"""

import argparse
import json
import re
import sys
import uuid
from collections import deque
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = "llm-choose"
EXTRAS = ("all-llms", "embedding", "object-stores", "ocr", "otel")  # of the image
# As they are written in metadata, in classifiers and as SPDX expressions.
ALLOWED = re.compile(
    r"MIT|Apache|BSD|ISC|PSF|Python Software Foundation|MPL|Mozilla|Unlicense|Public Domain|Zope|ZPL"
    r"|CC0|0BSD|HPND|Artistic|BSL-1|Boost",
    re.IGNORECASE,
)
COPYLEFT = re.compile(
    r"\bA?GPL|General Public|SSPL|BUSL|Business Source|Commons Clause", re.IGNORECASE
)
LESSER = re.compile(r"LGPL|Lesser General Public", re.IGNORECASE)
# What stands here was looked at by a person, and why it may stay.
REASONS = {
    "dramatiq": "LGPL, imported unmodified",
    "mistralai": "Apache 2.0 by its LICENSE file, its metadata names none",
    "pyseccomp": "LGPL, imported unmodified",
}
SPOKEN = 80  # characters of a licence's text that count as its name


@dataclass(frozen=True, slots=True)
class Package:
    """One package; `needs` are the names of those it needs, `verdict` is "ok" or what is wrong."""

    name: str
    version: str
    licence: str
    needs: tuple[str, ...]
    verdict: str


def packages() -> tuple[list[Package], list[str]]:
    """Return what `ROOT` needs here, by name, and the names of what is not installed."""
    found: dict[str, Package] = {}
    absent: set[str] = set()
    waiting = deque([(ROOT, frozenset(EXTRAS))])
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        name, extras = waiting.popleft()
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        try:
            installed = distribution(name)
        except PackageNotFoundError:
            absent.add(name)
            continue
        needed = _needed(installed, extras)
        waiting.extend(needed)
        names = tuple(sorted({canonicalize_name(other) for other, _ in needed}))
        before = found[name].needs if name in found else ()
        found[name] = _package(name, installed, tuple(sorted({*before, *names} - {name})))
    own = found.pop(ROOT, None)
    rows = sorted(found.values(), key=_by_name)
    if own is not None:
        rows.insert(0, own)
    return rows, sorted(absent)


def _by_name(package: Package) -> str:
    return package.name


def _needed(installed: Distribution, extras: frozenset[str]) -> list[tuple[str, frozenset[str]]]:
    """Return what an installed package needs on this system, with the extras it asks for."""
    needed = []
    for text in installed.requires or ():
        requirement = Requirement(text)
        marker = requirement.marker
        wanted = ("", *extras)
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in wanted):
            name = canonicalize_name(requirement.name)
            needed.append((name, frozenset(requirement.extras)))
    return needed


def _package(name: str, installed: Distribution, needs: tuple[str, ...]) -> Package:
    licence = _licence(installed)
    return Package(name, installed.version, licence, needs, _verdict(name, licence))


def _licence(installed: Distribution) -> str:
    """Return the licence as its expression, its classifiers or its short name say it."""
    told = installed.metadata
    expression = told.get("License-Expression", "")
    if expression:
        return str(expression)
    rows = told.get_all("Classifier") or ()
    names = [row.rpartition("::")[2].strip() for row in rows if row.startswith("License ::")]
    if names:
        return " / ".join(names)
    text = str(told.get("License", "")).strip()
    first = text.splitlines()[0] if text else ""
    return first[:SPOKEN]


def _verdict(name: str, licence: str) -> str:
    if name in REASONS:
        return "ok"
    plain = LESSER.sub("", licence)
    if COPYLEFT.search(plain) and not ALLOWED.search(plain):
        return "copyleft"
    if ALLOWED.search(plain):
        return "ok"
    return "lesser copyleft without a reason" if LESSER.search(licence) else "unknown licence"


def bill(rows: list[Package]) -> dict[str, Any]:
    """Return the bill of materials, CycloneDX 1.6; the first row is the product itself."""
    components = [_component(package) for package in rows]
    known = {package.name: _purl(package) for package in rows}
    dependencies = []
    for package in rows:
        needs = [known[name] for name in package.needs if name in known]
        dependencies.append({"ref": known[package.name], "dependsOn": needs})
    product = components[0] | {"type": "application"}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid4()}",
        "version": 1,
        "metadata": {"component": product},
        "components": components[1:],
        "dependencies": dependencies,
    }


def _component(package: Package) -> dict[str, Any]:
    component: dict[str, Any] = {
        "type": "library",
        "bom-ref": _purl(package),
        "name": package.name,
        "version": package.version,
        "purl": _purl(package),
    }
    if package.licence:
        component["licenses"] = [{"license": {"name": package.licence}}]
    return component


def _purl(package: Package) -> str:
    return f"pkg:pypi/{package.name}@{package.version}"


def main() -> int:
    """Print the table, or write the bill; 1 when a licence is not allowed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sbom", type=Path, help="write a CycloneDX bill of materials here")
    arguments = parser.parse_args()
    rows, absent = packages()
    if arguments.sbom:
        arguments.sbom.write_text(json.dumps(bill(rows), indent=1) + "\n", "utf-8")
    for package in rows:
        reason = REASONS.get(package.name, package.verdict)
        sys.stdout.write(f"{package.name} {package.version}: {package.licence} ({reason})\n")
    for name in absent:
        sys.stdout.write(f"{name}: not installed here\n")
    return 0 if all(package.verdict == "ok" for package in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
