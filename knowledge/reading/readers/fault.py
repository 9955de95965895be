"""
A fault of a reader's own, as the child tells it and its parent believes it: error and lines of
code.

Neither an error's message nor the text of a line is told, since both may hold text of the document.
What arrives is as bounded as what is sent: whoever took the child over could say anything.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from types import TracebackType

CODE = "fault"  # of the refusal that stands for one
ERRORS = 5  # of a chain of errors, the last one first
FRAMES = 12  # innermost lines of code
WORD = 120  # characters of an error's name, a line of code or a module
UNTOLD = "?"  # in the place of a name of another form, which may come from the document
_DETAIL = re.compile(rf"{CODE}: ([0-9a-f]{{6}})")
_ERROR = re.compile(r"[A-Za-z_]\w*|\?", re.ASCII)
_FRAME = re.compile(r"[\w./<>-]+:\d+ [\w.<>-]+|\?", re.ASCII)
_MODULE = re.compile(r"[\w.]*|\?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Fault:
    """
    `errors` are class names, the last one raised first, each followed by what led to it.

    `frames` are "folder/file:line function", innermost last. `module` could not be imported behind
    the closed doors; "" when that was not the trouble.
    """

    errors: tuple[str, ...]
    frames: tuple[str, ...] = ()
    module: str = ""


def describe(error: BaseException) -> Fault:
    """Tell of an error without its words; opens no file."""
    chain = list(_chain(error))
    names = tuple(_fitting(type(each).__name__, _ERROR) for each in chain)
    frames = tuple(_fitting(place, _FRAME) for place in _places(error.__traceback__))
    missing = (each.name for each in chain if isinstance(each, ImportError) and each.name)
    return Fault(names, frames[-FRAMES:], _fitting(next(missing, ""), _MODULE))


def parse(told: dict[str, object]) -> Fault | None:
    """Return the fault that a child tells of, None when no child of ours says such a thing."""
    match told:
        case {"errors": [str(), *_] as errors, "frames": list(frames), "module": str(module)}:
            names = _all(errors, ERRORS, _ERROR)
            places = _all(frames, FRAMES, _FRAME)
            if names is not None and places is not None and _fits(module, _MODULE):
                return Fault(names, places, module)
    return None


def detail(number: str) -> str:
    """Return the detail of a "truncated" flag for pages that end with the fault of this number."""
    return f"{CODE}: {number}"


def number(detail: str) -> str:
    """Return the number in the detail of a "truncated" flag, "" when it tells of no fault."""
    match = _DETAIL.fullmatch(detail)
    return match.group(1) if match else ""


def _all(words: Sequence[object], most: int, form: re.Pattern[str]) -> tuple[str, ...] | None:
    """Return the words if they are at most `most`, and each is short and of this form."""
    if len(words) > most:
        return None
    fitting = tuple(word for word in words if isinstance(word, str) and _fits(word, form))
    return fitting if len(fitting) == len(words) else None


def _fits(word: str, form: re.Pattern[str]) -> bool:
    return len(word) <= WORD and form.fullmatch(word) is not None


def _fitting(word: str, form: re.Pattern[str]) -> str:
    return word if _fits(word, form) else UNTOLD


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and what led to it, as Python would print them."""
    current: BaseException | None = error
    for _ in range(ERRORS):
        if current is None:
            return
        yield current
        context = None if current.__suppress_context__ else current.__context__
        current = current.__cause__ or context


def _places(trace: TracebackType | None) -> Iterator[str]:
    while trace is not None:
        code = trace.tb_frame.f_code
        file = "/".join(PurePath(code.co_filename).parts[-2:])
        yield f"{file}:{trace.tb_lineno} {code.co_name}"
        trace = trace.tb_next
