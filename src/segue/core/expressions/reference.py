"""The function table of docs/reference/expressions.md, generated from the table the compiler uses."""

from segue.core.expressions.functions import FUNCTIONS


def reference_table() -> str:
    """Return the functions as a Markdown table.

    >>> reference_table().splitlines()[0]
    '| function | gives | meaning |'
    """
    rows = ["| function | gives | meaning |", "|---|---|---|"]
    for function in FUNCTIONS.values():
        gives = "the same type" if function.result == "any" else function.result
        rows.append(f"| `{function.signature}` | {gives} | {function.meaning} |")
    return "\n".join(rows) + "\n"
