"""
How the code reads, in figures: `python -m tests.prose` prints them and fails above the bounds.

What is counted, so that anybody can count it again: an expression is a comprehension (of a list,
set, dictionary or generator), a conditional expression or a lambda, each once wherever it is. A
line of code is a line that is neither blank nor a comment alone, as `grep -vE '^ *(#|$)'` keeps,
docstrings included; the rate is expressions per 1,000 of them, rounded up. A wide line has more
than 100 characters, however wide these are on a screen. A function runs from its `def` to its
last line, what is nested in it included.

`ALLOWED` is a ratchet. A room that is worse than its allowance fails, and so does one that is
better, so that the allowance is lowered in the same change. A room without an allowance keeps the
bounds. `python -m tests.prose --table` prints the rows as they would be today.
"""

import ast
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from math import ceil
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
ROOTS = ("bot", "handlers", "knowledge")
WIDTH = 100  # characters
EXPRESSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.IfExp, ast.Lambda)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True, slots=True)
class Limits:
    """The most a room may have; what stands here are the bounds of every room."""

    expressions: int = 35  # per 1,000 lines of code
    wide: int = 0  # lines over 100 characters
    function: int = 60  # lines of the longest function
    file: int = 400  # lines of the longest file


BOUNDS = Limits()

# A room is a folder of a root with all that is in it, or the files that lie in the root itself.
ALLOWED: Mapping[str, Limits] = {}


@dataclass(frozen=True, slots=True)
class Figures:
    """What was counted in one file, or in several files together."""

    expressions: int = 0
    code: int = 0  # lines
    wide: int = 0
    function: int = 0
    function_at: str = ""  # path:line
    file: int = 0
    file_at: str = ""  # path

    def __add__(self, other: "Figures") -> "Figures":
        longer = other if other.function > self.function else self
        larger = other if other.file > self.file else self
        return Figures(
            expressions=self.expressions + other.expressions,
            code=self.code + other.code,
            wide=self.wide + other.wide,
            function=longer.function,
            function_at=longer.function_at,
            file=larger.file,
            file_at=larger.file_at,
        )

    def as_limits(self) -> Limits:
        rate = ceil(1000 * self.expressions / self.code) if self.code else 0
        return Limits(rate, self.wide, self.function, self.file)


def read(path: Path, name: str) -> Figures:
    """Count one file; `name` is what it is called in messages."""
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    code = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
    wide = [line for line in lines if len(line) > WIDTH]
    figures = Figures(code=len(code), wide=len(wide), file=len(lines), file_at=name)
    for node in ast.walk(ast.parse(text)):
        figures += _node(node, name)
    return figures


def _node(node: ast.AST, name: str) -> Figures:
    if isinstance(node, EXPRESSIONS):
        return Figures(expressions=1)
    if isinstance(node, FUNCTIONS):
        last = node.end_lineno or node.lineno
        return Figures(function=last - node.lineno + 1, function_at=f"{name}:{node.lineno}")
    return Figures()


def rooms(project: Path) -> dict[str, Figures]:
    """Return what each room holds, by its name (`bot`, `bot/slack`), in alphabetical order."""
    figures: dict[str, Figures] = {}
    for root in ROOTS:
        for path in sorted((project / root).rglob("*.py")):
            name = path.relative_to(project).as_posix()
            room = "/".join(name.split("/")[:-1][:2])
            figures[room] = figures.get(room, Figures()) + read(path, name)
    return dict(sorted(figures.items()))


def complaints(figures: Mapping[str, Figures], allowed: Mapping[str, Limits]) -> Iterator[str]:
    """Yield a sentence for each room that is worse, or better, than it is allowed to be."""
    for room, counted in figures.items():
        yield from _room(room, counted, allowed.get(room, BOUNDS))
    for room in allowed:
        if room not in figures:
            yield f"{room}: there is no such room; take its allowance out"


def _room(room: str, counted: Figures, allowed: Limits) -> Iterator[str]:
    places = {"function": counted.function_at, "file": counted.file_at}
    today = counted.as_limits()
    for field in fields(Limits):
        value = getattr(today, field.name)
        limit = getattr(allowed, field.name)
        bound = getattr(BOUNDS, field.name)
        if value > limit:
            at = places.get(field.name, room)
            yield f"{at}: {field.name} {value}, at most {limit} allowed"
        elif max(value, bound) < limit:
            yield f"{room}: {field.name} {value}, lower the allowance to {max(value, bound)}"


def summary(root: str, counted: Figures) -> str:
    today = counted.as_limits()
    return (
        f"{root}: {today.expressions} expressions per 1,000 lines of code, "
        f"{today.wide} lines over {WIDTH} characters, "
        f"longest function {today.function} lines ({counted.function_at}), "
        f"longest file {today.file} lines ({counted.file_at})"
    )


def table(figures: Mapping[str, Figures]) -> Iterator[str]:
    """Yield the rows `ALLOWED` would have if every room were allowed what it holds today."""
    for room, counted in figures.items():
        today = counted.as_limits()
        names = [field.name for field in fields(Limits)]
        over = [name for name in names if getattr(today, name) > getattr(BOUNDS, name)]
        words = [f"{name}={getattr(today, name)}" for name in over]
        if words:
            yield f'    "{room}": Limits({", ".join(words)}),'


def main(words: list[str]) -> int:
    """Print the figures and return 1 where a room is not as it is allowed to be."""
    figures = rooms(PROJECT)
    if words == ["--table"]:
        print(*table(figures), sep="\n")
        return 0
    for root in ROOTS:
        own = [counted for room, counted in figures.items() if room.split("/")[0] == root]
        print(summary(root, sum(own, Figures())))
    problems = list(complaints(figures, ALLOWED))
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
