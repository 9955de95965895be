"""
A mypy plugin: a sentence that does not exist, or lacks a value it takes, fails the type check.

Which functions say sentences is read from the code: those in SAYERS, and every function that hands a
parameter of its own on to one of them as the name, or as a part of it. A name may be a literal, a
choice of literals, or a family ("column_" and a word): of a family each known member must be content
with the values. A name of which nothing is known is refused. Values behind `**` cannot be seen and
are taken on trust; nothing else is.
"""

import ast
import hashlib
import re
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path

import yaml
from mypy.nodes import (
    ARG_STAR2,
    CallExpr,
    ConditionalExpr,
    Expression,
    ListExpr,
    MemberExpr,
    OpExpr,
    StrExpr,
    SymbolNode,
)
from mypy.options import Options
from mypy.plugin import FunctionContext, MethodContext, Plugin, ReportConfigContext
from mypy.types import CallableType, Instance, LiteralType, Type, UnionType, get_proper_type

ROOT = Path(__file__).resolve().parents[1]
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml is ten times as fast
CHAT, LIBRARY, ANSWERS, FAULTS = "chat", "library", "answers", "faults"
FILES = {
    CHAT: sorted((ROOT / "handlers" / "sentences").glob("*.yaml")),
    LIBRARY: [ROOT / "knowledge" / "library.yaml"],
    ANSWERS: [ROOT / "knowledge" / "answering" / "answers.yaml"],
    FAULTS: [ROOT / "knowledge" / "advisor" / "faults.yaml"],
}
ANY = "\0"  # stands for a word that only running code knows
NUMBER = "\1"  # and for a number
SPEAKING = re.compile(r"\b_?(say|phrase|wording|text)\(|Wording")  # code that may say sentences
PLURAL = re.compile(r"\{(\w+)\|[^{}|]*\|[^{}|]*\}")


@dataclass(frozen=True)
class Pattern:
    """
    What a function says: of which book, and with what around the word it is given.

    `adds` are the values that the function gives by itself; `open` says that it hands its callers'
    values on.
    """

    book: str
    before: str = ""
    after: str = ""
    adds: frozenset[str] = frozenset()
    open: bool = True


@dataclass(frozen=True)
class Sayer:
    """
    A function that says sentences, by which parameter and in which patterns.

    `at` is the parameter's place among the positional ones, `self` aside.
    """

    parameter: str
    patterns: tuple[Pattern, ...]
    at: int = 0


SAYERS = {
    "handlers.texts.Texts.say": Sayer("name", (Pattern(CHAT),)),
    "handlers.texts.Texts.phrase": Sayer("name", (Pattern(CHAT),)),
    "knowledge.sentences.phrase": Sayer("key", (Pattern(LIBRARY),)),
    "knowledge.advisor.faults.phrase": Sayer("fault", (Pattern(FAULTS),)),
    "knowledge.answering.wording.Wording.phrase": Sayer("name", (Pattern(ANSWERS),)),
    "knowledge.answering.wording.Wording.error": Sayer("name", (Pattern(ANSWERS),)),
}
OWNERS = {  # how the holder of sentences is called wherever its type is not written beside it
    "texts": "handlers.texts.Texts",
    "Texts.load()": "handlers.texts.Texts",
    "context": "handlers.documents.context.Context",
    "wording": "knowledge.answering.wording.Wording",
    "Wording.load()": "knowledge.answering.wording.Wording",
}
WORDING = {
    "Wording": "handlers.choose.wording.Wording",
    "ModelWording": "handlers.choose.wording.ModelWording",
}
Spot = tuple[str, int, int]  # module, line, column
Context = MethodContext | FunctionContext


def plugin(version: str) -> type[Plugin]:
    """Return what mypy asks for."""
    return Sentences


