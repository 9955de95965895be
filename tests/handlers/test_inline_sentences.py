"""Sentences live in files: what code says in both languages at once is found and refused."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
ENGLISH = re.compile(r"[a-z]{2,}")
ALLOWED = {
    "knowledge/text/injection.py": "patterns of orders to an AI, no sentences",
    "knowledge/formats.py": "the names of formats stand beside what they name",
}


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value) if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
    return ""


def _inline(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        texts = [_text(one) for one in (*node.args, *(k.value for k in node.keywords))]
        japanese = [text for text in texts if JAPANESE.search(text)]
        english = [text for text in texts if ENGLISH.search(text) and not JAPANESE.search(text)]
        if japanese and english:
            yield node.lineno


def test_the_scan_sees_a_sentence_in_both_languages():
    code = 'Phrase(f"{n} を読めません。", f"{n} cannot be read.")'

    assert list(_inline(ast.parse(code))) == [1]


def test_no_call_holds_a_sentence_in_both_languages():
    inline = []
    for room in ("bot", "handlers", "knowledge"):
        for path in sorted((ROOT / room).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if not name.startswith(tuple(ALLOWED)):
                lines = _inline(ast.parse(path.read_text(encoding="utf-8")))
                inline += [f"{name}:{line}" for line in lines]

    assert inline == []
