"""Print the manifest a workspace admin pastes in to install the bot."""

import sys
from pathlib import Path

FILES = {"slack": "slack/manifest.yaml", "teams": "teams/manifest.json"}


def show(platform: str) -> int:
    """Print the manifest of "slack" or "teams"."""
    folder = Path(__file__).resolve().parent.parent / "deploy"
    sys.stdout.write((folder / FILES[platform]).read_text(encoding="utf-8"))
    return 0
