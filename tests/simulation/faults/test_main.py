from argparse import ArgumentTypeError

import pytest

from segue.simulation.checkers.every import Violation
from segue.simulation.faults import hunting
from segue.simulation.faults.__main__ import main, seeds_of


def test_seeds_are_one_or_a_range() -> None:
    assert (seeds_of("17"), seeds_of("0:200")) == (range(17, 18), range(200))
    with pytest.raises(ArgumentTypeError):
        seeds_of("many")


def test_a_clean_hunt_says_nothing_and_a_failing_one_exits_with_one(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hunting, "check_every", lambda _: [])
    monkeypatch.setattr(hunting, "simulate", lambda *_, **__: None)
    assert main(["--seeds", "0:3"]) == 0
    assert capsys.readouterr() == ("", "3 seeds, 0 failed\n")
    monkeypatch.setattr(hunting, "check_every", lambda _: [Violation("caps", "exceeded")])
    assert main(["--seeds", "1:3", "--minutes", "1"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        f"seed {seed}: caps: exceeded · python -m segue.simulation.faults --seeds {seed}" for seed in (1, 2)
    ]
