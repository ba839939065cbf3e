"""The kit of the audience family: what every channel that keeps memberships must do."""

import asyncio
from abc import abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from hashlib import sha256

from segue.model.commands import SyncAudience
from segue.model.deliveries import DeliveryStatus
from segue.model.ids import CustomerId, DeliveryId
from segue.model.time import Instant
from segue.ports.channel import AudienceChannel
from segue.testing.conformance.channel import (
    Case,
    Harness,
    check_manifest_is_complete,
    check_readme_is_there,
    check_settings_are_strict,
    check_spec_agrees,
    check_start_and_stop_repeat,
    recorded_logs,
)

AT = Instant(1_300_000_000_000_000)
AUDIENCE = "lapsed_buyers"


class AudienceHarness(Harness):
    """Runs an audience channel and reads what the platform has."""

    @abstractmethod
    def members(self, audience: str) -> list[str]:
        """Return the hashed addresses that the platform has, after the channel stopped; duplicates included."""

    @abstractmethod
    def changes(self, audience: str) -> list[str]:
        """Return an audience's changes in their order at the platform: ``removed HASH``, ``added HASH``."""

    @abstractmethod
    def written(self) -> bytes:
        """Return every byte that the channel ever gave away or kept."""

    @abstractmethod
    def fail(self, is_failing: bool) -> None:
        """Make the platform fail, or work again."""

    @asynccontextmanager
    async def running(self) -> AsyncIterator[AudienceChannel]:
        """Give the channel, started."""
        channel = self.open()
        assert isinstance(channel, AudienceChannel)
        await channel.start()
        try:
            yield channel
        finally:
            await channel.stop()


def hashed(address: str) -> str:
    """Return what a platform knows an address by."""
    return sha256(address.encode()).hexdigest()


def join(customer: str, address: str = "", delivery_id: str = "", audience: str = AUDIENCE) -> SyncAudience:
    """Return a command that adds a customer."""
    return _command(customer, {"email": address or f"{customer}@kit.example"}, delivery_id, audience, is_member=True)


def leave(customer: str, delivery_id: str = "", audience: str = AUDIENCE) -> SyncAudience:
    """Return a command that removes a customer."""
    return _command(customer, {"email": f"{customer}@kit.example"}, delivery_id, audience, is_member=False)


def _command(
    customer: str, identifiers: dict[str, str], delivery_id: str, audience: str, *, is_member: bool
) -> SyncAudience:
    return SyncAudience(
        delivery_id=DeliveryId(delivery_id or f"{customer}-{audience}-{is_member}"),
        customer_id=CustomerId(customer),
        channel="kit",
        audience=audience,
        is_member=is_member,
        identifiers=identifiers,
        at=AT,
    )


async def _joins_and_leaves(harness: AudienceHarness) -> None:
    async with harness.running() as channel:
        added = await channel.sync([join("a"), join("b")])
        removed = await channel.sync([leave("a")])
    assert [outcome.detail for outcome in (*added, *removed)] == ["added", "added", "removed"]
    assert {outcome.status for outcome in (*added, *removed)} == {DeliveryStatus.ACCEPTED}
    assert harness.members(AUDIENCE) == [hashed("b@kit.example")]


async def _again_changes_nothing(harness: AudienceHarness) -> None:
    batch = [join("a"), leave("b"), join("c")]
    async with harness.running() as channel:
        await channel.sync(batch)
        before = harness.changes(AUDIENCE)
        outcomes = await channel.sync(batch)
        assert harness.changes(AUDIENCE) == before
    assert {outcome.detail for outcome in outcomes} == {"unchanged"}
    async with harness.running() as channel:
        outcomes = await channel.sync(batch)
    assert {outcome.detail for outcome in outcomes} == {"unchanged"}
    assert harness.changes(AUDIENCE) == before


async def _removals_first(harness: AudienceHarness) -> None:
    async with harness.running() as channel:
        await channel.sync([join("old"), join("older")])
        await channel.sync([join("new"), leave("old"), join("newer"), leave("older")])
    verbs = [change.split()[0] for change in harness.changes(AUDIENCE)]
    assert verbs == ["added", "added", "removed", "removed", "added", "added"]


async def _last_word_decides(harness: AudienceHarness) -> None:
    async with harness.running() as channel:
        outcomes = await channel.sync([join("a"), leave("a"), join("b"), leave("b"), join("b", delivery_id="again")])
    assert len(outcomes) == 5
    assert harness.members(AUDIENCE) == [hashed("b@kit.example")]


async def _outcomes_keep_order(harness: AudienceHarness) -> None:
    commands = [join(f"c{index}", audience=("x", "y", "z")[index % 3]) for index in range(30)]
    async with harness.running() as channel:
        outcomes = await channel.sync(commands)
        assert await channel.sync([]) == ()
    assert [outcome.delivery_id for outcome in outcomes] == [command.delivery_id for command in commands]


async def _normalised(harness: AudienceHarness) -> None:
    async with harness.running() as channel:
        await channel.sync([join("a", "  Jane.DOE@Kit.Example\n"), join("twin", "jane.doe@kit.example")])
    assert harness.members(AUDIENCE) == [hashed("jane.doe@kit.example")]


