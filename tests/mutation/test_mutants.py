"""The list of broken promises stays in step with the code and the tests."""

import ast
from collections import Counter
from pathlib import Path

from tests.mutation.run import ROOT, mutants

ASKED = 80  # promises at least


def test_each_changes_one_place_that_exists_and_names_tests_that_exist():
    wrong = []
    for mutant in mutants():
        text = (ROOT / mutant.file).read_text("utf-8")
        if text.count(mutant.old) != 1 or mutant.old == mutant.new:
            wrong.append(f"{mutant.promise}: {text.count(mutant.old)} times in {mutant.file}")
        for test in mutant.tests:
            path, _, name = test.partition("::")
            if not (ROOT / path).exists() or (name and name not in _tests(ROOT / path)):
                wrong.append(f"{mutant.promise}: there is no {test}")
    assert wrong == []


def test_there_are_enough_of_them_and_none_twice():
    promises = Counter(mutant.promise for mutant in mutants())
    assert len(promises) >= ASKED
    assert promises.most_common(1)[0][1] == 1


def _tests(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in ast.walk(tree) if isinstance(node, functions)}
