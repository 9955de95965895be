"""
What is amiss with a part, from the few words its state holds to one sentence with the setting and
the way out: the same for the page, the log, `/ready` and the doctor. No value stands in any.
"""

from collections.abc import Callable, Mapping
from typing import Literal

from handlers.texts import Texts
from knowledge.values import Phrase

Way = Literal[
    "redis",
    "redis_own",
    "redis_login",
    "redis_permission",
    "redis_loading",
    "redis_replica",
    "redis_memory",
    "redis_disk",
    "redis_cluster",
    "redis_certificate",
    "qdrant",
    "qdrant_key",
    "qdrant_certificate",
    "qdrant_too_old",
    "qdrant_foreign",
    "index_newer",
    "index_damaged",
    "memory",
    "clock_jumped",
]
STORE = ("sessions", "jobs")  # the parts that need Redis
INDEX = ("library", "answers")  # those that need the index
FINE = ("ready", "starting")
# what a state holds, and the sentence of `check.yaml` for it
_OF_STORE: Mapping[str, Way] = {
    "wrong user or password": "redis_login",
    "lacks a permission": "redis_permission",
    "still loading": "redis_loading",
    "replica": "redis_replica",
    "out of memory": "redis_memory",
    "its disk": "redis_disk",
    "a cluster": "redis_cluster",
    "certificate": "redis_certificate",
    "our own": "redis_own",
    "": "redis",
}
_OF_INDEX: Mapping[str, Way] = {
    " 401": "qdrant_key",
    " 403": "qdrant_key",
    "certificate": "qdrant_certificate",
    "library_old": "qdrant_too_old",
    "library_foreign": "qdrant_foreign",
    "newer": "index_newer",
    "library_damaged": "index_damaged",
    "library_failed: ": "qdrant",  # an index in a folder fails without a cause of the network
}
# of the machine itself, by part
_OF_MACHINE: Mapping[str, Mapping[str, Way]] = {
    "memory": {"": "memory"},
    "clock": {"": "clock_jumped"},
}


def advice(texts: Texts, part: str, state: str) -> Phrase | None:
    """Return the way out for a part in this state; None where all is well or nothing is known."""
    if state in FINE:
        return None
    ways = _OF_MACHINE.get(part, {})
    if part in STORE:
        ways = _OF_STORE
    elif part in INDEX:
        ways = _OF_INDEX
    for words, way in ways.items():
        if words in state:
            return texts.phrase(f"check.{way}")
    return None


def repairs(texts: Texts, parts: Mapping[str, str]) -> dict[str, Phrase]:
    """Return the way out of every part that has one."""
    ways = {}
    for part, state in parts.items():
        way = advice(texts, part, state)
        if way is not None:
            ways[part] = way
    return ways


def in_english(texts: Texts, part: str, state: str, *, whose: Callable[[str], str] = str) -> str:
    """Return the way out as the log has it, "" where none is known; `whose` as of the store."""
    way = advice(texts, part, whose(state))
    return way.en if way is not None else ""
