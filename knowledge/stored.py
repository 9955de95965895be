"""
Values as they were stored, by this release or another one.

What a newer release added to a value is left aside, and what an older one did not know yet has its
default: so one release reads what its neighbours wrote.
"""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeVar

T = TypeVar("T")


def stored(kind: type[T], row: Mapping[str, Any]) -> T:
    """
    Return a value of this dataclass from its stored fields.

    Raises:
        TypeError: a field without a default is missing.
    """
    names = {field.name for field in fields(kind)}  # type: ignore[arg-type]  # a dataclass
    known = {name: value for name, value in row.items() if name in names}
    return kind(**known)
