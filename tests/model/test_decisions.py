from pathlib import Path
from typing import Any

import msgspec
import pytest

from segue.model.decisions import SILENCE, Candidate, Considered, Decision, Reason
from segue.model.ids import CustomerId, DecisionId, DeliveryId, EventId, Revision, RunId
from segue.model.time import Instant
from tests.builders import reread, stored

CANDIDATE = Candidate(
    key="journey:reorder/run-1/offer/email",
    action="offer",
    channel="email",
    source="journey:reorder",
    delivery_id=DeliveryId("send-1"),
    deadline=Instant(9),
    proposed_at=Instant(1),
    run_id=RunId("run-1"),
    step="mail",
    occurrence=2,
    on_cap="exit",
    on_lost="skip",
    keep=5,
    facts={"order_id": 4},
)
DECISION = Decision(
    decision_id=DecisionId("d"),
    customer_id=CustomerId("ada"),
    event_id=EventId("e"),
    at=Instant(1),
    slot="message",
    revision=Revision("r1"),
    seed="segue",
    policy="rules@1",
    group="holdout",
    considered=(
        Considered("k", "offer", "email", "rule:r", {"total": 1.0}, 1.0, Reason.HOLDOUT, "", 0),
        Considered(SILENCE, "", "", SILENCE, suppressed=Reason.LOST_ARBITRATION),
    ),
    chosen="k",
    probability=1.0,
    is_exploration=False,
    draw=0.25,
    input_hash="0f",
    is_ghost=True,
    fallback="why",
    delivery_id=DeliveryId("send-1"),
)


@pytest.mark.parametrize("value", [CANDIDATE, DECISION], ids=lambda value: type(value).__name__)
def test_a_record_is_read_as_it_was_written(value: msgspec.Struct) -> None:
    assert reread(value) == value


@pytest.mark.parametrize(
    ("fields", "value"),
    [
        (
            ["k", "offer", "email", "rule:r", "send-1", 9, 1],
            Candidate("k", "offer", "email", "rule:r", DeliveryId("send-1"), Instant(9), Instant(1)),
        ),
        (["k", "offer", "email", "rule:r"], Considered("k", "offer", "email", "rule:r")),
        (
            ["d", "ada", "e", 1, "message", "r1", "segue", "rules@1", "agent", [], SILENCE, 1.0, False, 0.25, "0f"],
            msgspec.structs.replace(
                DECISION,
                group="agent",
                considered=(),
                chosen=SILENCE,
                is_ghost=False,
                fallback="",
                delivery_id=DeliveryId(""),
            ),
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_record_written_by_the_first_version_is_still_readable(fields: list[Any], value: object) -> None:
    assert stored(type(value), fields) == value


MORE = ["pooled", "receptive_deferred", "ignored"]
"""Reasons that the design did not foresee, see docs/decisions/0011-what-is-decided-in-one-transition.md."""


def test_the_reasons_are_the_closed_list_of_the_design_and_three_more() -> None:
    page = Path(__file__).parents[2] / "../shared/design/semantics.md"
    if not page.exists():
        pytest.skip("the design pages are not here (../shared/design/semantics.md)")
    section = page.read_text().split("## Reasons")[1].split("\n##")[0].split("\n", 1)[1]
    listed = [word.strip() for word in section.replace("\n", " ").rstrip(". \n").split(",")]
    assert [reason.value for reason in Reason] == [*listed, *MORE]
