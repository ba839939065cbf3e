"""Schedules of faults: which things go wrong in a seed, and how often.

Every seed has only some of the faults, each at its own rate (swarm testing: Groce, Zhang, Eide, Chen and Regehr, "Swarm
testing", ISSTA 2012): what is always there hides what only shows without it.
"""

from collections import Counter
from collections.abc import Mapping
from random import Random

from msgspec import Struct

from segue.model.time import MINUTE, SECOND


class Faults(Struct, frozen=True, kw_only=True):
    """How often what goes wrong; shares between 0 and 1, of occasions, unless said otherwise.

    Attributes:
        crash_before_commit, crash_after_commit: before a commit is durable; after, before anybody hears of it.
        crash_before_call: ``attempting`` is durable, the provider has not been called.
        crash_in_call: the provider has the message, its answer does not arrive.
        crash_in_save: before or after customers' states are written behind, or the watermark moves.
        crashes: at any moment; so many in the whole simulation.
        commit_fails: a commit raises; whether it is durable is a matter of chance.
        pause_max: how long a dead process stays down at most; microseconds, log-uniform from a second on.
        slow_disk: a commit takes up to five seconds instead of milliseconds.
        slow, retryable, rejected, timeout, timeout_accepted: what providers answer; ``slow`` takes up to ten minutes.
        timeout_retryable: of the timeouts of a provider with idempotency keys, those that its channel calls retryable.
        receipt_lost, receipt_doubled, receipt_late: what becomes of receipts.
        event_doubled, event_late, event_early: facts that are told again, hours or days late, or from the future.
        clock_steps: so many in the whole simulation, of up to ``clock_step_max`` microseconds forwards or backwards.
        log_in_call: while a provider has a message in hand, its recipient turns out to be another known customer, too.
        intruders: attempts to open the same store once more.
        publications: changed workspaces that are published meanwhile.
    """

    crash_before_commit: float = 0.0
    crash_after_commit: float = 0.0
    crash_before_call: float = 0.0
    crash_in_call: float = 0.0
    crash_in_save: float = 0.0
    crashes: int = 0
    commit_fails: float = 0.0
    pause_max: int = MINUTE
    slow_disk: float = 0.0
    slow: float = 0.0
    retryable: float = 0.0
    rejected: float = 0.0
    timeout: float = 0.0
    timeout_accepted: float = 0.0
    timeout_retryable: float = 0.0
    log_in_call: float = 0.0
    receipt_lost: float = 0.0
    receipt_doubled: float = 0.0
    receipt_late: float = 0.0
    event_doubled: float = 0.0
    event_late: float = 0.0
    event_early: float = 0.0
    clock_steps: int = 0
    clock_step_max: int = SECOND
    intruders: int = 0
    publications: int = 0


NONE = Faults()
"""Nothing goes wrong."""


class Odds:
    """Decides, at one place, whether a fault strikes now.

    Args:
        struck: counts every fault that did, by the name of its share.
    """

    def __init__(self, faults: Faults, chance: Random, struck: Counter[str] | None = None) -> None:
        self._faults = faults
        self._chance = chance
        self._struck: Counter[str] = Counter() if struck is None else struck

    def strikes(self, fault: str) -> bool:
        """Tell whether ``fault`` strikes on this occasion."""
        share: float = getattr(self._faults, fault)
        strikes = self._chance.random() < share
        if strikes:
            self._struck[fault] += 1
        return strikes


_HIGHEST: Mapping[str, float] = {
    "crash_before_commit": 0.02,
    "crash_after_commit": 0.02,
    "crash_before_call": 0.08,
    "crash_in_call": 0.08,
    "crashes": 4,
    "commit_fails": 0.01,
    "slow_disk": 0.1,
    "slow": 0.3,
    "retryable": 0.4,
    "rejected": 0.2,
    "timeout": 0.2,
    "timeout_accepted": 0.2,
    "timeout_retryable": 1.0,
    "crash_in_save": 0.01,
    "log_in_call": 0.2,
    "receipt_lost": 0.4,
    "receipt_doubled": 0.5,
    "receipt_late": 0.5,
    "event_doubled": 0.3,
    "event_late": 0.3,
    "event_early": 0.15,
    "clock_steps": 6,
    "intruders": 3,
    "publications": 3,
}
DRAWN = tuple(_HIGHEST)
"""The faults that seeds draw."""

_PAUSES = (MINUTE, 60 * MINUTE, 10 * 60 * MINUTE)
_STEPS = (SECOND, 5 * MINUTE, 60 * MINUTE, 150 * MINUTE)


def draw_faults(chance: Random) -> Faults:
    """Return the faults of a seed: each with even odds not at all, else at a rate up to its highest."""
    drawn: dict[str, float] = {}
    for name, highest in _HIGHEST.items():
        rate = chance.random()
        if chance.random() < 0.5:
            continue
        drawn[name] = rate * highest if isinstance(highest, float) else 1 + int(rate * highest)
    pause = _PAUSES[int(chance.random() * len(_PAUSES))]
    step = _STEPS[int(chance.random() * len(_STEPS))]
    return Faults(**drawn, pause_max=pause, clock_step_max=step)  # type: ignore[arg-type]