class Sentences(Plugin):
    """Looks at each call of a function that says sentences."""

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        self._books = {book: _read(book) for book in FILES}
        survey = Survey()
        self._sayers = survey.sayers
        self._handed_on = survey.handed_on
        self._bare = {fullname.rpartition(".")[2] for fullname in self._sayers}

    def report_config_data(self, ctx: ReportConfigContext) -> str:
        """Return what a cached verdict rests on, so that a changed sentence is looked at anew."""
        written = "".join(p.read_text("utf-8") for paths in FILES.values() for p in paths)
        sayers = repr(sorted(self._sayers.items(), key=lambda item: item[0]))
        return hashlib.sha256((written + sayers).encode()).hexdigest()

    def get_method_hook(self, fullname: str) -> Callable[[MethodContext], Type] | None:
        return self._hook(fullname)

    def get_function_hook(self, fullname: str) -> Callable[[FunctionContext], Type] | None:
        # A method in a variable is "say" when read from the cache, and "say of Texts" when not.
        if fullname.partition(" of ")[0] in self._bare:
            return self._through_variable
        return self._hook(fullname)

    def _through_variable(self, context: FunctionContext) -> Type:
        sayer = self._sayers.get(_defined_as(context))
        if sayer is None:
            return context.default_return_type
        return self._checked(sayer, context)

    def _hook(self, fullname: str) -> Callable[[Context], Type] | None:
        sayer = self._sayers.get(fullname)
        if sayer is None:
            return None
        return partial(self._checked, sayer)

    def _checked(self, sayer: Sayer, context: Context) -> Type:
        given, values, unseen = _arguments(sayer, context)
        if given is None or self._hands_on(context):
            return context.default_return_type
        for pattern in sayer.patterns:
            known = values | pattern.adds if pattern.open else set(pattern.adds)
            for name in _names(given, context):
                full = f"{pattern.before}{name}{pattern.after}"
                self._judge(full, pattern, known, unseen and pattern.open, context)
        return context.default_return_type

    def _judge(
        self, full: str, pattern: Pattern, values: set[str], unseen: bool, context: Context
    ) -> None:
        if full.partition(".")[2] == ANY or full == ANY:
            context.api.fail("Cannot tell which sentence; name it by a literal", context.context)
            return
        book = self._books[pattern.book]
        members = _members(full, book)
        if not members:
            shown = full.replace(ANY, "…").replace(NUMBER, "…")
            context.api.fail(f'There is no sentence "{shown}"', context.context)
        for member in members:
            missing = sorted(book[member] - values)
            if missing and not unseen:
                lacks = ", ".join(missing)
                context.api.fail(f'The sentence "{member}" lacks: {lacks}', context.context)

    def _hands_on(self, context: Context) -> bool:
        """Whether the call stands in a sayer and passes on what that one is given."""
        tree = getattr(context.api, "tree", None)
        module = getattr(tree, "fullname", "")
        return (module, context.context.line, context.context.column) in self._handed_on


def _defined_as(context: FunctionContext) -> str:
    """Return the full name of the method that a variable holds, or nothing."""
    called = context.context
    if not isinstance(called, CallExpr):
        return ""
    seen = get_proper_type(context.api.get_expression_type(called.callee))
    definition = seen.definition if isinstance(seen, CallableType) else None
    return definition.fullname if isinstance(definition, SymbolNode) else ""


def _arguments(sayer: Sayer, context: Context) -> tuple[Expression | None, set[str], bool]:
    """Return the expression of the name, the names of the values, and whether some are unseen."""
    given: Expression | None = None
    values: set[str] = set()
    open_ended = False
    for at in range(len(context.args)):
        for place, expression in enumerate(context.args[at]):
            name = context.arg_names[at][place]
            if context.arg_kinds[at][place] == ARG_STAR2:
                open_ended = True
            elif at == sayer.at and given is None:
                given = expression
            elif name:
                values.add(name)
    return given, values, open_ended