async def _twins(harness: AudienceHarness) -> None:
    async with harness.running() as channel:
        await channel.sync([join("a", "shared@kit.example"), join("b", "shared@kit.example")])
        await channel.sync([leave("a")])
    assert harness.members(AUDIENCE) == [hashed("shared@kit.example")]


async def _changed_address(harness: AudienceHarness) -> None:
    async with harness.running() as channel:
        await channel.sync([join("a", "old@kit.example")])
        await channel.sync([join("a", "new@kit.example")])
    assert harness.members(AUDIENCE) == [hashed("new@kit.example")]


async def _no_identifier(harness: AudienceHarness) -> None:
    bad = ("", "no address", "=cmd|' /C calc'!A0", "@SUM(1+1)*cmd", "+1@", "-1", "\ta", "a@b@c")
    commands = [_command(f"c{index}", {"email": text}, "", AUDIENCE, is_member=True) for index, text in enumerate(bad)]
    async with harness.running() as channel:
        outcomes = await channel.sync(commands)
    assert {outcome.status for outcome in outcomes} == {DeliveryStatus.REJECTED}
    assert {outcome.detail for outcome in outcomes} == {"no_identifier"}
    assert harness.members(AUDIENCE) == []


async def _hostile_names(harness: AudienceHarness) -> None:
    names = ("../outside", "/etc/passwd", "", "A b", "x" * 300, "a\x00b")
    async with harness.running() as channel:
        outcomes = await channel.sync([join("a", audience=name, delivery_id=f"d{name[:9]}") for name in names])
    assert {outcome.status for outcome in outcomes} == {DeliveryStatus.REJECTED}
    assert harness.written() == b""


async def _failing(harness: AudienceHarness) -> None:
    async with harness.running() as channel:
        await channel.sync([join("a")])
        harness.fail(True)
        [outcome] = await channel.sync([join("b")])
        assert outcome.status is DeliveryStatus.RETRYABLE
        harness.fail(False)
        [outcome] = await channel.sync([join("b")])
        assert (outcome.status, outcome.detail) == (DeliveryStatus.ACCEPTED, "added")
    assert sorted(harness.members(AUDIENCE)) == sorted([hashed("a@kit.example"), hashed("b@kit.example")])


async def _cancelled(harness: AudienceHarness) -> None:
    async with harness.running() as channel:
        task = asyncio.create_task(channel.sync([join(f"c{index}") for index in range(500)]))
        await asyncio.sleep(0)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await channel.sync([join("after")])
    assert hashed("after@kit.example") in harness.members(AUDIENCE)
    assert len(harness.members(AUDIENCE)) in (1, 501)


async def _at_once(harness: AudienceHarness) -> None:
    async with harness.running() as channel:
        await asyncio.gather(*(channel.sync([join(f"c{index}")]) for index in range(50)))
    assert len(harness.members(AUDIENCE)) == 50


async def _nothing_leaks(harness: AudienceHarness) -> None:
    with recorded_logs(harness) as logs:
        async with harness.running() as channel:
            outcomes = await channel.sync([join("a", "jane.doe@kit.example"), leave("b")])
            seen = [repr(channel), repr(channel.__dict__), repr(outcomes), repr(await channel.check())]
    for text in (*seen, *logs, harness.written().decode("utf-8", "replace")):
        assert "jane.doe" not in text
        assert "kit.example" not in text


Check = Callable[[AudienceHarness], Awaitable[None]]


def _case(number: str, says: str, check: Check) -> Case[AudienceHarness]:
    return Case(number, says, check)


CASES: tuple[Case[AudienceHarness], ...] = (
    _case("AU-01", "who joins is in, who leaves is out", _joins_and_leaves),
    _case("AU-02", "the same batch again changes nothing, also after a restart", _again_changes_nothing),
    _case("AU-03", "removals go first", _removals_first),
    _case("AU-04", "the last word about a customer decides", _last_word_decides),
    _case("AU-05", "outcomes come in the order of the commands", _outcomes_keep_order),
    _case("AU-06", "addresses are normalised before they are hashed", _normalised),
    _case("AU-07", "a shared address stays while one of its customers is in", _twins),
    _case("AU-08", "a changed address replaces the old one", _changed_address),
    _case("AU-09", "what is no address is rejected, formulas for spreadsheets included", _no_identifier),
    _case("AU-10", "an audience's name cannot reach outside", _hostile_names),
    _case("AU-11", "a failing platform is retryable, and nothing is lost after", _failing),
    _case("AU-12", "a cancelled batch is applied as a whole or not at all", _cancelled),
    _case("AU-13", "fifty at once are all in", _at_once),
    _case("AU-14", "no address on disk, in reprs, logs, outcomes or findings", _nothing_leaks),
    _case("AU-15", "stop and start may be repeated", check_start_and_stop_repeat),
    _case("AU-16", "manifest is complete", check_manifest_is_complete),
    _case("AU-17", "README explains settings, outcomes and gaps", check_readme_is_there),
    _case("AU-18", "settings are strict", check_settings_are_strict),
    _case("AU-19", "channel and registry agree", check_spec_agrees),
)
