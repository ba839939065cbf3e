"""Verdicts say what may be concluded, and no more."""

import pytest
from msgspec.structs import replace

from segue.measurement.experiments.verdicts import Found, broken_words, ends, number, percent, size, verdict_of
from segue.measurement.statistics.always_valid import Gate
from segue.measurement.statistics.formulas import GATE, HOLM
from segue.measurement.statistics.means import compare
from segue.measurement.statistics.moments import plain_sample
from segue.measurement.statistics.power import SampleNeeded
from segue.measurement.statistics.split import check_split


def found(lift: float, units: int = 10_000, needed: SampleNeeded | None = None) -> Found:
    """A metric of 1 with a standard deviation of 1 in the control."""
    effect = compare(plain_sample(units, 1.0, 1.0), plain_sample(units, 1.0 + lift, 1.0))
    return Found(
        effect=effect,
        p_adjusted=effect.p,
        adjusted_by=HOLM,
        comparisons=1,
        gate=Gate(100, 20),
        needed=needed,
        smallest=0.05,
    )


def test_a_clear_effect_is_better_or_worse() -> None:
    assert verdict_of(found(0.1)).words == "better: +10 % (+7.1 % to +12.9 %)"
    assert verdict_of(found(-0.1)).kind == "worse"
    assert verdict_of(replace(found(-0.1), is_less_better=True)).kind == "better"


def test_a_clear_effect_smaller_than_matters_is_told_as_both() -> None:
    verdict = verdict_of(found(0.01, units=1_000_000))

    assert verdict.kind == "better"
    assert verdict.words.endswith("real, but smaller than 5 %")


def test_a_narrow_interval_about_zero_rules_out_what_matters() -> None:
    needed = SampleNeeded(0.02, 0.02, 39_246, 39_246)

    verdict = verdict_of(found(0.01, needed=needed))

    assert verdict.kind == "no_effect_as_large"
    assert verdict.words == (
        "no effect as large as 5 % was found: at most 3.8 % either way (-1.8 % to +3.8 %);"
        " would need 40,000 per arm to see a lift of 2 %"
    )


def test_a_wide_interval_tells_nothing_and_is_not_told_as_no_effect() -> None:
    verdict = verdict_of(found(0.01, units=1000, needed=SampleNeeded(0.05, 0.05, 700, 6300)))

    assert verdict.kind == "too_small_to_tell"
    assert verdict.words == (
        "too small to tell: -7.8 % to +9.8 %; would need 700 in the control and 6,300 in the arm to see a lift of 5 %"
    )


def test_what_does_not_survive_the_other_comparisons_is_not_told_as_found() -> None:
    verdict = verdict_of(replace(found(0.03), p_adjusted=0.07, comparisons=3))

    assert verdict.kind == "too_small_to_tell"
    assert "leaves 0 out, but not after 3 comparisons" in verdict.words


def test_too_few_converters_come_before_everything() -> None:
    verdict = verdict_of(replace(found(1.0), gate=Gate(61, 100)))

    assert verdict.words == "too few converters yet (61 of 100 in the smaller arm)"
    assert verdict.formula == GATE


def test_without_a_lift_the_difference_is_told() -> None:
    effect = compare(plain_sample(100, 0.0, 1.0), plain_sample(100, 1.0, 1.0))

    assert effect.lift is None
    assert (size(effect), ends(effect)) == ("+1", "+0.7211 to +1.279")
    assert verdict_of(replace(found(0.0), effect=effect, p_adjusted=effect.p)).kind == "better"


def test_a_lift_whose_interval_disagrees_about_zero_is_not_told_instead_of_the_difference() -> None:
    effect = compare(plain_sample(2400, 0.0167, 0.0164), plain_sample(57_600, 0.0230, 0.0225))

    assert effect.lift is not None
    assert effect.difference.is_clear
    assert not effect.lift.is_clear
    assert ends(effect).startswith("a difference of +0.0")


def test_a_broken_split_says_what_was_planned() -> None:
    check = check_split({"a": 600, "b": 400}, {"a": 0.5, "b": 0.5}, is_last_look=True)

    assert "--split" in broken_words(check, is_guess=True)
    assert "--split" not in broken_words(check, is_guess=False)
    assert broken_words(check, is_guess=False).startswith(
        "split is broken: do not read (a has 60.00% of 1,000 where 50.00% was planned"
    )


@pytest.mark.parametrize(
    ("share", "text"),
    [(1.1834, "118 %"), (0.05, "5 %"), (-0.0123, "-1.2 %"), (0.00123, "0.12 %"), (0.0001, "0.01 %"), (0.0, "0 %")],
)
def test_shares_are_told_with_the_digits_they_have(share: float, text: str) -> None:
    assert percent(share) == text
    assert number(1234.5) == "1,234.50"
