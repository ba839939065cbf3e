"""The driver: one seed, from the first fact to the long quiet after the last, over all the lives of the process."""

import asyncio
import logging
from collections import Counter
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from random import Random

from msgspec.structs import replace

from segue.model.commands import Deliver
from segue.model.deliveries import DeliveryStatus
from segue.model.errors import EventError
from segue.model.events import DecisionRequested, DeliveryReported, Incoming
from segue.model.ids import EventId, derive
from segue.model.time import DAY, HOUR, SECOND, Instant, parse_instant
from segue.ports.store import Entry, Store, pack
from segue.runtimes.embedded import Embedded
from segue.runtimes.embedded.recovery import Worlds
from segue.simulation.checkers.evidence import Evidence, Owed
from segue.simulation.faults.agenda import Agenda
from segue.simulation.faults.clock import BEGINNINGS, MachineClock
from segue.simulation.faults.disk import Disk, InjectedError, Span
from segue.simulation.faults.errands import Errand, Errands
from segue.simulation.faults.loop import Crash, SimulatedLoop, StandsStillError
from segue.simulation.faults.provider import Providers
from segue.simulation.faults.residents import ACTIVE, FACTS, PEOPLE, Told, known_by, log_in, tell
from segue.simulation.faults.schedule import Faults, Odds, draw_faults
from segue.simulation.faults.settings import draw_settings
from segue.simulation.faults.town import initial_world, published, workspace

QUIET = 8 * DAY
"""How long nothing happens any more at the end: what comes late comes in the first three days of it."""
LONGEST = ACTIVE + QUIET + 30 * DAY
"""What goes on for longer than this, with restarts and all, does not come to an end."""


def simulate(
    seed: int | str, *, faults: Faults | None = None, folder: Path | None = None, facts: int = FACTS
) -> Evidence:
    """Return what a seed leads to; the same seed leads to the same bytes.

    Args:
        faults: instead of those that the seed draws.
        folder: for a real SQLite store in it; in memory where None.
        facts: how many facts are told.
    """
    chance = Random(f"{seed}/faults")
    drawn = draw_faults(chance)
    begin = parse_instant(BEGINNINGS[int(chance.random() * len(BEGINNINGS))])
    town = _Town(seed, faults or drawn, begin, folder, facts)
    level = logging.getLogger("segue").level
    logging.getLogger("segue").setLevel(logging.CRITICAL + 1)  # crashes are what this is about
    try:
        town.live()
    finally:
        logging.getLogger("segue").setLevel(level)
    return town.evidence()


def digest(evidence: Evidence) -> str:
    """Return a digest of the log and of the providers' log: equal for equal histories, to the byte."""
    hashed = blake2b(digest_size=16)
    for block in evidence.blocks:
        hashed.update(pack(block))
    hashed.update(pack((evidence.handed, evidence.synced, evidence.answers)))
    return hashed.hexdigest()


