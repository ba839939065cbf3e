"""The table of commands."""

import inspect
from importlib import import_module
from importlib.util import find_spec

import pytest

from segue.cli.app import make_app
from segue.cli.commands import COMMANDS, overview, unknown_command
from segue.cli.options import Json


@pytest.mark.parametrize("name", [name for name, command in COMMANDS.items() if not command.is_hidden])
def test_each_command_exists_explains_itself_and_takes_json(name: str) -> None:
    module, _, attribute = COMMANDS[name].target.partition(":")
    target = getattr(import_module(module), attribute)
    functions = [target] if inspect.isfunction(target) else [target[each].default_command for each in _own(target)]

    assert functions
    for function in functions:
        assert (function.__doc__ or "").strip()
        assert inspect.signature(function).parameters["json"].annotation == Json


def _own(app: object) -> list[str]:
    return [name for name in app if not name.startswith("-")]  # type: ignore[attr-defined]


def test_every_target_is_a_module_of_ours() -> None:
    assert all(find_spec(command.target.partition(":")[0]) for command in COMMANDS.values())


def test_the_overview_hides_what_is_not_for_users() -> None:
    assert "demo" not in overview()
    assert "explain" in overview()


def test_an_unknown_command_gets_the_closest_one() -> None:
    assert unknown_command("explian").endswith("Did you mean `segue explain`?")
    assert unknown_command("xyzzy").endswith("`segue --help` lists them.")


def test_the_parser_knows_all_of_them() -> None:
    assert set(COMMANDS) <= set(make_app())
