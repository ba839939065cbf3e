"""The rule; what the best moment is, is shown in tests/core/test_receptive.py."""

from collections.abc import Callable

import pytest

from segue.core.arbitration.rules.receptive import check_receptive
from segue.core.arbitration.verdicts import Verdict
from segue.core.receptive import hour_of_week
from segue.core.view import View
from segue.model.decisions import Reason
from segue.model.time import DAY, HOUR, Instant, parse_instant
from tests.builders import NOW, candidate, fact, profile, workspace

EVENING = parse_instant("2026-03-02T19:00:00Z")
ASKING = candidate(timing="receptive", deadline=NOW + 2 * DAY)


def view(now: int = NOW, *, is_here: bool = False) -> View:
    evenings = {hour_of_week(Instant(EVENING + day * DAY), "UTC"): 200 for day in range(2)}
    return View(profile(hours=evenings), fact(at=now), Instant(now), "UTC", is_here=is_here)


def judged(seen: View, is_open: Callable[[Instant], bool] = lambda at: True) -> Verdict | None:
    return check_receptive(ASKING, seen, workspace(), is_open)


def test_a_proposal_for_the_best_hour_waits_for_it_and_goes_then() -> None:
    assert judged(view()) == Verdict(Reason.RECEPTIVE_DEFERRED, "UTC", EVENING)
    assert judged(view(EVENING)) is None
    assert judged(view(EVENING - 1)) is not None


def test_a_best_hour_that_the_other_rules_close_is_passed_over_for_the_next_best() -> None:
    tomorrow = Verdict(Reason.RECEPTIVE_DEFERRED, "UTC", Instant(EVENING + DAY))
    assert judged(view(), is_open=lambda at: not EVENING <= at < EVENING + HOUR) == tomorrow


def test_who_is_there_now_is_not_made_to_wait() -> None:
    assert judged(view(is_here=True)) is None


@pytest.mark.parametrize("asking", [candidate(), candidate(timing="receptive", deadline=NOW)])
def test_what_does_not_ask_for_it_or_cannot_wait_goes_now(asking: object) -> None:
    assert check_receptive(asking, view(), workspace(), lambda at: True) is None  # type: ignore[arg-type]


def test_the_hours_of_the_customer_s_group_stand_in_for_their_own() -> None:
    from segue.model.shared import Shared

    noon = hour_of_week(Instant(NOW + 2 * HOUR), "UTC")
    shared = Shared(hours={f"night/{noon}": 900.0, "night/all": 900.0})
    nobody = View(profile(traits={"shift": "night"}), fact(), NOW, "UTC", shared)
    verdict = check_receptive(ASKING, nobody, workspace(hours_by="shift"), lambda at: True)
    assert verdict == Verdict(Reason.RECEPTIVE_DEFERRED, "UTC", Instant(NOW + 2 * HOUR))
