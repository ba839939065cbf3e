import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.core.arbitration.rules.quiet_hours import QuietPlan, check_quiet_hours, compile_quiet_hours
from segue.core.arbitration.verdicts import Verdict
from segue.model.contact_rules import QuietHours
from segue.model.decisions import Reason
from segue.model.time import DAY, MINUTE, Instant, parse_instant, to_datetime

NIGHT = QuietHours(start="21:00", end="08:00")
SIESTA = QuietHours(start="13:00", end="15:30", channels=("sms", "call"), then="drop")


def test_quiet_hours_are_compiled_to_minutes() -> None:
    assert compile_quiet_hours((NIGHT, SIESTA)) == (
        QuietPlan(21 * 60, 8 * 60, (), holds=True),
        QuietPlan(13 * 60, 15 * 60 + 30, ("sms", "call"), holds=False),
    )


def deferred(until: str, zone: str = "UTC") -> Verdict:
    return Verdict(Reason.QUIET_DEFERRED, zone, parse_instant(until))


def hours(start: str, end: str, then: str = "hold") -> QuietHours:
    return QuietHours(start=start, end=end, then=then)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("now", "zone", "channel", "windows", "expected"),
    [
        ("2026-03-02T12:00Z", "UTC", "email", (NIGHT,), None),
        ("2026-03-02T21:00Z", "UTC", "email", (NIGHT,), deferred("2026-03-03T08:00Z")),
        ("2026-03-02T08:00Z", "UTC", "email", (NIGHT,), None),
        ("2026-03-02T12:00Z", "Asia/Tokyo", "email", (NIGHT,), deferred("2026-03-02T23:00Z", "Asia/Tokyo")),
        ("2026-03-02T23:00Z", "Asia/Tokyo", "email", (NIGHT,), None),
        ("2026-03-02T12:00Z", "UTC", "email", (), None),
        # A window of some channels is none of the others' business.
        ("2026-03-02T14:00Z", "UTC", "email", (SIESTA,), None),
        ("2026-03-02T14:00Z", "UTC", "sms", (SIESTA,), Verdict(Reason.QUIET_DROPPED, "UTC")),
        # Windows that touch or overlap are one.
        ("2026-03-02T20:00Z", "UTC", "email", (NIGHT, hours("19:00", "21:00")), deferred("2026-03-03T08:00Z")),
        ("2026-03-02T20:00Z", "UTC", "email", (hours("19:00", "22:00"), NIGHT), deferred("2026-03-03T08:00Z")),
        ("2026-03-02T22:00Z", "UTC", "email", (NIGHT, hours("07:00", "09:00")), deferred("2026-03-03T09:00Z")),
        # One window that drops is enough, also inside one that holds.
        (
            "2026-03-02T23:30Z",
            "UTC",
            "email",
            (NIGHT, hours("23:00", "01:00", "drop")),
            Verdict(Reason.QUIET_DROPPED, "UTC"),
        ),
        (
            "2026-03-02T23:30Z",
            "UTC",
            "email",
            (hours("23:00", "01:00", "drop"), NIGHT),
            Verdict(Reason.QUIET_DROPPED, "UTC"),
        ),
        ("2026-03-02T21:30Z", "UTC", "email", (NIGHT, hours("23:00", "01:00", "drop")), deferred("2026-03-03T08:00Z")),
    ],
)
def test_contact_inside_a_window_is_held_until_no_window_covers_it_or_dropped(
    now: str, zone: str, channel: str, windows: tuple[QuietHours, ...], expected: Verdict | None
) -> None:
    assert check_quiet_hours(channel, zone, parse_instant(now), compile_quiet_hours(windows)) == expected


def covered(plans: list[QuietPlan], now: int, zone: str) -> bool:
    local = to_datetime(Instant(now), zone)
    minute = local.hour * 60 + local.minute
    return any(
        plan.start <= minute < plan.end if plan.start < plan.end else minute >= plan.start or minute < plan.end
        for plan in plans
    )


marks = st.integers(0, 95).map(lambda quarter: quarter * 15)
windows = st.builds(QuietPlan, marks, marks, st.just(()), st.booleans()).filter(lambda plan: plan.start != plan.end)


@given(
    st.lists(windows, max_size=4).flatmap(lambda plans: st.tuples(st.just(plans), st.permutations(plans))),
    st.integers(parse_instant("2026-03-20T00:00Z"), parse_instant("2026-04-10T00:00Z")),
    st.sampled_from(["UTC", "Europe/London", "Asia/Kathmandu"]),
)
def test_the_release_is_the_first_moment_that_no_window_covers(
    orders: tuple[list[QuietPlan], list[QuietPlan]], now: int, zone: str
) -> None:
    plans, reordered = orders
    verdict = check_quiet_hours("email", zone, Instant(now), tuple(plans))
    assert check_quiet_hours("email", zone, Instant(now), tuple(reordered)) == verdict
    later = range(now - now % (15 * MINUTE) + 15 * MINUTE, now + 2 * DAY, 15 * MINUTE)
    free = next((moment for moment in later if not covered(plans, moment, zone)), None)
    assert (verdict is None) == (not covered(plans, now, zone))
    if verdict is not None and free is not None and verdict.reason == Reason.QUIET_DEFERRED:
        assert verdict.until == free
