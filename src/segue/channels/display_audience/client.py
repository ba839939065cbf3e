"""The audience channel that keeps files for ad platforms."""

import asyncio
import errno
import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from segue.channels.context import ChannelContext
from segue.channels.display_audience.config import Settings
from segue.channels.display_audience.ledger import LOG_ENDING, AudienceLedger
from segue.channels.display_audience.translate import Plan, plan_changes
from segue.channels.outcomes import rejected, retryable
from segue.model.catalogue import ChannelSpec
from segue.model.commands import SyncAudience
from segue.model.deliveries import Outcome
from segue.model.errors import ChannelError
from segue.ports.channel import Finding

_AUDIENCE = re.compile(r"[a-z][a-z0-9_]{0,63}")  # it becomes a file name


class DisplayAudience:
    """Audience channel: changes are durable at once, the full export follows within ``export_after``."""

    type = "display_audience"

    def __init__(self, spec: ChannelSpec, settings: Settings, folder: Path) -> None:
        self.name = spec.name
        self.spec = spec
        self.folder = folder
        self._settings = settings
        self._ledgers: dict[str, AudienceLedger] = {}
        self._lock = asyncio.Lock()
        self._exporting: asyncio.Task[None] | None = None

    async def start(self) -> None:
        try:
            await asyncio.to_thread(self._read_all)
        except OSError as error:
            raise ChannelError(
                f"Channel {self.name!r} cannot use its folder: {error.strerror}.", "Choose another `folder`."
            ) from None
        self._exporting = asyncio.create_task(self._export_now_and_then())

    async def stop(self) -> None:
        task, self._exporting = self._exporting, None
        if task is None:
            return
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await self._export_in_turn()

    async def check(self) -> tuple[Finding, ...]:
        known = ", ".join(f"{name}: {len(ledger.members)}" for name, ledger in sorted(self._ledgers.items()))
        reason = f"Audiences of {self.name!r} are kept in {self.folder} ({known or 'none yet'})."
        return (Finding(severity="info", reason=reason),)

    async def sync(self, commands: Sequence[SyncAudience]) -> tuple[Outcome, ...]:
        # A thread cannot be cancelled, so the task that waits for it with the lock held is not cancelled either.
        return await asyncio.shield(asyncio.ensure_future(self._sync_in_turn(commands)))

    async def _sync_in_turn(self, commands: Sequence[SyncAudience]) -> tuple[Outcome, ...]:
        async with self._lock:
            return await asyncio.to_thread(self._sync, commands)

    def _sync(self, commands: Sequence[SyncAudience]) -> tuple[Outcome, ...]:
        batches: dict[str, list[SyncAudience]] = {}
        for command in commands:
            batches.setdefault(command.audience, []).append(command)
        answers = {audience: self._plan(audience, batch) for audience, batch in batches.items()}
        for phase in ("removed", "added"):  # over all audiences: who moves from one to another is never in both
            for audience, answer in answers.items():
                if isinstance(answer, Plan):
                    answers[audience] = self._append(audience, answer, phase, batches[audience])
        outcomes = {
            audience: iter(answer.outcomes if isinstance(answer, Plan) else answer)
            for audience, answer in answers.items()
        }
        return tuple(next(outcomes[command.audience]) for command in commands)

    def _plan(self, audience: str, commands: list[SyncAudience]) -> Plan | tuple[Outcome, ...]:
        if not _AUDIENCE.fullmatch(audience):
            return tuple(rejected(command, "the audience's name is not valid") for command in commands)
        try:
            members = self._ledger(audience).members
        except (OSError, ChannelError):
            return tuple(retryable(command, "the change log cannot be read") for command in commands)
        return plan_changes(members, commands, self._settings.layout, self._settings.country_code)

    def _append(
        self, audience: str, plan: Plan, phase: str, commands: list[SyncAudience]
    ) -> Plan | tuple[Outcome, ...]:
        try:
            self._ledger(audience).append(plan.removed if phase == "removed" else plan.added)
        except OSError as error:
            self._ledgers.pop(audience, None)  # read anew next time, which repairs the log
            cause = f"the change log cannot be written: {errno.errorcode.get(error.errno or 0, 'error')}"
            return tuple(retryable(command, cause) for command in commands)
        return plan

    def _ledger(self, audience: str) -> AudienceLedger:
        if audience not in self._ledgers:
            self._ledgers[audience] = AudienceLedger(self.folder, audience, self._settings.layout)
        return self._ledgers[audience]

    def _read_all(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        for path in sorted(self.folder.glob(f"*{LOG_ENDING}")):
            self._ledger(path.name.removesuffix(LOG_ENDING))

    def _export(self) -> None:
        for ledger in self._ledgers.values():
            ledger.export()

    async def _export_now_and_then(self) -> None:
        while True:
            await asyncio.sleep(self._settings.export_after)
            with suppress(OSError):  # it has news still, and is written the next time
                await asyncio.shield(asyncio.ensure_future(self._export_in_turn()))

    async def _export_in_turn(self) -> None:
        async with self._lock:
            await asyncio.to_thread(self._export)


def open_channel(spec: ChannelSpec, settings: Settings, context: ChannelContext) -> DisplayAudience:
    """Return the channel, not started."""
    folder = context.workspace / settings.folder if settings.folder else context.state / spec.name
    return DisplayAudience(spec, settings, folder)
