from typing import Any

import pytest

from segue.core.arbitration.rules.paused import check_paused, pause_end
from segue.core.arbitration.verdicts import Verdict
from segue.model.decisions import Reason
from segue.model.time import DAY, HOUR, NEVER, Instant
from tests.builders import NOW, candidate, run

ASKING = candidate(run_id="run-1", source="journey:reorder", deadline=NOW + 2 * DAY)


@pytest.mark.parametrize(
    ("paused_until", "paused", "until"),
    [
        (0, (), None),
        (NOW, (), None),
        (NOW + HOUR, (), NOW + HOUR),
        (NOW + 9 * DAY, (), NOW + 2 * DAY),
        (0, ("reorder",), NOW + 2 * DAY),
        (0, ("welcome",), None),
        (NOW + HOUR, ("reorder",), NOW + 2 * DAY),
    ],
)
def test_what_a_paused_run_or_journey_proposed_is_held_until_the_pause_ends_at_the_latest_to_its_deadline(
    paused_until: int, paused: tuple[str, ...], until: int | None
) -> None:
    runs = {"run-1": run(paused_until=paused_until)}
    verdict = check_paused(ASKING, runs, paused, NOW)
    assert verdict == (None if until is None else Verdict(Reason.PAUSED_HELD, "reorder", Instant(until)))


def test_a_pause_holds_until_exactly_its_end() -> None:
    runs = {"run-1": run(paused_until=NOW + HOUR)}
    assert check_paused(ASKING, runs, (), Instant(NOW + HOUR)) is None
    assert check_paused(ASKING, runs, (), Instant(NOW + HOUR - 1)) is not None


@pytest.mark.parametrize(
    ("asking", "runs", "paused", "end"),
    [
        ({"run_id": "run-1", "source": "journey:reorder"}, {"run-1": run(paused_until=NOW + 1)}, (), NOW + 1),
        ({"run_id": "run-1", "source": "journey:reorder"}, {"run-1": run()}, ("reorder",), NEVER),
        ({"run_id": "", "source": "journey:reorder"}, {}, ("reorder",), NEVER),
        ({"run_id": "", "source": "rule:reorder"}, {}, ("reorder",), 0),
        ({"run_id": "run-1", "source": "journey:reorder"}, {"run-1": object()}, (), 0),
    ],
    ids=["run", "journey", "after its run's end", "rule", "a run of which nothing is known"],
)
def test_who_resumes_can_ask_what_is_still_held(
    asking: dict[str, Any], runs: dict[str, object], paused: tuple[str, ...], end: int
) -> None:
    assert pause_end(candidate(**asking), runs, paused, NOW) == end