def _names(given: Expression, context: Context) -> list[str]:
    """Return every name that `given` may be, `ANY` in place of what cannot be told."""
    if isinstance(given, StrExpr):
        return [given.value]
    if isinstance(given, ConditionalExpr):
        return _names(given.if_expr, context) + _names(given.else_expr, context)
    if isinstance(given, OpExpr) and given.op == "+":
        halves = product(_names(given.left, context), _names(given.right, context))
        return ["".join(half) for half in halves]
    pieces = _pieces(given)
    if pieces is not None:
        return ["".join(one) for one in product(*(_names(piece, context) for piece in pieces))]
    seen = context.api.get_expression_type(given)
    return _literals(seen) or [NUMBER if _is_number(seen) else ANY]


def _is_number(seen: Type) -> bool:
    proper = get_proper_type(seen)
    return isinstance(proper, Instance) and proper.type.fullname == "builtins.int"


def _pieces(given: Expression) -> list[Expression] | None:
    """
    Return the parts of an f-string.

    mypy has it as "".join(["column_", "{:{}}".format(name, "")]).
    """
    if not isinstance(given, CallExpr) or not isinstance(given.callee, MemberExpr):
        return None
    if not isinstance(given.callee.expr, StrExpr):
        return None
    if given.callee.name == "join" and isinstance(given.args[0], ListExpr):
        return list(given.args[0].items)
    if given.callee.name == "format":
        return [given.args[0]]
    return None


def _literals(seen: Type) -> list[str]:
    proper = get_proper_type(seen)
    if isinstance(proper, UnionType):
        found = [_literals(item) for item in proper.items]
        return [name for names in found for name in names] if all(found) else []
    if isinstance(proper, Instance) and proper.last_known_value is not None:
        proper = proper.last_known_value
    if isinstance(proper, LiteralType) and isinstance(proper.value, str):
        return [proper.value]
    return []


def _members(full: str, book: dict[str, set[str]]) -> list[str]:
    escaped = re.escape(full)
    pattern = escaped.replace(re.escape(ANY), ".+").replace(re.escape(NUMBER), r"\d+")
    if pattern == escaped:
        return [full] if full in book else []
    family = re.compile(pattern)
    return [name for name in book if family.fullmatch(name)]


def _read(book: str) -> dict[str, set[str]]:
    """Return the sentences of a book with the values each takes."""
    sentences: dict[str, set[str]] = {}
    for path in FILES[book]:
        prefix = f"{path.stem}." if book == CHAT else ""
        for name, row in (yaml.load(path.read_text("utf-8"), Loader=LOADER) or {}).items():
            sentences[f"{prefix}{name}"] = _values(row["ja"]) | _values(row["en"])
    return sentences


def _values(text: str) -> set[str]:
    return set(string.Template(text).get_identifiers()) | set(PLURAL.findall(text))


class Survey:
    """
    The functions that say sentences, by full name, and where they hand their word on.

    Functions are looked at until nothing new is learnt, as one sayer may be built on another.
    """

    def __init__(self) -> None:
        self.sayers = dict(SAYERS)
        self.handed_on: set[Spot] = set()
        calls = [pair for function in _functions() for pair in _handing_on(function)]
        while True:
            before = len(self.handed_on)
            for function, call in calls:
                self._look_at(function, call)
            if len(self.handed_on) == before:
                return

    def _look_at(self, function: "Function", call: ast.Call) -> None:
        spot = (function.module, call.lineno, call.col_offset)
        if spot in self.handed_on:
            return
        sayer = self.sayers.get(function.owner_of(call.func))
        parts = _parts(_argument(call, sayer), function.words) if sayer else None
        if sayer and parts:
            self.handed_on.add(spot)
            self._learn(function, call, sayer, parts)

    def _learn(
        self, function: "Function", call: ast.Call, said: Sayer, parts: tuple[str, str, str]
    ) -> None:
        before, parameter, after = parts
        adds = frozenset(keyword.arg for keyword in call.keywords if keyword.arg)
        passes = any(keyword.arg is None for keyword in call.keywords)
        patterns = tuple(
            Pattern(
                pattern.book,
                pattern.before + before,
                after + pattern.after,
                pattern.adds | adds if pattern.open else pattern.adds,
                pattern.open and passes,
            )
            for pattern in said.patterns
        )
        known = self.sayers.get(function.fullname)
        if known is not None and known.parameter != parameter:
            return
        earlier = known.patterns if known else ()
        at = function.parameters.index(parameter)
        self.sayers[function.fullname] = Sayer(parameter, earlier + patterns, at)


