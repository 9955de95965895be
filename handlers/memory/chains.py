"""Hash chains: each entry of a log is chained to the one before, so that no change goes unseen. Pure."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

Entry = dict[str, Any]


def linked(entry: Mapping[str, Any], before: str) -> Entry:
    """Return an entry as a log keeps it, chained to the hash of the one `before` ("" for none)."""
    return {"entry": entry, "before": before, "hash": _digest(entry, before)}


def gap(rows: Sequence[Mapping[str, Any]]) -> int | None:
    """
    Return the 1-based place of the first row, oldest first, that breaks the chain; None when it is
    whole.
    """
    before = ""
    for place, row in enumerate(rows, 1):
        if row["before"] != before or row["hash"] != _digest(row["entry"], before):
            return place
        before = row["hash"]
    return None


def _digest(entry: Mapping[str, Any], before: str) -> str:
    body = json.dumps(entry, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(f"{before}{body}".encode()).hexdigest()
