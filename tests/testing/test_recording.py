"""The recording channels keep what they are given, and are channels."""

from segue.model.commands import Deliver, SyncAudience
from segue.model.deliveries import DeliveryStatus, Outcome
from segue.ports.channel import AudienceChannel, MessageChannel
from segue.testing import RecordingAudience, RecordingChannel
from segue.testing.builders import NOON


def deliver(delivery_id: str) -> Deliver:
    return Deliver(
        delivery_id=delivery_id,
        decision_id="d",
        customer_id="ada",
        channel="email",
        action="offer",
        template="",
        address="ada@example.com",
        data={},
        decided_at=NOON,
        expires_at=NOON,
    )


def sync(delivery_id: str, *, is_member: bool) -> SyncAudience:
    return SyncAudience(delivery_id, "ada", "display", "due", is_member, {}, NOON)


def test_they_are_channels_of_their_family():
    assert isinstance(RecordingChannel(), MessageChannel)
    assert isinstance(RecordingAudience(), AudienceChannel)


async def test_a_message_channel_remembers_and_accepts():
    channel = RecordingChannel()
    outcome = await channel.deliver(deliver("a"))
    assert (outcome.delivery_id, outcome.status) == ("a", DeliveryStatus.ACCEPTED)
    assert channel.sent == [deliver("a")]


async def test_a_message_channel_answers_as_it_is_told():
    channel = RecordingChannel(answer=lambda c: Outcome(delivery_id=c.delivery_id, status=DeliveryStatus.REJECTED))
    assert (await channel.deliver(deliver("a"))).status is DeliveryStatus.REJECTED


async def test_repeated_deliveries_are_counted():
    channel = RecordingChannel()
    for delivery_id in ("a", "b", "a"):
        await channel.deliver(deliver(delivery_id))
    assert channel.repeated() == {"a": 2}


async def test_an_audience_channel_knows_who_is_in():
    channel = RecordingAudience()
    outcomes = await channel.sync([sync("in", is_member=True)])
    assert [outcome.delivery_id for outcome in outcomes] == ["in"]
    assert channel.members == {"due": {"ada"}}
    await channel.sync([sync("out", is_member=False)])
    assert channel.members == {"due": set()}
