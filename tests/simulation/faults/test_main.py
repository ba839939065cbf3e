from argparse import ArgumentTypeError
from collections.abc import Iterator

import pytest

from segue.simulation.checkers.every import Violation
from segue.simulation.faults import __main__ as command
from segue.simulation.faults.__main__ import main, seeds_of
from segue.simulation.faults.coverage import wanted
from segue.simulation.faults.hunting import Tried

BROKEN = (Violation("caps", "exceeded"),)


def hunting(monkeypatch: pytest.MonkeyPatch, broken: tuple[int, ...] = (), interrupted_at: int = -1) -> None:
    def hunt(seeds: range, *, processes: int, seconds: float | None) -> Iterator[Tried]:
        assert processes >= 1
        for seed in seeds:
            if seed == interrupted_at:
                raise KeyboardInterrupt
            yield Tried(seed, BROKEN if seed in broken else (), {"slow": 2})

    monkeypatch.setattr(command, "hunt", hunt)


def test_seeds_are_one_or_a_range() -> None:
    assert (seeds_of("17"), seeds_of("0:200")) == (range(17, 18), range(200))
    with pytest.raises(ArgumentTypeError):
        seeds_of("many")


def test_a_clean_hunt_says_nothing_and_a_failing_one_exits_with_one(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    hunting(monkeypatch, broken=(11, 12))
    assert main(["--seeds", "0:3"]) == 0
    assert capsys.readouterr() == ("", "3 seeds, 0 failed\n")
    assert main(["--seeds", "10:13", "--minutes", "1", "--processes", "1"]) == 1
    told = capsys.readouterr()
    assert told.out.splitlines() == [
        f"seed {seed}: caps: exceeded · python -m segue.simulation.faults --seeds {seed}" for seed in (11, 12)
    ]
    assert told.err == "3 seeds, 2 failed\nfailed: 11, 12\n"


def test_an_interrupted_hunt_says_how_to_go_on(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    hunting(monkeypatch, broken=(1,), interrupted_at=7)
    assert main(["--seeds", "0:100"]) == 130
    assert capsys.readouterr().err == "7 seeds, 1 failed\nfailed: 1\nto go on: --seeds 7:100\n"


def test_a_long_hunt_says_now_and_then_how_far_it_has_come(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    hunting(monkeypatch)
    monkeypatch.setattr(command, "_EVERY_SECONDS", 0.0)
    main(["--seeds", "0:2"])
    assert capsys.readouterr().err.splitlines()[0] == "1 of 2 seeds, 0 failed, 0 minutes to go"


def test_what_was_seen_is_told_where_somebody_asks(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    hunting(monkeypatch)
    main(["--seeds", "0:3", "--coverage"])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(wanted())
    assert "        6  slow" in lines
