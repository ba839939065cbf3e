"""What each case promises, and what was measured of it."""

from collections.abc import Callable, Mapping
from math import exp, log, sqrt

import numpy as np
from msgspec import Struct

from segue.simulation.account import Accounts
from segue.simulation.figures import Estimate, Z, compare, ratio
from segue.simulation.side_by_side import SideBySide

Lived = Mapping[str, Accounts]


class Row(Struct, frozen=True):
    """A promise beside what was measured."""

    what: str
    goal: str
    measured: str
    is_reached: bool


CHURN_GOAL = "4.9 % where the silos have 6.2 %: -21 %"
Goals = Callable[[SideBySide, Lived], list[Row]]


def fitness(result: SideBySide, lived: Lived) -> list[Row]:
    """Return the promises of the fitness app for every orchestrated arm."""
    rows = [
        _row(result, "silos", "messages", "", lambda value: True),
        _row(result, "silos", "churn", "", lambda value: True),
    ]
    for arm in (each for each in result.arms if each in ("rules", "agent")):
        rows.append(_row(result, arm, "messages", "at most 3.1", lambda value: value <= 3.1))
        rows.append(_churn(result, arm))
        told = result.of(arm, "clicks")
        gain = told.relative if told is not None else None
        reached = gain is not None and gain.value >= 0.83
        rows.append(Row(f"{arm}: clicks per message above the silos'", "at least +83 %", percent(gain), reached))
    return rows


def _churn(result: SideBySide, arm: str) -> Row:
    """Judge churn beside that of the same few customers in the silos, which need not be 6.2 % by chance."""
    ours, theirs = result.of(arm, "churn"), result.of("silos", "churn")
    assert ours is not None
    assert theirs is not None
    left, base = ours.estimate, theirs.estimate.value
    change = left.value / base - 1.0 if base else 0.0
    measured = f"{words(left, 100.0, ' %')}; {100 * change:+.0f} % beside the silos'"
    return Row(f"{arm}: {NAMES['churn']}", CHURN_GOAL, measured, change <= 4.9 / 6.2 - 1.0)


def two_channels(result: SideBySide, lived: Lived) -> list[Row]:
    """Return the lift that the advertisement brings above the mail alone."""
    told = result.of("mail_then_ad", "conversions")
    gain = told.relative if told is not None else None
    reached = gain is not None and gain.low > 0.0
    return [Row("orders per customer above the mail alone", "a lift that is measured", percent(gain), reached)]


def triggers(result: SideBySide, lived: Lived) -> list[Row]:
    """Return how much better a triggered message converts: orders that would not have come without it, a message."""
    per_message = {arm: caused(lived, arm) for arm in ("weekly_batch", "triggered")}
    rows = [
        Row(f"{arm}: orders caused per 100 messages", "", words(each, 100.0), True) for arm, each in per_message.items()
    ]
    better = quotient(per_message["triggered"], per_message["weekly_batch"])
    reached = better is not None and 3.0 <= better.value <= 8.0
    shown = (
        f"{better.value:.1f} ({better.low:.1f} to {better.high:.1f})" if better is not None else "too little to tell"
    )
    return [*rows, Row("triggered over batch", "3 to 8 times", shown, reached)]


def one_conversation(result: SideBySide, lived: Lived) -> list[Row]:
    """Return what coordination brings above campaigns that do not know of each other."""
    rows = []
    for name, goal, holds in (
        ("conversions", "+25 % to +40 %", lambda gain: gain.value >= 0.25),
        ("opt_outs", "fewer", lambda gain: gain.high < 0.0),
    ):
        told = result.of("coordinated", name)
        gain = told.relative if told is not None else None
        rows.append(Row(f"{NAMES[name]} above uncoordinated", goal, percent(gain), gain is not None and holds(gain)))
    arms = {arm: gained(lived, arm) for arm in ("coordinated", "uncoordinated")}
    more = quotient(arms["coordinated"], arms["uncoordinated"])
    gain = Estimate(more.value - 1.0, more.low - 1.0, more.high - 1.0, more.error) if more is not None else None
    row = Row("orders caused per customer above uncoordinated", "+25 % to +40 %", percent(gain), _at_least(gain, 0.25))
    rows.insert(1, row)
    per_customer = compare(
        (lived["coordinated"].total("opt_out"), lived["coordinated"].column("days")),
        (lived["uncoordinated"].total("opt_out"), lived["uncoordinated"].column("days")),
    )[1]
    reached = per_customer is not None and per_customer.high < 0.0
    return [*rows, Row("opt-outs per customer and day above uncoordinated", "fewer", percent(per_customer), reached)]


NAMES = {
    "messages": "messages per customer and week",
    "churn": "customers who leave, a month",
    "conversions": "orders per customer",
    "opt_outs": "opt-outs per 1,000 messages",
}


def caused(lived: Lived, arm: str, event: str = "ordered", silence: str = "silence") -> Estimate:
    """Return the orders of ``arm`` above those of silence for each of its messages, resident by resident."""
    more = lived[arm].column(f"event/{event}") - lived[silence].column(f"event/{event}")
    return ratio(more, lived[arm].total("contact"))


def gained(lived: Lived, arm: str, event: str = "ordered", silence: str = "silence") -> Estimate:
    """Return the orders of ``arm`` above those of silence for each customer, resident by resident."""
    more = lived[arm].column(f"event/{event}") - lived[silence].column(f"event/{event}")
    return ratio(more, np.ones(len(more)))


def quotient(ours: Estimate, theirs: Estimate) -> Estimate | None:
    """Return how many times theirs ours is, taken as independent; None where theirs may be nothing."""
    if min(ours.value, theirs.value) <= 0.0:
        return None
    value = ours.value / theirs.value
    error = sqrt((ours.error / ours.value) ** 2 + (theirs.error / theirs.value) ** 2)
    low, high = (exp(log(value) + sign * Z * error) for sign in (-1.0, 1.0))
    return Estimate(value, low, high, value * error)


def words(estimate: Estimate, scale: float = 1.0, unit: str = "") -> str:
    """Return a number with its interval."""
    value, low, high = (scale * each for each in (estimate.value, estimate.low, estimate.high))
    return f"{value:.2f}{unit} ({low:.2f} to {high:.2f})"


def percent(gain: Estimate | None) -> str:
    """Return a relative gain with its interval."""
    if gain is None:
        return "too little to tell"
    return f"{100 * gain.value:+.0f} % ({100 * gain.low:+.0f} to {100 * gain.high:+.0f})"


def _at_least(gain: Estimate | None, wanted: float) -> bool:
    return gain is not None and gain.value >= wanted


def _row(result: SideBySide, arm: str, figure: str, goal: str, holds: Callable[[float], bool]) -> Row:
    told = result.of(arm, figure)
    assert told is not None, f"{arm} has {figure}"
    scale, unit = (100.0, " %") if figure == "churn" else (1.0, "")
    return Row(f"{arm}: {NAMES[figure]}", goal, words(told.estimate, scale, unit), holds(told.estimate.value))
