"""
What a source and the shelf differ in: planned whole, before anything changes.

What is known of an entry is what the last run noted. An entry that is not there any more has
vanished only when the list was whole; one whose very bytes now stand elsewhere was moved.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from knowledge.sources.source import Entry, Trouble

MANY = 10  # entries; so many, and more than half of all, do not vanish by themselves


@dataclass(frozen=True, slots=True)
class Held:
    """
    What the last run noted of an entry: the fingerprint and hash of its content, and its document.

    `document` is empty for what was refused, with the `code` of why and what was said of it, empty
    in notes of earlier releases. `copy` says that the document
    is another entry's with the same bytes; `gone` that it was withdrawn because the entry vanished;
    `adopted` that nothing was noted, and the document says itself where it comes from.
    """

    fingerprint: str
    sha256: str = ""
    document: str = ""
    code: str = ""
    copy: bool = False
    gone: bool = False
    adopted: bool = False
    ja: str = ""
    en: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """
    What is to be looked at, and what needs nothing. `fresh` and `changed` are still to be fetched;
    `back` stood here before and had vanished.

    `kept_out` are those whose documents an admin deleted here. `again` are entries that were
    refused before and are still the same, with the code of why. Nothing has `vanished` unless the
    list was `whole`.
    """

    fresh: tuple[Entry, ...] = ()
    changed: tuple[Entry, ...] = ()
    unchanged: tuple[str, ...] = ()
    kept_out: tuple[str, ...] = ()
    vanished: tuple[str, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    whole: bool = True
    again: Mapping[str, str] = field(default_factory=dict)


class Lost:
    """
    The entries that have vanished, in this run or an earlier one: what is new at the source may be
    one of them, moved. Each is found once; `moved` are those that were.
    """

    def __init__(self, vanished: Collection[str], held: Mapping[str, Held]) -> None:
        self.moved: set[str] = set()
        self._vanished = frozenset(vanished)
        self._held = held
        self._with_bytes: dict[str, list[str]] = {}
        self._with_fingerprint: dict[str, list[str]] = {}
        gone = [id_ for id_, one in held.items() if one.gone and id_ not in self._vanished]
        for id_ in (*vanished, *gone):
            one = held[id_]
            self._with_bytes.setdefault(one.sha256, []).append(id_)
            self._with_fingerprint.setdefault(one.fingerprint, []).append(id_)

    def with_bytes(self, sha256: str) -> str:
        """Return the id of one that had these bytes, empty for none."""
        return self._found(self._with_bytes.get(sha256, ()))

    def with_fingerprint(self, fingerprint: str) -> str:
        """Return the id of one that had this fingerprint, empty for none."""
        if not fingerprint:
            return ""
        return self._found(self._with_fingerprint.get(fingerprint, ()))

    def _found(self, ids: Sequence[str]) -> str:
        for id_ in ids:
            one = self._held.get(id_)
            if one is None or id_ in self.moved or one.copy or not one.document:
                continue
            if one.gone or id_ in self._vanished:  # and did not come back in this run
                self.moved.add(id_)
                return id_
        return ""


def planned(
    listed: Sequence[Entry | Trouble], held: Mapping[str, Held], alive: frozenset[str]
) -> Plan:
    """
    Return the plan for what a source lists, given what is known of it; `alive` are the documents
    that are still on the shelf.
    """
    entries = {one.id: one for one in listed if isinstance(one, Entry)}
    troubles = tuple(one for one in listed if isinstance(one, Trouble))
    fresh: list[Entry] = []
    changed: list[Entry] = []
    unchanged: list[str] = []
    kept_out: list[str] = []
    again: dict[str, str] = {}
    for id_, entry in entries.items():
        before = held.get(id_)
        if before is None or _is_forgotten(before, entry, alive):
            fresh.append(entry)
        elif before.gone or entry.fingerprint != before.fingerprint or not entry.fingerprint:
            changed.append(entry)
        elif before.code:
            again[id_] = before.code
        elif before.document in alive:
            unchanged.append(id_)
        else:
            kept_out.append(id_)
    whole = all(one.whole for one in troubles)
    vanished = _vanished(entries, troubles, held) if whole else ()
    return Plan(
        tuple(fresh),
        tuple(changed),
        tuple(unchanged),
        tuple(kept_out),
        vanished,
        troubles,
        whole,
        again,
    )


def doubtful(vanished: Collection[str], held: Mapping[str, Held]) -> bool:
    """
    Tell whether so much has vanished that the source itself is more likely at fault: a drive that
    is not mounted looks like an empty folder.
    """
    standing = [id_ for id_, one in held.items() if one.document and not one.gone]
    lost = [id_ for id_ in vanished if id_ in standing]
    return len(lost) >= MANY and 2 * len(lost) > len(standing)


def _is_forgotten(before: Held, entry: Entry, alive: frozenset[str]) -> bool:
    """Tell whether the document of an entry was deleted here, and the entry is another one now."""
    if not before.document or before.document in alive:
        return False
    return before.gone or entry.fingerprint != before.fingerprint


def _vanished(
    entries: Collection[str], troubles: Sequence[Trouble], held: Mapping[str, Held]
) -> tuple[str, ...]:
    named = {one.id for one in troubles}
    return tuple(
        id_
        for id_, one in held.items()
        if not (one.gone or one.adopted or id_ in entries or id_ in named)
    )
