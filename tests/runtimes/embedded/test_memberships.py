from segue.model.commands import SyncAudience
from segue.model.deliveries import DeliveryStatus, Outcome
from segue.model.ids import CustomerId, DeliveryId
from segue.model.time import Instant
from segue.runtimes.embedded.batch import Issued
from segue.runtimes.embedded.memberships import OVERRULED, sort_out


def change(seq: int, who: str, *, is_member: bool = True) -> Issued:
    command = SyncAudience(
        delivery_id=DeliveryId(f"d{seq}"),
        customer_id=CustomerId(who),
        channel="display",
        audience="lookers",
        is_member=is_member,
        identifiers={},
        at=Instant(0),
    )
    return Issued(seq, command)


def outcome(seq: int, status: DeliveryStatus, detail: str = "") -> Outcome:
    return Outcome(delivery_id=DeliveryId(f"d{seq}"), status=status, detail=detail)


def test_what_was_not_made_is_made_again_unless_a_later_change_overrules_it() -> None:
    some = [change(1, "ann"), change(2, "bob"), change(3, "ann", is_member=False), change(4, "cat")]
    statuses = (DeliveryStatus.RETRYABLE,) * 3 + (DeliveryStatus.ACCEPTED,)
    outcomes = [outcome(seq, status) for seq, status in enumerate(statuses, start=1)]
    told, again = sort_out(some, outcomes)
    assert told == [(some[0], outcome(1, DeliveryStatus.WITHDRAWN, OVERRULED)), (some[3], outcomes[3])]
    assert again == [some[1], some[2]]
