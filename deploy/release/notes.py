"""
The notes of a release, cut from the CHANGELOG: `python deploy/release/notes.py v0.2.0 > notes.md`.

Fails where the CHANGELOG has no such heading, or the heading has no date yet.
"""

import re
import sys
from pathlib import Path

CHANGELOG = Path(__file__).parents[2] / "CHANGELOG.md"
HEADING = re.compile(r"^## (?P<version>\S+) — (?P<date>.+)$", re.MULTILINE)
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
VERIFY = """
## How to verify it

    gh attestation verify FILE --repo {repository}
    gh attestation verify oci://ghcr.io/{image}:{version} --repo {repository}

`sbom.json` lists every package of the image with its version and licence (CycloneDX). How to upgrade
stands in docs/operations.md.
"""


def notes(tag: str, text: str, repository: str) -> str:
    """
    Return the notes for a tag such as "v0.2.0".

    Raises:
        ValueError: there is no heading for it, or the heading has no date.
    """
    version = tag.removeprefix("v")
    headings = list(HEADING.finditer(text))
    for number, heading in enumerate(headings):
        if heading["version"] != version:
            continue
        if not DATE.fullmatch(heading["date"]):
            raise ValueError(f"CHANGELOG.md: {version} has no date yet")
        end = len(text)
        if number + 1 < len(headings):
            end = headings[number + 1].start()
        body = text[heading.end() : end].strip()
        how = VERIFY.format(repository=repository, image=repository.lower(), version=version)
        return f"{body}\n{how}"
    raise ValueError(f"CHANGELOG.md has no heading for {version}")


if __name__ == "__main__":
    _, tag, repository = sys.argv
    sys.stdout.write(notes(tag, CHANGELOG.read_text("utf-8"), repository))
