"""The short form of `bench/crash.py`: kill -9 at some of the writes and fsyncs; the bench kills at every one."""

import shutil
import subprocess
import sys

import pytest

from bench.crash import sweep


def can_trace() -> bool:
    """Tell whether strace is here and may trace (containers often forbid it)."""
    strace = shutil.which("strace")
    return (
        strace is not None and subprocess.run([strace, "-o", "/dev/null", "true"], capture_output=True).returncode == 0
    )


@pytest.mark.skipif(sys.platform != "linux" or not can_trace(), reason="needs strace and the right to trace")
@pytest.mark.parametrize(("calls", "first", "step"), [("disk", 17, 29), ("network", 8, 13)])
def test_nothing_is_lost_and_nothing_sent_twice_wherever_the_process_dies(calls: str, first: int, step: int) -> None:
    killed, books = sweep(calls, first=first, step=step)
    assert killed >= 2
    assert (books.lost, books.duplicates, books.silently_lost, books.phantom) == (0, 0, 0, 0)
    assert books.unknown <= killed * 4, "more unknown than could be in flight"
