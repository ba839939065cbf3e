"""Deliveries, also those that a crash interrupted: a crash is an attempt that never came to an end."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from segue.core.world import build_world
from segue.model.catalogue import EventSpec, Rule
from segue.model.commands import SyncAudience
from segue.model.deliveries import DeliveryStatus, Outcome
from segue.model.events import ConsentChanged, DeliveryReported
from segue.model.identities import Identifier
from segue.model.ids import CustomerId, EventId
from segue.model.time import DAY, HOUR
from segue.model.triggers import EventTrigger
from segue.ports.store import Commit
from segue.runtimes.embedded import Embedded
from segue.runtimes.embedded.settings import ChannelLimits
from segue.stores.memory import Medium, MemoryStore
from tests.runtimes.embedded.test_runtime import FAST, eventually, running
from tests.runtimes.support import MAIL, SAFE_MAIL, Clock, DisplayChannel, MailChannel, tracked, world


async def crashed_while_sending(**options: Any) -> Medium:
    """Return what a disk holds when the process dies in the middle of a call to the mail channel."""
    medium, mail = Medium(), MailChannel()
    mail.gate.clear()
    settings = msgspec.structs.replace(FAST, stop_seconds=0.01)
    async with running(MemoryStore(medium), {"mail": mail}, settings, **options) as runtime:
        await runtime.submit([tracked(1, "signed_up")])
        await eventually(lambda: len(mail.sent) == 1)
    (row,) = medium.ledger.values()
    assert row.status is DeliveryStatus.ATTEMPTING
    return medium


async def test_an_interrupted_promotion_is_unknown_and_never_sent_again() -> None:
    medium, mail = await crashed_while_sending(), MailChannel()
    async with running(MemoryStore(medium), {"mail": mail}) as runtime:
        await runtime.drain()
        assert mail.sent == []
        (row,) = medium.ledger.values()
        assert (row.status, row.detail) == (DeliveryStatus.UNKNOWN, "interrupted")
        assert runtime.stats().deliveries == {"mail": {"unknown": 1}}


async def test_an_interrupted_transactional_message_is_sent_again_and_flagged() -> None:
    shop = world(category="transactional")
    medium, mail = await crashed_while_sending(world=shop), MailChannel()
    async with running(MemoryStore(medium), {"mail": mail}, world=shop) as runtime:
        await runtime.drain()
        assert [command.attempt for command in mail.sent] == [1]
        (row,) = medium.ledger.values()
        assert (row.status, row.detail) == (DeliveryStatus.ACCEPTED, "possible_duplicate")


async def test_a_channel_with_idempotency_keys_gets_the_same_key_again() -> None:
    shop = world(mail=SAFE_MAIL)
    medium, mail = await crashed_while_sending(world=shop), MailChannel(SAFE_MAIL)
    async with running(MemoryStore(medium), {"mail": mail}, world=shop) as runtime:
        await runtime.drain()
        (row,) = medium.ledger.values()
        assert [command.delivery_id for command in mail.sent] == [row.delivery_id]
        assert (row.status, row.detail) == (DeliveryStatus.ACCEPTED, "")


async def test_an_interrupted_message_that_may_no_longer_go_out_is_unknown() -> None:
    """It may have arrived before the crash: nobody can say that it was withdrawn."""
    shop, clock = world(mail=SAFE_MAIL), Clock()
    medium, mail = await crashed_while_sending(world=shop, clock=clock), MailChannel(SAFE_MAIL)
    clock.at += 30 * DAY
    async with running(MemoryStore(medium), {"mail": mail}, world=shop, clock=clock) as runtime:
        await runtime.drain()
        assert mail.sent == []
        (row,) = medium.ledger.values()
        assert row.status is DeliveryStatus.UNKNOWN


async def test_an_interrupted_message_that_fails_the_second_time_is_tried_again_with_its_key() -> None:
    shop, clock = world(mail=SAFE_MAIL), Clock()
    medium = await crashed_while_sending(world=shop, clock=clock)
    mail = MailChannel(SAFE_MAIL, DeliveryStatus.RETRYABLE)
    async with running(MemoryStore(medium), {"mail": mail}, world=shop, clock=clock) as runtime:
        await runtime.drain()
        clock.at += HOUR
        await eventually(lambda: len(mail.sent) == 2)
        await runtime.drain()
        assert [command.attempt for command in mail.sent] == [1, 2]
        (row,) = medium.ledger.values()
        assert row.status is DeliveryStatus.ACCEPTED


async def test_an_interrupted_message_that_is_refused_the_second_time_is_unknown_and_keeps_its_slot() -> None:
    shop = world(mail=SAFE_MAIL)
    medium = await crashed_while_sending(world=shop)
    async with running(
        MemoryStore(medium), {"mail": MailChannel(SAFE_MAIL, DeliveryStatus.REJECTED)}, world=shop
    ) as runtime:
        await runtime.drain()
        (row,) = medium.ledger.values()
        assert (row.status, row.detail) == (DeliveryStatus.UNKNOWN, "provider_unknown")
        customer = runtime.customer(row.customer_id)
        assert customer is not None
        assert [slot.state for slot in customer.contacts.ledger] == ["confirmed"]


class Silent(MailChannel):
    """Takes a message and never answers; so the channel says that it may be tried again."""

    async def deliver(self, command: Any) -> Any:
        outcome = await super().deliver(command)
        return msgspec.structs.replace(outcome, status=DeliveryStatus.RETRYABLE, may_have_arrived=True)


async def test_a_message_that_expires_with_a_provider_that_never_answers_is_unknown() -> None:
    clock, mail = Clock(), Silent(SAFE_MAIL)
    async with running(channels={"mail": mail}, world=world(mail=SAFE_MAIL), clock=clock) as runtime:
        await runtime.submit([tracked(1, "signed_up")])
        await eventually(lambda: len(mail.sent) == 1)
        await runtime.drain()
        clock.at += 30 * DAY
        await eventually(lambda: runtime.stats().deliveries["mail"].get("withdrawn") == 1)
        row = await runtime.delivery(mail.sent[0].delivery_id)
        assert row is not None
        assert (row.attempt, row.status, row.detail) == (2, DeliveryStatus.UNKNOWN, "expired")
        assert runtime.stats().deliveries["mail"] == {"retryable": 1, "unknown": 1, "withdrawn": 1}


async def test_an_unsubscribe_between_two_attempts_does_not_deny_the_first() -> None:
    clock, mail = Clock(), Silent(SAFE_MAIL)
    async with running(channels={"mail": mail}, world=world(mail=SAFE_MAIL), clock=clock) as runtime:
        await runtime.submit([tracked(1, "signed_up")])
        await eventually(lambda: len(mail.sent) == 1)
        await runtime.drain()
        first = mail.sent[0]
        word = ConsentChanged(
            event_id=EventId("c"), customer_id=first.customer_id, at=runtime.now(), channel="*", granted=False
        )
        await runtime.report([word])
        clock.at += HOUR
        await eventually(lambda: runtime.stats().deliveries["mail"].get("withdrawn") == 1)
        assert len(mail.sent) == 1
        row = await runtime.delivery(first.delivery_id)
        assert row is not None
        assert (row.attempt, row.status, row.detail) == (2, DeliveryStatus.UNKNOWN, "no_consent")
        assert runtime.stats().deliveries["mail"] == {"retryable": 1, "unknown": 1, "withdrawn": 1}


async def test_a_command_that_was_never_attempted_goes_out_after_a_restart() -> None:
    medium = Medium()
    slow = MailChannel()
    slow.gate.clear()
    settings = msgspec.structs.replace(FAST, stop_seconds=0.01, channel_workers=1)
    async with running(MemoryStore(medium), {"mail": slow}, settings) as runtime:
        await runtime.submit([tracked(n, "signed_up", f"u{n}") for n in range(5)])
        await eventually(lambda: len(slow.sent) == 1)
    mail = MailChannel()
    async with running(MemoryStore(medium), {"mail": mail}) as runtime:
        await runtime.drain()
        assert len(mail.sent) == 4
        assert {command.delivery_id for command in mail.sent}.isdisjoint({slow.sent[0].delivery_id})
        statuses = sorted(row.status for row in medium.ledger.values())
        assert statuses == ["accepted"] * 4 + ["unknown"]


async def test_attempting_is_durable_before_the_call() -> None:
    medium = Medium()

    class Asking(MailChannel):
        async def deliver(self, command: Any) -> Any:
            seen.append(medium.ledger[command.delivery_id].status)
            return await super().deliver(command)

    seen: list[DeliveryStatus] = []
    async with running(MemoryStore(medium), {"mail": Asking()}) as runtime:
        await runtime.submit([tracked(1, "signed_up")])
        await runtime.drain()
    assert seen == [DeliveryStatus.ATTEMPTING]


async def test_an_unsubscribe_between_decision_and_hand_over_wins() -> None:
    mail = MailChannel()
    mail.gate.clear()
    settings = msgspec.structs.replace(FAST, channel_workers=1)
    async with running(channels={"mail": mail}, settings=settings) as runtime:
        await runtime.submit([tracked(1, "signed_up", "first"), tracked(2, "signed_up", "second")])
        await eventually(lambda: len(mail.sent) == 1)
        second = runtime.find(Identifier("user_id", "second")) or CustomerId("")
        word = ConsentChanged(
            event_id=EventId("c"), customer_id=second, at=runtime.now(), channel="*", purpose="*", granted=False
        )
        await runtime.report([word])
        mail.gate.set()
        await runtime.drain()
        assert [command.address for command in mail.sent] == ["first@example.com"]
        assert runtime.stats().deliveries["mail"] == {"accepted": 1, "withdrawn": 1}
        last = (await runtime.timeline(second, 1))[0].event
        assert isinstance(last, DeliveryReported)
        assert last.detail == "no_consent"


async def test_a_retryable_message_is_sent_again_by_the_core_with_the_same_key() -> None:
    clock, mail = Clock(), MailChannel(MAIL, DeliveryStatus.RETRYABLE, DeliveryStatus.RETRYABLE)
    async with running(channels={"mail": mail}, clock=clock) as runtime:
        await runtime.submit([tracked(1, "signed_up")])
        for attempt in (1, 2, 3):
            await eventually(lambda attempt=attempt: len(mail.sent) == attempt)
            await runtime.drain()
            clock.at += DAY // 8
        assert [command.attempt for command in mail.sent] == [1, 2, 3]
        assert len({command.delivery_id for command in mail.sent}) == 1
        row = await runtime.delivery(mail.sent[0].delivery_id)
        assert row is not None
        assert (row.attempt, row.status) == (3, DeliveryStatus.ACCEPTED)


async def test_a_channel_that_raises_leaves_an_unknown_and_goes_on() -> None:
    class Broken(MailChannel):
        async def deliver(self, command: Any) -> Any:
            if not self.sent:
                self.sent.append(command)
                raise RuntimeError("somebody@example.com is in these words")
            return await super().deliver(command)

    async with running(channels={"mail": Broken()}) as runtime:
        await runtime.submit([tracked(n, "signed_up", f"u{n}") for n in range(3)])
        await runtime.drain()
        assert runtime.stats().deliveries["mail"] == {"accepted": 2, "unknown": 1}


async def test_a_channel_that_hangs_does_not_hold_up_another_one() -> None:
    clock, display, mail = Clock(), DisplayChannel(), MailChannel()
    mail.gate.clear()
    settings = msgspec.structs.replace(FAST, stop_seconds=0.01)
    async with running(channels={"mail": mail, "display": display}, clock=clock, settings=settings) as runtime:
        await runtime.submit([tracked(n, "signed_up", f"u{n}") for n in range(100)])
        await runtime.submit([tracked(1000, "left", "u1")])
        clock.at += DAY // 4
        await eventually(lambda: len(display.members) == 1)


async def test_a_command_for_a_channel_that_is_not_there_is_rejected() -> None:
    async with running(channels={}) as runtime:
        await runtime.submit([tracked(1, "signed_up")])
        await runtime.drain()
        assert runtime.stats().deliveries == {"mail": {"rejected": 1}}


async def test_more_commands_than_fit_into_memory_wait_in_the_ledger() -> None:
    mail = MailChannel()
    mail.gate.clear()
    settings = msgspec.structs.replace(FAST, channel_backlog=5, channel_workers=2)
    async with running(channels={"mail": mail}, settings=settings) as runtime:
        for start in range(0, 60, 10):
            await runtime.submit([tracked(n, "signed_up", f"u{n}") for n in range(start, start + 10)])
        assert runtime.stats().backlog["mail"] <= 5
        mail.gate.set()
        await asyncio.wait_for(runtime.drain(), 10)
        assert len(mail.sent) == len({command.delivery_id for command in mail.sent}) == 60


async def test_a_rate_is_kept() -> None:
    settings = msgspec.structs.replace(FAST, channel_limits={"mail": ChannelLimits(rate=50.0)})
    mail = MailChannel()
    async with running(channels={"mail": mail}, settings=settings) as runtime:
        begin = asyncio.get_running_loop().time()
        await runtime.submit([tracked(n, "signed_up", f"u{n}") for n in range(60)])
        await runtime.drain()
        assert asyncio.get_running_loop().time() - begin >= 0.19
        assert len(mail.sent) == 60


async def test_a_transactional_message_overtakes_a_flood_also_one_that_waits_in_the_ledger() -> None:
    """The promotion goes to everybody; in its midst somebody asks for what only they wait for."""
    promo, reset = world().workspace, world(category="transactional").workspace
    asked_for = msgspec.structs.replace(reset.actions[0], action="reset")
    shop = build_world(
        msgspec.structs.replace(
            promo,
            actions=(*promo.actions, asked_for),
            triggers={**promo.triggers, "forgot": EventTrigger(event="forgot")},
            events={**promo.events, "forgot": EventSpec()},
            rules=(*promo.rules, Rule(rule="reset", trigger="forgot", action="reset")),
        )
    )
    mail = MailChannel()
    settings = msgspec.structs.replace(
        FAST, channel_backlog=10, channel_workers=2, channel_limits={"mail": ChannelLimits(rate=100.0)}
    )
    async with running(channels={"mail": mail}, world=shop, settings=settings) as runtime:
        await runtime.submit([tracked(n, "signed_up", f"u{n}") for n in range(60)])
        await eventually(lambda: len(mail.sent) >= 10)
        sent = len(mail.sent)
        await runtime.submit([tracked(1000, "forgot", "late")])
        await runtime.drain()
        place = next(index for index, command in enumerate(mail.sent) if command.action == "reset")
        assert place <= sent + 4, "what was under way, and what began while it was committed"
        assert len(mail.sent) == 61


async def test_a_channel_that_fails_rests_with_nothing_attempted_and_loses_nothing() -> None:
    medium, clock = Medium(), Clock()
    mail = MailChannel(MAIL, *[DeliveryStatus.RETRYABLE] * 4)
    limits = ChannelLimits(breaker_after=4, breaker_rest="400ms")
    settings = msgspec.structs.replace(FAST, channel_workers=1, channel_limits={"mail": limits})
    async with running(MemoryStore(medium), {"mail": mail}, settings, clock=clock) as runtime:
        await runtime.submit([tracked(n, "signed_up", f"u{n}") for n in range(20)])
        await eventually(lambda: runtime.stats().resting == ("mail",))
        await asyncio.sleep(0.1)
        statuses = Counter(row.status for row in medium.ledger.values())
        assert statuses == {DeliveryStatus.RETRYABLE: 4, DeliveryStatus.DECIDED: 16}
        assert len(mail.sent) == 4
        await runtime.drain()
        assert runtime.stats().resting == ()
        assert len(mail.sent) == 20
        clock.at += DAY // 8
        await eventually(lambda: len(mail.sent) == 24)
        await runtime.drain()
        assert {row.status for row in medium.ledger.values()} == {DeliveryStatus.ACCEPTED}


async def test_audience_changes_are_synchronised_in_batches() -> None:
    clock, display = Clock(), DisplayChannel()
    settings = msgspec.structs.replace(FAST, audience_linger_seconds=0.05)
    async with running(channels={"display": display}, clock=clock, settings=settings) as runtime:
        await runtime.submit([tracked(n, "left", f"u{n}") for n in range(40)])
        clock.at += DAY // 4
        await eventually(lambda: len(display.members) == 40)
        assert len(display.batches) <= 4


async def test_a_receipt_that_comes_later_moves_the_ledger_on() -> None:
    mail = MailChannel()
    async with running(channels={"mail": mail}) as runtime:
        await runtime.submit([tracked(1, "signed_up")])
        await runtime.drain()
        sent = mail.sent[0]
        opened = DeliveryReported(
            event_id=EventId("r1"),
            customer_id=sent.customer_id,
            at=runtime.now(),
            delivery_id=sent.delivery_id,
            status=DeliveryStatus.OPENED,
        )
        await runtime.report([opened], channel="mail")
        await runtime.report([opened], channel="mail")
        row = await runtime.delivery(sent.delivery_id)
        assert row is not None
        assert row.status is DeliveryStatus.OPENED
        assert runtime.stats().deliveries["mail"] == {"accepted": 1, "opened": 1}


@pytest.mark.parametrize("fail_at", range(2, 8))
async def test_no_failed_commit_ever_leads_to_a_second_delivery(fail_at: int) -> None:
    """Die at each commit in turn, restart, and count what the provider saw."""
    medium, mail = Medium(), MailChannel()

    class Dying(MemoryStore):
        commits = 0

        def commit(self, commit: Commit) -> None:
            self.commits += 1
            if self.commits >= fail_at:
                raise OSError("the disk is gone")
            super().commit(commit)

    dying = Dying(medium)
    runtime = await Embedded.start(world(), dying, {"mail": mail}, settings=FAST)
    acknowledged = 0
    for n in range(3):
        try:
            await runtime.submit([tracked(n, "signed_up", f"u{n}")])
            acknowledged += 1
            await asyncio.sleep(0.01)
        except Exception:
            break
    with pytest.raises(Exception, match="commit failed"):
        await runtime.stop() if runtime._writer.failure else await _fail(runtime)
    dying.close()
    async with running(MemoryStore(medium), {"mail": mail}) as again:
        await again.drain()
        keys = [command.delivery_id for command in mail.sent]
        assert len(keys) == len(set(keys)), "a duplicate"
        rows = medium.ledger.values()
        assert len(rows) >= acknowledged
        for row in rows:
            assert row.status in (DeliveryStatus.ACCEPTED, DeliveryStatus.UNKNOWN)
            if row.status is DeliveryStatus.ACCEPTED:
                assert row.delivery_id in keys


async def _fail(runtime: Embedded) -> None:
    """Submit until the commit that fails."""
    for n in range(100, 110):
        try:
            await runtime.submit([tracked(n, "bought", "x", total=1)])
        except Exception:
            break
    await runtime.stop()


async def test_an_audience_change_that_a_platform_could_not_make_is_made_before_all_others() -> None:
    clock, display = Clock(), Moody(*[DeliveryStatus.RETRYABLE] * 3)
    async with running(channels={"display": display}, clock=clock, settings=FAST) as runtime:
        await runtime.submit([tracked(1, "left", "u1")])
        clock.at += DAY // 4
        await eventually(lambda: display.asked[:1] == [True])
        await runtime.submit([tracked(2, "bought", "u1", total=1)])
        await runtime.drain()
        assert display.members == {}
        assert display.asked[-1] is False, "the platform hears of the removal last"
        assert "retryable" not in runtime.stats().deliveries["display"]


async def test_interrupted_audience_changes_are_repeated_in_their_order() -> None:
    medium, clock, display = Medium(), Clock(), Moody()
    display.gate.clear()
    settings = msgspec.structs.replace(FAST, stop_seconds=0.01, audience_linger_seconds=0.05)
    async with running(MemoryStore(medium), {"display": display}, settings, clock=clock) as runtime:
        await runtime.submit([tracked(1, "left", "u1")])
        clock.at += DAY // 4
        await eventually(lambda: runtime.next_alarm() > clock.at)
        await runtime.submit([tracked(2, "bought", "u1", total=1)])
        await eventually(lambda: len(display.asked) == 2)
    assert {row.status for row in medium.ledger.values()} == {DeliveryStatus.ATTEMPTING}
    again = Moody()
    async with running(MemoryStore(medium), {"display": again}, clock=clock) as runtime:
        await runtime.drain()
        assert (again.asked, again.members) == ([True, False], {})


class Moody(DisplayChannel):
    """Answers as it is told, then well; ``asked`` holds what it was asked for: to join or not."""

    def __init__(self, *answers: DeliveryStatus) -> None:
        super().__init__()
        self.asked: list[bool] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self._answers = list(answers)

    async def sync(self, commands: Sequence[SyncAudience]) -> tuple[Outcome, ...]:
        self.asked += [command.is_member for command in commands]
        await self.gate.wait()
        if not self._answers:
            return await super().sync(commands)
        status = self._answers.pop(0)
        return tuple(Outcome(delivery_id=command.delivery_id, status=status) for command in commands)
