import subprocess
import sys
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from segue.core.chance import draw

parts = st.lists(st.one_of(st.text(max_size=8), st.integers()), min_size=1, max_size=4)


@given(st.text(max_size=20), parts)
def test_a_draw_lies_between_zero_and_one_and_can_be_repeated(seed: str, what: list[str | int]) -> None:
    chance = draw(seed, *what)
    assert 0.0 <= chance < 1.0
    assert draw(seed, *what) == chance


def test_a_draw_is_the_same_in_every_process() -> None:
    script = "from segue.core.chance import draw; print(draw('seed', 'holdout', 'customer-1'))"
    found = [
        subprocess.run(
            [sys.executable, "-c", script], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout.strip()
        for seed in ("1", "2")
    ]
    assert found == [str(draw("seed", "holdout", "customer-1"))] * 2


def test_draws_are_spread_evenly() -> None:
    counts = [0] * 20
    for number in range(20_000):
        counts[int(draw("seed", "customer", number) * 20)] += 1
    chi_square = sum((count - 1_000) ** 2 / 1_000 for count in counts)
    assert chi_square < 43.8  # 19 degrees of freedom, one in a thousand


def test_neighbouring_draws_and_other_purposes_are_independent() -> None:
    first = [draw("seed", "group", number) for number in range(10_000)]
    other = [draw("seed", "choose", number) for number in range(10_000)]
    reseeded = [draw("seeds", "group", number) for number in range(10_000)]
    for pairs in (list(zip(first, other, strict=True)), list(zip(first, reseeded, strict=True)), list(pairwise(first))):
        covariance = sum((a - 0.5) * (b - 0.5) for a, b in pairs) / len(pairs)
        assert abs(covariance) < 0.0034  # four standard errors: 4 * (1/12) / sqrt(10,000)


def test_parts_are_kept_apart() -> None:
    assert draw("seed", "ab", "c") != draw("seed", "a", "bc")
