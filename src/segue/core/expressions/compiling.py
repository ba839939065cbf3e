"""Compile many expressions at once: one generated source, one call of ``compile``."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from segue.core.expressions import reading, runtime
from segue.core.expressions.nodes import Node
from segue.core.expressions.writing import Writer
from segue.model.catalogue import FeatureSpec

Compiled: TypeAlias = Callable[..., Any]
"""A compiled expression: (traits, feature states, event properties, run facts, now[, extra names]) -> value.

A condition gives True or False, and False also where it is null. Other expressions give None for null; instants and
durations are microseconds. Traits, properties and facts of another type than the expression asks for count as null.
"""

HELPERS: dict[str, Callable[..., Any]] = {**reading.HELPERS, **runtime.HELPERS}
"""All that generated source may call."""

_SIGNATURE = "(traits, features, event, run, now, extra=NOTHING):"


def compile_library(nodes: Mapping[str, Node], features: Mapping[str, FeatureSpec]) -> dict[str, Compiled]:
    """Return a function for each of ``nodes``, by its name."""
    namespace = execute(generate_library(nodes, features))
    return {name: namespace[f"e{index}"] for index, name in enumerate(nodes)}


def generate_library(nodes: Mapping[str, Node], features: Mapping[str, FeatureSpec]) -> str:
    """Return the source that `compile_library` compiles: straight-line functions ``e0``, ``e1``, ..."""
    functions = []
    for index, (name, node) in enumerate(nodes.items()):
        writer = Writer(features)
        result = writer.is_true(node) if node.type == "boolean" else writer.value(node).or_null
        functions.append(_function(f"e{index}", name, [*writer.lines, f"return {result}"]))
    return "\n\n".join(functions)


def compile_batch(nodes: Mapping[str, Node], features: Mapping[str, FeatureSpec]) -> Compiled:
    """Return one function that tells which of the conditions ``nodes`` hold: a list of their names, in their order.

    What several conditions look up is looked up once; fifty conditions cost a few microseconds together.
    """
    function: Compiled = execute(generate_batch(nodes, features))["batch"]
    return function


def generate_batch(nodes: Mapping[str, Node], features: Mapping[str, FeatureSpec]) -> str:
    """Return the source that `compile_batch` compiles."""
    writer = Writer(features)
    tests = [(name, writer.is_true(node)) for name, node in nodes.items()]
    lines = [*writer.lines, "holding = []"]
    lines += [f"if {test}: holding.append({name!r})" for name, test in tests]
    return _function("batch", "all conditions", [*lines, "return holding"])


def execute(source: str, helpers: Mapping[str, Callable[..., Any]] = {}) -> dict[str, Any]:
    """Return the names that generated ``source`` defines; it can reach the helpers and nothing else."""
    namespace: dict[str, Any] = {"__builtins__": _BUILTINS, "NOTHING": {}, "SCALARS": _SCALARS, **HELPERS, **helpers}
    exec(compile(source, "<expressions>", "exec"), namespace)  # noqa: S102  # written by this package, from typed trees
    return namespace


def _function(name: str, subject: str, lines: Iterable[str]) -> str:
    body = "\n".join(f"    {line}" for line in lines)
    return f"def {name}{_SIGNATURE}\n    # {subject!r}\n{body}\n"


_BUILTINS = {builtin.__name__: builtin for builtin in (abs, bool, float, int, len, max, min, str, type)}
_SCALARS = frozenset((str, int, float, bool))
