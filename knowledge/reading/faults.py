"""
Faults of our own that readers met.

Each is counted and has a number, which people are told and the log repeats.
"""

import logging
import secrets
from collections import Counter

from knowledge.reading.readers.fault import Fault

log = logging.getLogger(__name__)
_counts: Counter[str] = Counter()  # of this process, whichever loop they were met in


def record(kind: str, fault: Fault) -> str:
    """Log and count a fault of the reader of `kind`; return its number, six hexadecimal digits."""
    number = secrets.token_hex(3)
    _counts[kind] += 1
    told = {
        "number": number,
        "reader": kind,
        "error": " < ".join(fault.errors),
        "late_import": fault.module,
        "frames": " | ".join(fault.frames),
    }
    log.error("a reader failed by a fault of ours", extra=told)
    return number


def counted() -> dict[str, int]:
    """Return how many faults each reader met since this process started, those with any."""
    return dict(_counts)
