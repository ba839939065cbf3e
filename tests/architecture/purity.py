"""What pure code may not do, as a walk over its syntax tree. (Imports are import-linter's business.)"""

import ast
from collections.abc import Iterator

CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today")}
CALLS = {"open", "print", "input", "breakpoint", "hash"}
"""``hash`` of a text differs from process to process."""

ORDERLY = {"sorted", "len", "sum", "min", "max", "any", "all", "set", "frozenset", "bool"}
"""What may be asked of a set: its answer does not depend on the order."""


def impurities(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield (line, what is wrong) for each clock, output or iteration over a set."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _calls(node)
        if isinstance(node, ast.FunctionDef | ast.Module):
            yield from _unordered(node)


def _calls(node: ast.Call) -> Iterator[tuple[int, str]]:
    match node.func:
        case ast.Name(id=called) if called in CALLS:
            yield node.lineno, f"calls {called}()"
        case ast.Attribute(value=ast.Name(id=owner), attr=called) if (owner, called) in CLOCKS:
            yield node.lineno, f"reads the clock: {owner}.{called}()"


def _unordered(scope: ast.FunctionDef | ast.Module) -> Iterator[tuple[int, str]]:
    body = list(_own_nodes(scope))
    sets = {
        target.id
        for node in body
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None and _is_set(node.value, set())
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }
    orderly = {id(argument) for node in body if _asks_orderly(node) for argument in node.args}  # type: ignore[attr-defined]
    for node in body:
        for iterated in _iterated(node):
            if _is_set(iterated, sets) and id(node) not in orderly:
                yield iterated.lineno, "iterates over a set"


def _own_nodes(scope: ast.FunctionDef | ast.Module) -> Iterator[ast.AST]:
    waiting: list[ast.AST] = list(ast.iter_child_nodes(scope))
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            waiting += ast.iter_child_nodes(node)


def _asks_orderly(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ORDERLY


def _iterated(node: ast.AST) -> Iterator[ast.expr]:
    match node:
        case ast.For():
            yield node.iter
        case ast.ListComp() | ast.GeneratorExp() | ast.DictComp():
            yield from (generator.iter for generator in node.generators)
        case ast.Starred():
            yield node.value
        case ast.Call(func=ast.Name(id="list" | "tuple" | "enumerate" | "iter" | "zip" | "map" | "filter")):
            yield from node.args
        case ast.Call(func=ast.Attribute(attr="join" | "extend" | "fromkeys" | "pop")):
            yield from node.args


def _is_set(node: ast.expr, names: set[str]) -> bool:
    match node:
        case ast.Set() | ast.SetComp():
            return True
        case ast.Call(func=ast.Name(id="set" | "frozenset")):
            return True
        case ast.Name(id=known):
            return known in names
        case ast.BinOp(left=left, op=ast.BitOr() | ast.BitAnd() | ast.Sub() | ast.BitXor(), right=right):
            return _is_set(left, names) or _is_set(right, names)
        case _:
            return False