@dataclass(frozen=True)
class Function:
    """A function of the rooms, with what its variables of the house's types are."""

    module: str
    owner: str
    node: ast.FunctionDef | ast.AsyncFunctionDef

    @property
    def fullname(self) -> str:
        return f"{self.owner}.{self.node.name}"

    @property
    def parameters(self) -> list[str]:
        """Return the names of the positional parameters, `self` aside."""
        every = (*self.node.args.posonlyargs, *self.node.args.args)
        return [one.arg for one in every if one.arg not in ("self", "cls")]

    @property
    def words(self) -> set[str]:
        """Return the parameters that may be the name of a sentence: plain texts."""
        every = (*self.node.args.posonlyargs, *self.node.args.args)
        return {one.arg for one in every if one.annotation and ast.unparse(one.annotation) == "str"}

    def owner_of(self, called: ast.expr) -> str:
        """Return the full name of what is called as far as the code tells, or nothing."""
        if isinstance(called, ast.Name):
            return self._variable(called.id)
        if not isinstance(called, ast.Attribute):
            return ""
        holder = ast.unparse(called.value)
        if holder == "self":
            return f"{self.owner}.{called.attr}"
        for ending, owner in OWNERS.items():
            if holder.endswith(ending):
                return f"{owner}.{called.attr}"
        return ""

    def _variable(self, name: str) -> str:
        if name == "self":
            return f"{self.owner}.__call__"
        for one in (*self.node.args.posonlyargs, *self.node.args.args):
            if one.arg == name and one.annotation:
                return f"{WORDING.get(ast.unparse(one.annotation), '')}.__call__"
        for node in ast.walk(self.node):
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
                return self.owner_of(node.value)
        return f"{self.module}.{name}"


def _functions() -> Iterator[Function]:
    for room in ("bot", "handlers", "knowledge"):
        for path in sorted((ROOT / room).rglob("*.py")):
            code = path.read_text("utf-8")
            if SPEAKING.search(code):
                module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
                yield from _within(ast.parse(code), module, module)


def _within(tree: ast.AST, module: str, place: str) -> Iterator[Function]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef):
            yield from _within(node, module, f"{place}.{node.name}")
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield Function(module, place, node)


def _handing_on(function: Function) -> Iterator[tuple[Function, ast.Call]]:
    """Give each call that hands on a parameter, whole or within a text, with its function."""
    words = function.words
    if not words:
        return
    for node in ast.walk(function.node):
        if isinstance(node, ast.Call) and any(_parts(one, words) for one in node.args):
            yield function, node


def _argument(call: ast.Call, sayer: Sayer) -> ast.expr | None:
    """Return what a call hands over as the name, which is never given by keyword."""
    return call.args[sayer.at] if len(call.args) > sayer.at else None


def _parts(name: ast.expr | None, words: set[str]) -> tuple[str, str, str] | None:
    """Return what stands before the one parameter in a name, the parameter, and what is behind."""
    if isinstance(name, ast.Name) and name.id in words:
        return "", name.id, ""
    if not isinstance(name, ast.JoinedStr):
        return None
    texts = ["", ""]
    parameter = ""
    for piece in name.values:
        if isinstance(piece, ast.Constant):
            texts[1 if parameter else 0] += str(piece.value)
            continue
        whole = piece.value if isinstance(piece, ast.FormattedValue) else None
        if parameter or not isinstance(whole, ast.Name) or whole.id not in words:
            return None
        parameter = whole.id
    return (texts[0], parameter, texts[1]) if parameter else None