class _Town:
    """Everything outside the process, and the process itself as long as it lives."""

    def __init__(self, seed: int | str, faults: Faults, begin: Instant, folder: Path | None, facts: int) -> None:
        self._faults = faults
        self._struck: Counter[str] = Counter()
        self._begin = begin
        self._chance = Random(f"{seed}/town")
        self._threads = Random(f"{seed}/threads")
        self._disk_odds = Odds(faults, self._threads, self._struck)
        self._agenda = Agenda()
        self._clock = MachineClock(begin)
        self._disk = Disk(faults, Random(f"{seed}/disk"), folder, self._struck)
        self._errands = Errands(self._agenda, Random(f"{seed}/errands"))
        self._providers = Providers(
            *(faults, Random(f"{seed}/providers"), self._clock.believed, self._span, self._send_receipt, self._log_in),
            struck=self._struck,
        )
        self._published = 0
        self._answers: dict[EventId, str] = {}
        self._told: dict[EventId, None] = {}
        self._intruders, self._life_ends = list[bool](), list[int]()
        self._finish: asyncio.Event
        self._is_ending = self._is_over = False
        self._settings = draw_settings(self._chance)
        self._plan(tell(Random(f"{seed}/residents"), begin, faults, facts, self._struck))

    # -- what the loop asks -------------------------------------------------------------------------------------

    @property
    def elapsed(self) -> int:
        return self._agenda.elapsed

    def pass_time(self, until: int | None) -> None:
        self._agenda.pass_time(until)
        if self._agenda.elapsed > LONGEST:
            raise StandsStillError("It does not come to an end.")
        self._clock.true = Instant(self._begin + self._agenda.elapsed)

    def thread_delay(self) -> int:
        is_slow, share = self._disk_odds.strikes("slow_disk"), self._threads.random()
        return int(share * 5 * SECOND) if is_slow else 200 + int(share * 20_000)

    # -- lives --------------------------------------------------------------------------------------------------

    def live(self) -> None:
        """Let the process live, die and be started again, until everything is over."""
        while not self._is_over:
            loop = SimulatedLoop(self)
            try:
                loop.run_until_complete(self._one_life(loop))
            except (Crash, InjectedError):  # a process whose commit failed ends, and is started again
                self._die()
            finally:
                loop.bury()
        self._end_life()

    async def _one_life(self, loop: SimulatedLoop) -> None:
        self._finish = asyncio.Event()
        store = self._disk.open()
        world = initial_world(self._published)
        channels = self._providers.channels(workspace().channels)
        runtime = await Embedded.start(world, store, channels, clock=self._clock, settings=self._settings)
        self._errands.spawn = loop.create_task  # type: ignore[assignment]
        self._errands.runtime = runtime
        crashed, finish = asyncio.ensure_future(runtime.crashed()), asyncio.ensure_future(self._finish.wait())
        await asyncio.wait([crashed, finish], return_when=asyncio.FIRST_COMPLETED)
        if crashed.done():
            raise crashed.result()
        await runtime.drain()
        await runtime.stop()
        store.close()
        self._is_over = True

    def _die(self) -> None:
        self._end_life()
        self._errands.lose()
        down = int(SECOND * (max(1.0, self._faults.pause_max / SECOND) ** self._chance.random()))
        until = self._agenda.elapsed + down
        while self._agenda.elapsed < until:
            with suppress(Crash):  # it is down already
                self.pass_time(until)
        self._clock.restart(self._disk.last_now)
        if self._is_ending:  # it died while it stopped: who has not heard asks once more
            self._agenda.after(HOUR, self._end)

    def _end_life(self) -> None:
        self._disk.let_go()
        self._life_ends.append(len(self._disk.ends))

    # -- what happens outside -----------------------------------------------------------------------------------

    def _plan(self, told: list[Told]) -> None:
        chance, faults, agenda = self._chance, self._faults, self._agenda
        for each in told:
            agenda.put(each.arrives, lambda each=each: self._tell(each.fact))  # type: ignore[misc]
        for number in range(1, faults.publications + 1):
            at = int(ACTIVE * (number + chance.random()) / (faults.publications + 2))
            agenda.put(at, lambda number=number: self._publish(number))  # type: ignore[misc]
        for _ in range(faults.clock_steps):
            step = int((2 * chance.random() - 1) * faults.clock_step_max)
            agenda.put(int(ACTIVE * chance.random()), lambda step=step: self._set_clock(step))  # type: ignore[misc]
        for _ in range(faults.crashes):
            agenda.put(int(ACTIVE * 1.2 * chance.random()), self._crash)
        for _ in range(faults.intruders):
            agenda.put(int(ACTIVE * chance.random()), self._intrude)
        agenda.put(ACTIVE + QUIET, self._end)

    def _tell(self, fact: Incoming) -> None:
        self._told[fact.event_id] = None

        async def ask(runtime: Embedded) -> None:
            if isinstance(fact.event, DecisionRequested):
                with suppress(EventError):  # it was taken before, and the answer did not arrive
                    await runtime.decide(fact)
                self._answers.setdefault(fact.event_id, "accepted")
            else:
                (receipt,) = await runtime.submit([fact])
                self._answers.setdefault(fact.event_id, receipt.status)

        self._errands.begin(Errand(ask))

    def _send_receipt(self, delay: int, command: Deliver, status: DeliveryStatus, name: str) -> None:
        at = Instant(self._clock.true + delay)

        async def ask(runtime: Embedded) -> None:
            row = await runtime.delivery(command.delivery_id)
            if row is None:
                return
            report = DeliveryReported(
                event_id=EventId(derive("receipt", name)),
                customer_id=row.customer_id,
                at=min(at, runtime.now()),
                delivery_id=row.delivery_id,
                status=status,
                attempt=row.attempt,
            )
            await runtime.report([report], channel=row.channel)

        self._agenda.after(delay, lambda: self._errands.begin(Errand(ask)))

    def _log_in(self, command: Deliver) -> None:
        """Let whoever gets a message now say on a device who they are: customers become one during the send."""
        runtime = self._errands.runtime
        for person in range(PEOPLE) if runtime is not None else ():
            if runtime is not None and command.customer_id in map(runtime.find, known_by(person)):
                self._tell(log_in(f"login{len(self._told)}", self._clock.true, person, self._chance))
                return

    def _publish(self, number: int) -> None:
        self._struck["publications"] += 1
        self._published = number

        async def ask(runtime: Embedded) -> None:
            await runtime.publish(published(number))

        self._errands.begin(Errand(ask))

    def _set_clock(self, step: int) -> None:
        self._struck["clock_steps"] += 1
        self._clock.error += step

    def _crash(self) -> None:
        self._struck["crashes"] += self._errands.runtime is not None
        raise Crash

    def _intrude(self) -> None:
        if self._errands.runtime is not None:
            self._struck["intruders"] += 1
            self._intruders.append(self._disk.intrude())

    def _end(self) -> None:
        if self._errands.runtime is None:
            self._agenda.after(SECOND, self._end)
        else:
            self._is_ending = True
            self._finish.set()

    # -- what is left -------------------------------------------------------------------------------------------

    def _span(self) -> Span:
        """Say what may be known now; how far that reaches is filled in when the commits have come."""
        done = len(self._disk.ends)
        return Span(self._disk.ends[-1] if done else 0, done, len(self._life_ends))

    def evidence(self) -> Evidence:
        """Return everything that was left behind."""
        store = self._disk.read()
        blocks = tuple(store.blocks())
        entries = tuple(entry for block in blocks for entry in block.read())
        worlds = Worlds(store)
        try:
            return Evidence(
                entries=entries,
                blocks=blocks,
                workspaces={
                    revision: worlds.workspace(revision) for revision in {block.revision: None for block in blocks}
                },
                states=tuple(state for state in store.states() if state.state),
                workspace=workspace(),
                handed=tuple(replace(line, until=self._until(line.until)) for line in self._providers.handed),
                synced=tuple(replace(line, until=self._until(line.until)) for line in self._providers.synced),
                answers=self._answers,
                told=tuple(self._told),
                marked=frozenset(self._disk.marked),
                owed=_owed(store, entries),
                intruders=tuple(self._intruders),
                ended_at=self._clock.believed(),
                struck=dict(self._struck),
            )
        finally:
            store.close()

    def _until(self, commits: int) -> int:
        """Return the last entry of the two commits after the first ``commits``, in the same life of the process."""
        life_end = next(end for end in self._life_ends if end >= commits)
        last = min(commits + 2, life_end)
        return self._disk.ends[last - 1] if last else 0


def _owed(store: Store, entries: tuple[Entry, ...]) -> tuple[Owed, ...]:
    ids = dict.fromkeys(command.delivery_id for entry in entries for command in entry.commands)
    rows = (store.delivery(delivery_id) for delivery_id in ids)
    return tuple(Owed(row.delivery_id, row.status) for row in rows if row is not None)
