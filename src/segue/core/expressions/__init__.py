"""Expressions: one small typed language for conditions, waits and keys.

`parse` makes a typed tree, `compile_library` and `compile_batch` make Python of it, `to_sql` makes DuckDB SQL of it.
All three mean the same (docs/reference/expressions.md).
"""

from segue.core.expressions.compiling import Compiled, compile_batch, compile_library, generate_batch, generate_library
from segue.core.expressions.nodes import ExprType, Node, names_used
from segue.core.expressions.parsing import parse
from segue.core.expressions.reference import reference_table
from segue.core.expressions.scope import Scope
from segue.core.expressions.sql import to_sql
from segue.core.expressions.sql_features import History
from segue.core.expressions.states import check_feature, state_key

__all__ = [
    "Compiled",
    "ExprType",
    "History",
    "Node",
    "Scope",
    "check_feature",
    "compile_batch",
    "compile_library",
    "generate_batch",
    "generate_library",
    "names_used",
    "parse",
    "reference_table",
    "state_key",
    "to_sql",
]
