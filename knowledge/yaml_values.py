"""The program's own YAML files as plain values."""

from typing import Any

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml is ten times as fast; both safe


def yaml_values(text: str | bytes) -> Any:
    """Return what a YAML document of our own holds; None for an empty one."""
    return yaml.load(text, Loader=_LOADER)  # noqa: S506 - a safe loader
