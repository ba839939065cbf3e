"""Every module, and every public function and class, says what it is for."""

import ast

from tests.architecture.sources import modules, name, tree


def test_every_module_says_what_it_is_for() -> None:
    assert [name(path) for path in modules() if not ast.get_docstring(tree(path))] == []


def test_public_functions_and_classes_say_what_they_are_for() -> None:
    silent = [
        f"{name(path)}:{node.lineno} {node.name}"
        for path in modules()
        for node in tree(path).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]

    assert silent == []
