"""
Runs of the first kind of decision model: which of their answers mean the same today.

Options that were split or renamed are asked again rather than guessed.
"""

from collections.abc import Mapping

# question → its former options that still mean the same → what they are called today
SAME: Mapping[str, Mapping[str, str]] = {
    "docs": {"none": "none", "small": "small", "core": "core"},
    "fresh": {"rare": "rare", "monthly": "monthly", "daily": "daily"},
    "cite": {"no": "no", "nice": "nice", "must": "must"},
    "boundary": {"ok": "ok", "contract": "contract", "inside": "inside"},
    "ownership": {"tool": "tool", "data": "data", "model": "model"},
    "traindata": {
        "none": "none",
        "examples": "examples",
        "corpus": "corpus",
        "massive": "massive",
    },
    "team": {"none": "none", "app": "app", "ml": "ml", "research": "research"},
    "budget": {"m": "m", "l": "l", "xl": "xl"},
    "time": {"m1": "m1", "m3": "m3", "m12": "m12", "long": "long"},
    "control": {"fine": "fine", "prefer": "prefer", "must": "must"},
    "impact": {"low": "low", "mid": "mid", "high": "high"},
    "behavior": {"proven": "gap=proven", "some": "gap=some"},
}


def carried(answers: Mapping[str, str]) -> dict[str, str]:
    """Return the answers of a former run that mean the same in the present model."""
    present = {}
    for criterion, option in answers.items():
        today = SAME.get(criterion, {}).get(option)
        if today is None:
            continue
        question, renamed, other = today.partition("=")
        if renamed:
            present[question] = other
        else:
            present[criterion] = today
    return present
