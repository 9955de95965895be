"""
When readers may import: before the sandbox is closed, because no file can be opened afterwards.

So an import stands at the top of its module, or in a function called `prepare`, which a child runs
while its doors are open. Anywhere else it fails with the first document; this file finds such
imports before there is one.
"""

import ast
import json
import sys
from collections.abc import Iterator
from pathlib import Path

_OURS = __name__.partition(".")[0]
_EARLY = "prepare"


def tell() -> None:
    """Write the late imports of every loaded module of ours, for whoever started this process."""
    modules = [module for name, module in sys.modules.items() if name.partition(".")[0] == _OURS]
    files = sorted({Path(module.__file__) for module in modules if module.__file__})
    sys.stdout.write(json.dumps([place for file in files for place in late(file)]))
    sys.stdout.flush()


def late(file: Path) -> tuple[str, ...]:
    """Return where imports of a module wait until something is called, as "file:line"."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    allowed: set[int] = set()
    for early in filter(_is_early, tree.body):
        allowed.update(_imports(early))
    called: set[int] = set()
    for function in filter(_is_function, ast.walk(tree)):
        called.update(_imports(function))
    return tuple(f"{file.name}:{line}" for line in sorted(called - allowed))


def _is_early(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef) and node.name == _EARLY


def _is_function(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)


def _imports(function: ast.AST) -> Iterator[int]:
    """Yield the lines of the import statements inside."""
    for node in ast.walk(function):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node.lineno
