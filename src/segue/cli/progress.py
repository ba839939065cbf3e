"""Progress of long work on standard error: how much is done, how fast, and how long it will take."""

import sys
import time
from collections.abc import Callable
from shutil import get_terminal_size
from typing import TextIO

STEP = 0.1
"""Where nobody watches, a line for each such share of the work."""
_REDRAW_SECONDS = 0.1
_BAR = 24


class Progress:
    """Tells of work in ``total`` pieces: one line that is drawn anew on a terminal, else a line every tenth.

    Args:
        noun: what the pieces are, many of them.
        stream: standard error by default.
        clock: seconds, from any begin.
    """

    def __init__(
        self, total: int, noun: str, *, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._total, self._noun, self._clock = max(total, 1), noun, clock
        self._stream = stream or sys.stderr
        self._is_watched = self._stream.isatty()
        self._begin = self._told_at = clock()
        self._done = 0
        self._widest = 0

    def add(self, count: int, what: str = "") -> None:
        """Take note of ``count`` more pieces; ``what`` is being worked on."""
        before, self._done = self._done, self._done + count
        now = self._clock()
        if self._is_watched:
            if now - self._told_at >= _REDRAW_SECONDS or self._done >= self._total:
                self._told_at = now
                self._redraw(f"{self._bar()} {self.words(what)}")
        elif int(self._done / self._total / STEP + 1e-9) > int(before / self._total / STEP + 1e-9):
            print(self.words(what), file=self._stream, flush=True)

    def close(self) -> None:
        """Leave the terminal's line to what comes next."""
        if self._is_watched and self._widest:
            self._stream.write("\r" + " " * self._widest + "\r")
            self._stream.flush()
            self._widest = 0

    def words(self, what: str = "") -> str:
        """Return where the work stands."""
        passed = self._clock() - self._begin
        rate = self._done / passed if passed > 0.0 else 0.0
        parts = [
            f"{self._done / self._total:4.0%}",
            f"{self._done:,} of {self._total:,} {self._noun}",
            f"{rate:,.0f} a second" if rate >= 10.0 else f"{rate:.1f} a second",
            f"{span(passed)} in all" if self._done >= self._total else self._left(rate),
            what,
        ]
        return "  ".join(part for part in parts if part)

    def _left(self, rate: float) -> str:
        return f"{span((self._total - self._done) / rate)} left" if rate > 0.0 else ""

    def _bar(self) -> str:
        full = min(int(_BAR * self._done / self._total), _BAR)
        return "[" + "#" * full + "." * (_BAR - full) + "]"

    def _redraw(self, line: str) -> None:
        line = line[: get_terminal_size().columns - 1]
        self._stream.write("\r" + line.ljust(self._widest))
        self._stream.flush()
        self._widest = max(self._widest, len(line))


def span(seconds: float) -> str:
    """Return a length of time in words.

    >>> span(4.4), span(75), span(7260)
    ('4 s', '1 min 15 s', '2 h 01 min')
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"
