"""The boxes on an OpenDocument slide: where they stand, and the order they are read in."""

from dataclasses import dataclass, field

from knowledge.reading.readers.arrangement import Box, reading_order

_CENTIMETRES = {"cm": 1.0, "mm": 0.1, "in": 2.54, "pt": 2.54 / 72, "pc": 2.54 / 6}


@dataclass(slots=True)
class Frame:
    """A box on a slide with its lines; `box` is in centimetres."""

    box: Box | None
    title: bool
    lines: list[str] = field(default_factory=list)


def arranged(frames: list[Frame]) -> list[str]:
    """Return the lines of frames: titles first, then by where they stand."""
    lines = [line for frame in frames if frame.title for line in frame.lines]
    others = [frame for frame in frames if not frame.title and frame.lines]
    placed = [frame for frame in others if frame.box is not None]
    for frame in others:
        if frame.box is None:
            lines += frame.lines
    for at in reading_order([frame.box for frame in placed if frame.box is not None]):
        lines += placed[at].lines
    return lines


def box_of(values: dict[str, str]) -> Box | None:
    """Return where a frame stands, in centimetres; None where that is not said."""
    if "x" not in values or "y" not in values:
        return None
    left, top = _length(values["x"]), _length(values["y"])
    wide, high = _length(values.get("width", "")), _length(values.get("height", ""))
    return left, top, left + wide, top + high


def _length(written: str) -> float:
    """Return a length in centimetres, 0 where it is none."""
    unit = _CENTIMETRES.get(written[-2:])
    digits = written[:-2]
    if unit is None or len(digits) > 12:
        return 0.0
    try:
        return float(digits) * unit
    except ValueError:
        return 0.0
