"""Readings: what a difference says, in one word and in a sentence."""

from math import sqrt
from typing import Literal, NamedTuple

from segue.measurement.drawing import AMOUNT, POINTS, SHARE, Markup, Unit, between, number, tag
from segue.simulation.figures import FIGURES, LEAST_COUNT, Estimate, Figure
from segue.simulation.report.findings import Findings

Tone = Literal["good", "bad", ""]

_SIGNS = {"good": "\u25b2", "bad": "\u25bc", "": "\u25cf"}


class Reading(NamedTuple):
    """A difference in a word, and whether it is a good one; "" where it is neither or not to be told."""

    word: str
    tone: Tone
    is_clear: bool


def read(ahead: Estimate, relative: Estimate | None, figure: Figure) -> Reading:
    """Return what a difference to the baseline says; clear is one whose interval leaves 0 out.

    Where there is too little to divide by, it is clear only if it is as many errors away from 0 as ten events beside
    none are: the interval of fewer is narrower than it should be.
    """
    if ahead.value == 0.0 and ahead.error == 0.0:
        return Reading("the same", "", False)
    is_thin = relative is None and abs(ahead.value) < sqrt(LEAST_COUNT) * ahead.error
    if is_thin or ahead.low <= 0.0 <= ahead.high:
        return Reading("no clear difference", "", False)
    is_more = ahead.value > 0.0
    if not figure.better:
        return Reading("more" if is_more else "fewer", "", True)
    is_good = is_more == (figure.better == "more")
    return Reading("better" if is_good else "worse", "good" if is_good else "bad", True)


def chip(reading: Reading) -> Markup:
    """Return a reading as a word with a sign, so that nobody needs its colour."""
    return tag("span", f"{_SIGNS[reading.tone]} {reading.word}", class_=f"chip {reading.tone}".strip())


def unit_of(figure: Figure) -> Unit:
    """Return how a figure is told."""
    return SHARE if figure.is_share else AMOUNT


def apart_of(figure: Figure) -> Unit:
    """Return how a difference of a figure is told: of shares in points, which are not percents of the baseline."""
    return POINTS if figure.is_share else AMOUNT


def amount(estimate: Estimate | None, unit: Unit, *, signed: bool = False) -> str:
    """Return an estimate with its interval; a dash for none."""
    if estimate is None:
        return number(None)
    return between(estimate.value, estimate.low, estimate.high, unit, signed=signed)


def headline(findings: Findings, arm: str) -> str:
    """Return what an arm brings beside the baseline, as one sentence or two.

    Only clear differences have a direction; those of which nothing can be said are named as such.
    """
    groups: dict[str, list[str]] = {"better": [], "worse": [], "moves": [], "none": []}
    for figure in FIGURES:
        told = findings.result.of(arm, figure.name)
        if told is None or told.ahead is None:
            continue
        reading = read(told.ahead, told.relative, figure)
        moved = (
            number(told.relative.value, SHARE, digits=0 if abs(told.relative.value) >= 0.1 else 1, signed=True)
            if told.relative is not None
            else number(told.ahead.value, apart_of(figure), signed=True)
        )
        if not reading.is_clear:
            groups["none"].append(figure.what)
        elif not reading.tone:
            groups["moves"].append(f"{figure.what} {moved}")
        else:
            groups[reading.word].append(f"{figure.what} {moved}")
    parts = [
        "; ".join(groups["moves"]),
        f"better: {'; '.join(groups['better'])}" if groups["better"] else "",
        f"worse: {'; '.join(groups['worse'])}" if groups["worse"] else "",
        f"no clear difference: {'; '.join(groups['none'])}" if groups["none"] else "",
    ]
    said = [part[0].upper() + part[1:] + "." for part in parts if part]
    return " ".join(said) or "Nothing happened in any arm."


def assumed(value: float) -> str:
    """Return an assumption's number without digits that nobody meant.

    >>> assumed(-5.29315), assumed(0.075), assumed(25000.0)
    ('-5.29', '0.075', '25000')
    """
    return f"{value:.3g}" if abs(value) < 1000.0 else f"{value:g}"


def figures_of(findings: Findings) -> tuple[Figure, ...]:
    """Return the figures of which any arm has something, in their order."""
    there = {told.figure for told in findings.result.told}
    return tuple(figure for figure in FIGURES if figure.name in there)


def titled(words: str) -> str:
    """Return words with a capital letter first."""
    return words[:1].upper() + words[1:]
