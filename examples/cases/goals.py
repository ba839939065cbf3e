"""What each case promises, and what was measured of it."""

from collections.abc import Callable, Mapping

import numpy as np
from msgspec import Struct

from segue.measurement.drawing import SHARE, between
from segue.simulation.account import Accounts
from segue.simulation.figures import Estimate, compare, ratio
from segue.simulation.side_by_side import SideBySide

Lived = Mapping[str, Accounts]


class Row(Struct, frozen=True):
    """A promise beside what was measured.

    Attributes:
        estimate: what was measured, to be compared with what it is under other assumptions; None for rows without.
    """

    what: str
    goal: str
    measured: str
    is_reached: bool
    estimate: Estimate | None = None


CHURN_GOAL = "4.9 % where the silos have 6.2 %: -21 %"
ORDERED = "event/ordered"
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
    both, alone = lived["mail_then_ad"], lived["mail_only"]
    ones = np.ones(both.count)
    saw = both.total("joined") > 0.0
    ahead, gain = compare((both.column(ORDERED), ones), (alone.column(ORDERED), ones))
    caused = ratio((both.column(ORDERED) - alone.column(ORDERED))[saw], ones[saw])
    mail = compare((alone.column(ORDERED), ones), (lived["silence"].column(ORDERED), ones))[1]
    return [
        Row(
            "orders per customer: what the ad adds to the mail",
            "a lift that is measured",
            percent(gain),
            _is_more(gain),
            gain,
        ),
        Row("the same in orders per 1,000 customers", "", words(ahead, 1000.0), True),
        Row(f"and per 1,000 of the {saw.mean():.0%} who saw it", "", words(caused, 1000.0), True),
        Row("for comparison: what the mail adds to silence", "", percent(mail), True),
    ]


def triggers(result: SideBySide, lived: Lived) -> list[Row]:
    """Return how much better a triggered message converts: orders that would not have come without it, a message."""
    per_message = {arm: caused(lived, arm) for arm in ("weekly_batch", "triggered")}
    rows = [
        Row(f"{arm}: orders caused per 100 messages", "", words(each, 100.0), True) for arm, each in per_message.items()
    ]
    more = _caused_above(lived, "triggered", "weekly_batch", per_message=True)
    shown = percent(more) if more is None else between(1.0 + more.value, 1.0 + more.low, 1.0 + more.high)
    reached = more is not None and 3.0 <= 1.0 + more.value <= 8.0
    return [*rows, Row("triggered over batch, orders caused per message", "3 to 8 times", shown, reached, more)]


def one_conversation(result: SideBySide, lived: Lived) -> list[Row]:
    """Return what coordination brings above campaigns that do not know of each other, the strictest measure first."""
    ours, theirs = lived["coordinated"], lived["uncoordinated"]
    ones = np.ones(ours.count)
    has_cart = lived["silence"].column("event/cart_left") > 0.0
    orders, before = ours.column(ORDERED), theirs.column(ORDERED)
    conversions = (
        ("orders per customer, with those that come by themselves", compare((orders, ones), (before, ones))[1]),
        (
            "customers who order at all",
            compare(((orders > 0.0) * 1.0, ones), ((before > 0.0) * 1.0, ones))[1],
        ),
        (
            f"orders per customer of the {has_cart.mean():.0%} who leave a cart",
            compare((orders[has_cart], ones[has_cart]), (before[has_cart], ones[has_cart]))[1],
        ),
        ("orders caused per customer", _caused_above(lived, "coordinated", "uncoordinated")),
        ("orders caused per message", _caused_above(lived, "coordinated", "uncoordinated", per_message=True)),
    )
    pairs = {
        "per customer and day": (ours.column("days"), theirs.column("days")),
        "per message": (ours.total("contact"), theirs.total("contact")),
    }
    fewer = {
        name: compare((ours.total("opt_out"), our_per), (theirs.total("opt_out"), their_per))[1]
        for name, (our_per, their_per) in pairs.items()
    }
    messages = compare((ours.total("contact"), ours.column("days")), (theirs.total("contact"), theirs.column("days")))[
        1
    ]
    return [
        *(Row(name, "+25 % to +40 %", percent(gain), _is_more(gain, 0.25), gain) for name, gain in conversions),
        *(
            Row(f"opt-outs {name}", "fewer", percent(gain), gain is not None and gain.high < 0.0, gain)
            for name, gain in fewer.items()
        ),
        Row("messages per customer and week", "", percent(messages), True),
    ]


NAMES = {
    "messages": "messages per customer and week",
    "churn": "customers who leave, a month",
    "conversions": "orders per customer",
    "opt_outs": "opt-outs per 1,000 messages",
}


def caused(lived: Lived, arm: str, silence: str = "silence") -> Estimate:
    """Return the orders of ``arm`` above those of silence for each of its messages, resident by resident."""
    more = lived[arm].column(ORDERED) - lived[silence].column(ORDERED)
    return ratio(more, lived[arm].total("contact"))


def _caused_above(lived: Lived, ours: str, theirs: str, *, per_message: bool = False) -> Estimate | None:
    """Return by which share we cause more orders than they do: per customer, or per message; resident by resident."""
    silence = lived["silence"].column(ORDERED)
    pairs = [
        (each.column(ORDERED) - silence, each.total("contact") if per_message else np.ones(each.count))
        for each in (lived[ours], lived[theirs])
    ]
    return compare(*pairs)[1]


def words(estimate: Estimate, scale: float = 1.0, unit: str = "") -> str:
    """Return a number with its interval."""
    value, low, high = (scale * each for each in (estimate.value, estimate.low, estimate.high))
    told, _, ends = between(value, low, high).partition(" (")
    return f"{told}{unit} ({ends}"


def percent(gain: Estimate | None) -> str:
    """Return a relative gain with its interval."""
    if gain is None:
        return "too little to tell"
    return between(gain.value, gain.low, gain.high, SHARE, signed=True)


def _is_more(gain: Estimate | None, wanted: float = 0.0) -> bool:
    """Tell whether there is clearly a gain, and at least as much of it as was wanted."""
    return gain is not None and gain.low > 0.0 and gain.value >= wanted


def _row(result: SideBySide, arm: str, figure: str, goal: str, holds: Callable[[float], bool]) -> Row:
    told = result.of(arm, figure)
    assert told is not None, f"{arm} has {figure}"
    scale, unit = (100.0, " %") if figure == "churn" else (1.0, "")
    return Row(f"{arm}: {NAMES[figure]}", goal, words(told.estimate, scale, unit), holds(told.estimate.value))
