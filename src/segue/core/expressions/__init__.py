"""Expressions: one small typed language for conditions, waits and keys.

`parse` makes a typed tree, `compile_library` and `compile_batch` make Python of it, `to_sql` makes DuckDB SQL of it.
All three mean the same (docs/reference/expressions.md).
"""

from segue.core.expressions.compiling import Compiled, compile_batch, compile_library, generate_library
from segue.core.expressions.nodes import ExprType, Node, names_used
from segue.core.expressions.parsing import parse
from segue.core.expressions.scope import Scope
from segue.core.expressions.states import state_key

__all__ = [
    "Compiled",
    "ExprType",
    "Node",
    "Scope",
    "compile_batch",
    "compile_library",
    "generate_library",
    "names_used",
    "parse",
    "state_key",
]
