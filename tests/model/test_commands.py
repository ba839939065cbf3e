import msgspec
import pytest

from segue.model.commands import Command, CreateTask, Deliver, SyncAudience
from segue.model.ids import CustomerId, DecisionId, DeliveryId
from segue.model.time import Instant
from tests.builders import stored

DELIVER = Deliver(
    delivery_id=DeliveryId("send-1"),
    decision_id=DecisionId("decision-1"),
    customer_id=CustomerId("ada"),
    channel="email",
    action="offer",
    template="offer.mjml",
    address="ada@example.com",
    data={"customer": {"name": "Ada"}},
    decided_at=Instant(1),
    expires_at=Instant(2),
    attempt=3,
    is_transactional=True,
    purpose="service",
)
SYNC = SyncAudience(
    delivery_id=DeliveryId("join-1"),
    customer_id=CustomerId("ada"),
    channel="display",
    audience="reorder",
    is_member=True,
    identifiers={"email": "ada@example.com"},
    at=Instant(1),
    action="offer",
)
TASK = CreateTask(
    delivery_id=DeliveryId("send-2"),
    decision_id=DecisionId("decision-2"),
    customer_id=CustomerId("ada"),
    channel="call",
    action="offer",
    data={},
    expires_at=Instant(2),
)


@pytest.mark.parametrize("command", [DELIVER, SYNC, TASK], ids=lambda command: type(command).__name__)
def test_a_command_is_read_from_the_outbox_as_it_was_written(command: Command) -> None:
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(command), type=Command) == command


def test_a_deliver_command_written_by_the_first_version_is_still_readable() -> None:
    fields = ["deliver", "send-1", "decision-1", "ada", "email", "offer", "offer.mjml", "ada@example.com", {}, 1, 2]
    assert stored(Deliver, fields) == msgspec.structs.replace(
        DELIVER, data={}, attempt=1, is_transactional=False, purpose="marketing"
    )


def test_a_sync_command_written_by_the_first_version_is_still_readable() -> None:
    fields = ["sync_audience", "join-1", "ada", "display", "reorder", True, {"email": "ada@example.com"}, 1]
    assert stored(SyncAudience, fields) == msgspec.structs.replace(SYNC, action="")


def test_a_task_command_written_by_the_first_version_is_still_readable() -> None:
    assert stored(CreateTask, ["create_task", "send-2", "decision-2", "ada", "call", "offer", {}, 2]) == TASK


def test_a_command_of_a_newer_version_is_readable_without_what_this_one_does_not_know() -> None:
    fields = ["create_task", "send-2", "decision-2", "ada", "call", "offer", {}, 2, "a field of the future"]
    assert stored(CreateTask, fields) == TASK
