"""Rates, order and rest of channels, measured from the provider's own log under a virtual clock."""

import asyncio
import random
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from segue.channels.settings import ChannelLimits, Ramp
from segue.model.commands import Deliver
from segue.model.deliveries import DeliveryStatus
from segue.model.ids import CustomerId, DecisionId, DeliveryId
from segue.model.time import DAY, Instant, parse_instant
from segue.runtimes.embedded.batch import Issued
from segue.runtimes.embedded.breaker import Breaker
from segue.runtimes.embedded.lanes import Lane
from segue.runtimes.embedded.rates import UNLIMITED, Provider, rate_of
from segue.runtimes.embedded.turnstile import Turnstile
from tests.runtimes.virtual_time import in_virtual_time

MARCH = parse_instant("2026-03-01T00:00:00Z")
NO_LIMITS = ChannelLimits()


def issued(seq: int, action: str = "promo", category: str = "promo") -> Issued:
    command = Deliver(
        delivery_id=DeliveryId(f"d{seq}"),
        decision_id=DecisionId("x"),
        customer_id=CustomerId("c"),
        channel="mail",
        action=action,
        template="t",
        address="",
        data={},
        decided_at=Instant(0),
        expires_at=Instant(0),
        is_transactional=category == "transactional",
        category=category,
    )
    return Issued(seq, command)


class Sender:
    """A channel with some workers; ``log`` is what its provider saw: (seconds, action), ``answers`` what it said."""

    def __init__(
        self,
        limits: ChannelLimits = NO_LIMITS,
        provider: Provider | None = None,
        *,
        workers: int = 4,
        call_seconds: float = 0.0,
        answer: Callable[[float], DeliveryStatus] = lambda at: DeliveryStatus.ACCEPTED,
        name: str = "mail",
    ) -> None:
        self.lane = Lane(name, 10_000)
        self.lane.begin_catching_up()
        self.lane.end_catching_up([])
        self.log: list[tuple[float, str]] = []
        self._begun = asyncio.get_running_loop().time()
        self.turnstile = Turnstile(self.lane, limits, lambda: Instant(MARCH + int(self.now() * 1_000_000)), provider)
        self._call_seconds = call_seconds
        self._answer = answer
        self._workers = [asyncio.create_task(self._work()) for _ in range(workers)]

    def now(self) -> float:
        return asyncio.get_running_loop().time() - self._begun

    async def _work(self) -> None:
        while True:
            some = await self.turnstile.next()
            if not some and self.lane._closed:
                return
            for each in some:
                self.log.append((self.now(), each.command.action))
                await asyncio.sleep(self._call_seconds)
                self.turnstile.breaker.note([self._answer(self.now())], asyncio.get_running_loop().time())
                self.lane.finish(each)

    async def end(self) -> None:
        await self.lane.idle()
        await self.close()

    async def close(self) -> None:
        self.turnstile.close()
        await asyncio.wait_for(asyncio.gather(*self._workers), 60)


def most_in(log: list[tuple[float, str]], seconds: float) -> int:
    """Return the most calls that began within any stretch of so many seconds."""
    times = [at for at, _ in log]
    return max(sum(1 for other in times if at <= other < at + seconds) for at in times)


def test_a_rate_holds_over_every_stretch_and_after_a_quiet_night() -> None:
    async def live() -> list[tuple[float, str]]:
        sender = Sender(ChannelLimits(rate=20.0))
        for night in range(3):
            sender.lane.offer(issued(night * 1000 + n) for n in range(100))
            await sender.lane.idle()
            await asyncio.sleep(8 * 3600)
        await sender.close()
        return sender.log

    log = in_virtual_time(live())
    assert len(log) == 300
    assert most_in(log, 1.0) <= 20 + 2
    assert most_in(log, 0.1) <= 2 + 2, "a burst of a tenth of a second at most"
    first_night = [at for at, _ in log[:100]]
    assert first_night[-1] - first_night[0] == pytest.approx(99 / 20, rel=0.1)


def test_a_password_reset_waits_for_the_call_in_progress_and_nothing_else() -> None:
    async def live() -> list[float]:
        delays: list[float] = []
        sender = Sender(workers=1, call_seconds=0.5)
        sender.lane.offer(issued(n) for n in range(400))
        for n in range(20):
            await asyncio.sleep(random.Random(n).random() * 3)
            begun = sender.now()
            sender.lane.offer([issued(1000 + n, "reset", "transactional")])
            while not any(action == "reset" and at >= begun for at, action in sender.log):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            delays.append(next(at for at, action in sender.log if action == "reset" and at >= begun) - begun)
        await sender.end()
        return delays

    delays = in_virtual_time(live())
    assert max(delays) <= 0.5 + 0.05
    assert max(delays) > 0.1, "there was a call to wait for"


