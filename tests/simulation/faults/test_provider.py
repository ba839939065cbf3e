import asyncio
from random import Random

import pytest

from segue.model.commands import Deliver
from segue.model.deliveries import DeliveryStatus
from segue.model.time import Instant
from segue.simulation.faults.disk import Span
from segue.simulation.faults.loop import Crash
from segue.simulation.faults.provider import Providers
from segue.simulation.faults.schedule import NONE, Faults
from segue.simulation.faults.town import workspace
from tests.simulation.checkers.breaking import change, deliver

SPECS = {spec.name: spec for spec in workspace().channels}


class Office:
    """Providers, and the receipts that they send."""

    def __init__(self, faults: Faults, seed: int = 1) -> None:
        self.receipts: list[tuple[int, DeliveryStatus, str]] = []
        self.providers = Providers(faults, Random(seed), lambda: Instant(7), lambda: Span(3, 4), self.tell)

    def tell(self, delay: int, command: Deliver, status: DeliveryStatus, name: str) -> None:
        self.receipts.append((delay, status, name))

    async def take(self, channel: str = "email") -> DeliveryStatus:
        return (await self.providers.take(SPECS[channel], deliver(channel=channel))).status


async def no_time(_: float) -> None:
    """Stand in for sleeping."""


@pytest.fixture(autouse=True)
def _without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("segue.simulation.faults.provider.asyncio.sleep", no_time)


async def test_what_is_accepted_is_in_the_log_and_told() -> None:
    office = Office(NONE)
    assert await office.take() is DeliveryStatus.ACCEPTED
    (line,) = office.providers.handed
    assert (line.at, line.channel, line.took, line.since) == (7, "email", True, 3)
    assert office.receipts[0][1] is DeliveryStatus.DELIVERED


@pytest.mark.parametrize(
    ("faults", "status", "took"),
    [
        (Faults(retryable=1.0), DeliveryStatus.RETRYABLE, False),
        (Faults(rejected=1.0), DeliveryStatus.REJECTED, False),
        (Faults(timeout=1.0), DeliveryStatus.UNKNOWN, False),
        (Faults(timeout_accepted=1.0), DeliveryStatus.UNKNOWN, True),
    ],
)
async def test_what_fails_fails_as_it_is_said(faults: Faults, status: DeliveryStatus, took: bool) -> None:
    office = Office(faults)
    assert await office.take() is status
    assert office.providers.handed[0].took is took
    assert bool(office.receipts) is took


async def test_a_provider_with_keys_takes_a_message_once_and_one_without_takes_it_twice() -> None:
    office = Office(NONE)
    for _ in range(2):
        await office.providers.take(SPECS["push"], deliver("p1", channel="push"))
        await office.providers.take(SPECS["email"], deliver("e1"))
    assert [line.channel for line in office.providers.handed if line.took] == ["push", "email", "email"]


@pytest.mark.parametrize(("channel", "status"), [("push", DeliveryStatus.RETRYABLE), ("email", DeliveryStatus.UNKNOWN)])
async def test_a_channel_with_keys_may_call_a_timeout_retryable(channel: str, status: DeliveryStatus) -> None:
    providers = Office(Faults(timeout_accepted=1.0, timeout_retryable=1.0)).providers
    outcome = await providers.take(SPECS[channel], deliver(channel=channel))
    assert (outcome.status, outcome.may_have_arrived) == (status, channel == "push")


async def test_a_process_dies_before_or_after_the_provider_has_it() -> None:
    before, after = Office(Faults(crash_before_call=1.0)), Office(Faults(crash_in_call=1.0))
    for office in (before, after):
        with pytest.raises(Crash):
            await office.take()
    assert (len(before.providers.handed), len(after.providers.handed)) == (0, 1)


async def test_receipts_are_lost_and_doubled_under_one_name() -> None:
    assert await Office(Faults(receipt_lost=1.0)).take() is DeliveryStatus.ACCEPTED
    lost, doubled = Office(Faults(receipt_lost=1.0)), Office(Faults(receipt_doubled=0.9))
    await asyncio.gather(lost.take(), doubled.take())
    assert lost.receipts == []
    names = [name for _, _, name in doubled.receipts]
    assert len(names) > len(set(names))


async def test_a_platform_that_made_a_change_does_not_refuse_it_later() -> None:
    office = Office(Faults(rejected=0.5), seed=4)
    statuses = [(await office.providers.sync([change(is_member=True)]))[0].status for _ in range(12)]
    first = statuses.index(DeliveryStatus.ACCEPTED)
    assert set(statuses[first:]) == {DeliveryStatus.ACCEPTED}
    assert statuses[:first] == [DeliveryStatus.REJECTED] * first


async def test_the_recipient_may_say_who_they_are_while_the_provider_has_the_message() -> None:
    told: list[Deliver] = []
    providers = Providers(
        Faults(log_in_call=1.0), Random(1), lambda: Instant(7), lambda: Span(3, 4), lambda *_: None, told.append
    )
    await providers.take(SPECS["email"], deliver())
    assert told == [deliver()]
