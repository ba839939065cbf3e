"""Progress: on a terminal one line, elsewhere a line every tenth."""

from io import StringIO

import pytest

from segue.cli.progress import Progress, span


class Terminal(StringIO):
    """A stream that somebody watches."""

    def isatty(self) -> bool:
        return True


class Watch:
    """A clock that a test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_where_nobody_watches_a_line_comes_every_tenth() -> None:
    stream, clock = StringIO(), Watch()
    progress = Progress(200, "lives", stream=stream, clock=clock)
    for _ in range(200):
        clock.now += 0.5
        progress.add(1, "agent")
    progress.close()
    lines = stream.getvalue().splitlines()
    assert len(lines) == 10
    assert lines[0] == " 10%  20 of 200 lives  2.0 a second  1 min 30 s left  agent"
    assert lines[-1] == "100%  200 of 200 lives  2.0 a second  1 min 40 s in all  agent"


def test_one_large_piece_is_one_line() -> None:
    stream, clock = StringIO(), Watch()
    progress = Progress(200, "lives", stream=stream, clock=clock)
    clock.now = 4.0
    progress.add(200)
    assert stream.getvalue() == "100%  200 of 200 lives  50 a second  4 s in all\n"


def test_on_a_terminal_one_line_is_drawn_anew_and_taken_away() -> None:
    stream, clock = Terminal(), Watch()
    progress = Progress(100, "lives", stream=stream, clock=clock)
    for _ in range(100):
        clock.now += 0.01
        progress.add(1, "agent")
    progress.close()
    drawn = stream.getvalue()
    assert "\n" not in drawn
    assert 8 <= drawn.count("lives") <= 12, "not more often than eyes see"
    assert "[############............]" in drawn
    assert drawn.endswith("\r")


def test_a_line_never_wraps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    stream, clock = Terminal(), Watch()
    progress = Progress(100, "lives", stream=stream, clock=clock)
    clock.now = 1.0
    progress.add(50, "an arm with a long name")
    progress.close()
    assert max(map(len, stream.getvalue().split("\r"))) == 29


def test_nothing_done_has_no_rate() -> None:
    assert Progress(10, "lives", stream=StringIO(), clock=Watch()).words() == "  0%  0 of 10 lives  0.0 a second"


def test_spans_are_words() -> None:
    assert [span(4.4), span(75), span(7260)] == ["4 s", "1 min 15 s", "2 h 01 min"]