def test_transactional_goes_before_mandatory_before_the_rest_and_actions_take_turns() -> None:
    async def live() -> list[str]:
        sender = Sender(ChannelLimits(rate=10.0), workers=3)
        sender.lane.offer(issued(n, "flood") for n in range(50))
        sender.lane.offer(issued(100 + n, "reminder") for n in range(3))
        sender.lane.offer([issued(200, "terms", "mandatory"), issued(201, "reset", "transactional")])
        await sender.end()
        return [action for _, action in sender.log]

    order = in_virtual_time(live())
    assert order[:8] == ["reset", "terms", "flood", "reminder", "flood", "reminder", "flood", "reminder"]
    assert set(order[8:]) == {"flood"}


def test_channels_of_one_provider_share_its_rate_and_the_urgent_one_goes_first() -> None:
    async def live() -> tuple[list[tuple[float, str]], float]:
        provider = Provider(10.0)
        loud, quiet = Sender(provider=provider, name="loud"), Sender(provider=provider, name="quiet")
        loud.lane.offer(issued(n, "loud") for n in range(120))
        quiet.lane.offer(issued(1000 + n, "quiet") for n in range(40))
        await asyncio.sleep(5)
        begun = loud.now()
        quiet.lane.offer([issued(5000, "reset", "transactional")])
        await asyncio.gather(loud.end(), quiet.end())
        log = sorted(loud.log + quiet.log)
        return log, next(at for at, action in log if action == "reset") - begun

    log, delay = in_virtual_time(live())
    assert most_in(log, 1.0) <= 10 + 1
    assert delay <= 0.25, "one turn at most was given away already"
    early = [action for _, action in log[:40]]
    assert 18 <= early.count("loud") <= 22, "a fair half each while both wait"


def test_a_sender_warms_up_day_by_day() -> None:
    ramp = Ramp(start="2026-03-01", daily=(5, 10, 40))
    limits = ChannelLimits(rate=0.001, ramp=ramp)

    async def live() -> list[tuple[float, str]]:
        sender = Sender(limits)
        sender.lane.offer(issued(n) for n in range(250))
        await asyncio.sleep(4 * 86_400)
        await sender.close()
        return sender.log

    log = in_virtual_time(live())
    by_day = [sum(1 for at, _ in log if day <= at / 86_400 < day + 1) for day in range(4)]
    assert [abs(got - allowed) <= 1 for got, allowed in zip(by_day, (5, 10, 40, 86), strict=True)] == [True] * 4
    assert rate_of(limits, Instant(MARCH - 3 * DAY)) == rate_of(limits, MARCH), "before the first day: as on it"
    assert rate_of(ChannelLimits(), MARCH) == UNLIMITED


def test_a_channel_that_fails_rests_and_is_then_tried_by_one_call() -> None:
    async def live() -> tuple[list[float], list[bool]]:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        is_down = lambda at: 2.0 <= at < 95.0  # noqa: E731
        sender = Sender(
            ChannelLimits(rate=10.0, breaker_after=3, breaker_rest="30s"),
            workers=8,
            answer=lambda at: DeliveryStatus.RETRYABLE if is_down(at) else DeliveryStatus.ACCEPTED,
        )
        sender.lane.offer(issued(n) for n in range(200))
        states: list[bool] = []
        while loop.time() < begun + 150:
            await asyncio.sleep(1)
            states.append(sender.turnstile.breaker.is_open)
        await sender.end()
        return [at for at, _ in sender.log], states

    times, states = in_virtual_time(live())
    down = [at for at in times if 2.0 <= at < 95.0]
    assert len(down) == 3 + 3, "three failures, then one call after each rest"
    gaps = [later - earlier for earlier, later in pairwise(down[2:])]
    assert all(30.0 <= gap < 30.5 for gap in gaps), gaps
    assert (any(states[:90]), any(states[125:])) == (True, False)
    assert len(times) == 200


def test_what_was_withdrawn_says_nothing_about_the_channel() -> None:
    breaker = Breaker(ChannelLimits(breaker_after=2))
    for status in (DeliveryStatus.RETRYABLE, DeliveryStatus.WITHDRAWN, DeliveryStatus.UNKNOWN):
        breaker.note([status], 0.0)
    assert (breaker.is_open, breaker.wait_seconds(0.0), breaker.wait_seconds(30.0)) == (True, 30.0, 0.0)
    breaker.note([DeliveryStatus.WITHDRAWN], 31.0)
    assert breaker.is_open
    breaker.note([DeliveryStatus.RETRYABLE, DeliveryStatus.ACCEPTED], 32.0)
    assert (breaker.is_open, breaker.failures) == (False, 0)


def test_closing_ends_everybody_who_waits_for_a_rate_a_rest_or_a_turn() -> None:
    async def live(prepare: Callable[[], Any]) -> float:
        sender = prepare()
        sender.lane.offer(issued(n) for n in range(50))
        await asyncio.sleep(1)
        begun = asyncio.get_running_loop().time()
        await sender.close()
        return asyncio.get_running_loop().time() - begun

    down: Callable[[float], DeliveryStatus] = lambda at: DeliveryStatus.RETRYABLE  # noqa: E731
    for prepare in (
        lambda: Sender(ChannelLimits(rate=0.001)),
        lambda: Sender(ChannelLimits(breaker_after=1, breaker_rest="9h"), answer=down),
        lambda: Sender(provider=Provider(0.001)),
    ):
        assert in_virtual_time(live(prepare)) < 1.0
