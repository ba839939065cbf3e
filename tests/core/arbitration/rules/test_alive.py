import pytest

from segue.core.arbitration.rules.alive import check_alive, interruption
from segue.core.arbitration.verdicts import Verdict
from segue.model.decisions import Candidate, Reason
from segue.model.time import Instant
from tests.builders import NOW, candidate


@pytest.mark.parametrize(
    ("ended", "reason"),
    [
        ("goal", Reason.ALREADY_CONVERTED),
        ("exit_event", Reason.EXIT_EVENT),
        ("exit_predicate", Reason.EXIT_PREDICATE),
        ("expired", Reason.EXPIRED),
        ("migrated_out", Reason.MIGRATED_OUT),
        ("journey_stopped", Reason.JOURNEY_STOPPED),
        ("done", Reason.JOURNEY_STOPPED),
        ("", Reason.JOURNEY_STOPPED),
    ],
)
def test_the_end_of_a_run_is_the_reason_against_what_it_proposed(ended: str, reason: Reason) -> None:
    assert interruption(ended) == reason


OF_A_RUN = candidate(run_id="run-1", source="journey:reorder")


@pytest.mark.parametrize(
    ("proposal", "runs", "ended", "expected"),
    [
        (candidate(), {}, {}, None),
        (OF_A_RUN, {"run-1": 1}, {}, None),
        (OF_A_RUN, {"run-2": 1}, {}, Verdict(Reason.JOURNEY_STOPPED, "journey:reorder")),
        (OF_A_RUN, {}, {"run-1": "exit_event"}, Verdict(Reason.EXIT_EVENT, "journey:reorder")),
        (OF_A_RUN, {}, {"run-2": "exit_event"}, Verdict(Reason.JOURNEY_STOPPED, "journey:reorder")),
        (
            candidate(run_id="run-1", source="j", deadline=NOW - 1),
            {},
            {"run-1": "goal"},
            Verdict(Reason.ALREADY_CONVERTED, "j"),
        ),
    ],
)
def test_what_a_dead_run_proposed_is_refused_with_the_reason_of_its_end(
    proposal: Candidate, runs: dict[str, object], ended: dict[str, str], expected: Verdict | None
) -> None:
    assert check_alive(proposal, runs, ended, NOW) == expected


@pytest.mark.parametrize(("late_by", "expected"), [(-1, None), (0, None), (1, Verdict(Reason.EXPIRED))])
def test_a_proposal_lives_up_to_and_including_its_deadline(late_by: int, expected: Verdict | None) -> None:
    assert check_alive(candidate(deadline=NOW), {}, {}, Instant(NOW + late_by)) == expected
