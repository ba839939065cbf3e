"""What is printed, and where."""

import io

import pytest

from segue.cli.console import columns, complain, paint, plural, tell_json


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_columns_align_and_leave_no_trailing_blanks() -> None:
    assert columns([("a", "10", "x"), ("bbb", "2", "")], right=[1]) == ["a    10  x", "bbb   2"]
    assert columns([]) == []


def test_colour_is_only_for_terminals_that_want_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert paint("x", "bold", io.StringIO()) == "x"
    assert paint("x", "bold", Terminal()) == "\x1b[1mx\x1b[0m"
    monkeypatch.setenv("NO_COLOR", "1")
    assert paint("x", "bold", Terminal()) == "x"


def test_data_and_complaints_go_different_ways(capsys: pytest.CaptureFixture[str]) -> None:
    tell_json({"a": 1})
    complain("It is so.", "Do this.")

    printed = capsys.readouterr()
    assert printed.out == '{\n  "a": 1\n}\n'
    assert printed.err == "segue: It is so.\n       Do this.\n"


def test_numbers_agree_with_their_nouns() -> None:
    assert [plural(1, "entry", "entries"), plural(2, "entry", "entries"), plural(1200, "error")] == [
        "1 entry",
        "2 entries",
        "1,200 errors",
    ]
