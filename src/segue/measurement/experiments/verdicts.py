"""Verdicts: what may be concluded from an effect, in words. Not finding an effect is never told as finding none."""

from msgspec import Struct

from segue.measurement.experiments.results import Verdict
from segue.measurement.statistics.always_valid import Gate
from segue.measurement.statistics.formulas import BENJAMINI_HOCHBERG, GATE, HOLM, NO_EFFECT, SAMPLE_NEEDED
from segue.measurement.statistics.means import Effect, Interval
from segue.measurement.statistics.power import SampleNeeded
from segue.measurement.statistics.split import SplitCheck

ALPHA = 0.05
SPLIT_BROKEN = "split is broken: do not read"
LIFTS = (0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0005, 0.0002, 0.0001)
"""Lifts that people speak of."""


class Found(Struct, frozen=True, kw_only=True):
    """What a verdict rests on. ``needed``: for a lift that these customers cannot show; ``comparisons``: how many were
    adjusted for; ``smallest``: the lift that matters.
    """

    effect: Effect
    p_adjusted: float
    adjusted_by: str
    comparisons: int
    gate: Gate
    needed: SampleNeeded | None
    smallest: float
    is_less_better: bool = False


def verdict_of(found: Found) -> Verdict:
    """Return what may be concluded: too few converters, better, worse, no effect as large as the smallest that matters,
    or too small to tell.
    """
    if not found.gate.is_open:
        who = "customers without it" if found.gate.is_inverse else "converters"
        words = f"too few {who} yet ({found.gate.converters:,} of {found.gate.needed:,} in the smaller arm)"
        return Verdict("too_few_converters", words, GATE)
    difference = found.effect.difference
    if difference.is_clear and found.p_adjusted < ALPHA:
        return _clear(found)
    alone = ""
    if difference.is_clear:
        alone = f"; its own interval leaves 0 out, but not after {found.comparisons} comparisons"
    lift = found.effect.lift
    if lift is not None and farthest(lift) < found.smallest:
        words = (
            f"no effect as large as {percent(found.smallest)} was found: at most {percent(farthest(lift))} either way"
        )
        return Verdict("no_effect_as_large", f"{words} ({ends(found.effect)}){alone}{_would_need(found)}", NO_EFFECT)
    words = f"too small to tell: {ends(found.effect)}{alone}{_would_need(found)}"
    return Verdict("too_small_to_tell", words, SAMPLE_NEEDED)


def broken_words(split: SplitCheck, *, is_guess: bool) -> str:
    """Return what is said instead of all verdicts where the split is broken; ``is_guess``: nobody told the plan."""
    total = sum(split.counts.values())
    arms = ", ".join(
        f"{arm} has {split.counts[arm] / total:.2%} of {total:,} where {share:.2%} was planned"
        for arm, share in split.expected.items()
    )
    p = f"{max(split.p, 1e-300):.1g}"
    guess = "; nobody told the plan: if it was another one, say it with --split" if is_guess else ""
    return f"{SPLIT_BROKEN} ({arms}; chance does that with p = {p}{guess})"


def percent(share: float) -> str:
    """Return a share as people read it, with the digits that it has."""
    size = abs(share) * 100
    digits = 0 if size >= 100 else 1 if size >= 0.95 else 2 if size >= 0.095 else 3
    text = f"{share * 100:,.{digits}f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) + " %"


def number(value: float) -> str:
    """Return a number with four digits that count."""
    return f"{value:,.2f}" if abs(value) >= 100 else f"{value:.4g}"


def farthest(interval: Interval) -> float:
    """Return how far an interval reaches from 0 to either side."""
    return max(abs(interval.low), abs(interval.high))


def ends(effect: Effect) -> str:
    """Return the ends of an effect's interval: of the lift; of the difference, which is what is judged, where there is
    no lift or where the lift's interval disagrees about 0.
    """
    lift = effect.lift
    if lift is not None and lift.is_clear == effect.difference.is_clear:
        return f"{_signed_percent(lift.low)} to {_signed_percent(lift.high)}"
    if lift is not None:
        return f"a difference of {_signed(effect.difference.low)} to {_signed(effect.difference.high)}"
    return f"{_signed(effect.difference.low)} to {_signed(effect.difference.high)}"


def size(effect: Effect) -> str:
    """Return an effect as a lift, or as a difference where there is no lift."""
    if effect.lift is not None:
        return _signed_percent(effect.lift.value)
    return _signed(effect.difference.value)


def _clear(found: Found) -> Verdict:
    is_up = found.effect.difference.value > 0.0
    kind = "better" if is_up != found.is_less_better else "worse"
    lift = found.effect.lift
    small = ""
    if lift is not None and farthest(lift) < found.smallest:
        small = f"; real, but smaller than {percent(found.smallest)}"
    words = f"{kind}: {size(found.effect)} ({ends(found.effect)}){small}"
    return Verdict("better" if kind == "better" else "worse", words, found.adjusted_by)


def _would_need(found: Found) -> str:
    needed = found.needed
    if needed is None or needed.lift is None:
        return ""
    each = (
        f"{_about(needed.arm)} per arm"
        if abs(needed.control - needed.arm) < 0.1 * needed.arm
        else f"{_about(needed.control)} in the control and {_about(needed.arm)} in the arm"
    )
    return f"; would need {each} to see a lift of {percent(abs(needed.lift))}"


def _about(count: int) -> str:
    """Return a count rounded up to two digits."""
    step = 10 ** max(len(str(count)) - 2, 0)
    return f"{-(-count // step) * step:,}"


def _signed_percent(share: float) -> str:
    return ("+" if share > 0 else "") + percent(share)


def _signed(value: float) -> str:
    return ("+" if value > 0 else "") + number(value)


ADJUSTMENTS = {HOLM: "Holm", BENJAMINI_HOCHBERG: "Benjamini-Hochberg"}
"""What people call the adjustments."""
