"""Hunting: one seed after another, until an invariant does not hold. A failing seed is one line that shows it again."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from signal import SIG_IGN, SIGINT, signal
from tempfile import TemporaryDirectory
from time import monotonic

from msgspec import Struct

from segue.simulation.checkers.every import Violation, check_every
from segue.simulation.faults.coverage import seen_in
from segue.simulation.faults.driver import simulate

SQLITE_EVERY = 8
"""Every so many seeds run on a real SQLite store, the others in memory."""

_QUICK_FOLDER = Path("/dev/shm")  # noqa: S108 - only the place; the folder in it is made for us alone
"""A disk in memory, where there is one: no power fails here, and syncing takes nearly all the time."""


class Tried(Struct, frozen=True):
    """A seed that was tried.

    Attributes:
        violations: what does not hold in it; empty where everything does.
        seen: what happened, and how often (`segue.simulation.faults.coverage`).
    """

    seed: int
    violations: tuple[Violation, ...] = ()
    seen: dict[str, int] = {}

    @property
    def failure(self) -> str:
        """What failed, and the command that shows it again, in one line; "" where everything holds."""
        if not self.violations:
            return ""
        first, more = self.violations[0], len(self.violations) - 1
        others = f" (and {more} more)" if more else ""
        command = f"python -m segue.simulation.faults --seeds {self.seed}"
        return f"seed {self.seed}: {first.checker}: {first.what}{others} · {command}"


def try_seed(seed: int) -> Tried:
    """Return what comes of a seed. An error of the runtime is a violation, too."""
    try:
        with _folder(seed) as folder:
            evidence = simulate(seed, folder=folder)
            return Tried(seed, tuple(check_every(evidence)), dict(seen_in(evidence)))
    except Exception as error:
        return Tried(seed, (Violation("running", f"{type(error).__name__}: {error}"),))


def hunt(seeds: Sequence[int], *, processes: int = 1, seconds: float | None = None) -> Iterator[Tried]:
    """Yield what comes of every seed, in their order.

    Args:
        processes: how many seeds are tried at the same time, each in a process of its own.
        seconds: no further seed is yielded after so long; all of them where None.
    """
    until = None if seconds is None else monotonic() + seconds
    if min(processes, len(seeds)) <= 1:
        yield from _until(until, map(try_seed, seeds))
        return
    # Whoever interrupts the hunt interrupts it here: a worker that raises in the middle of a seed says nothing.
    with get_context("spawn").Pool(processes, partial(signal, SIGINT, SIG_IGN)) as pool:
        yield from _until(until, pool.imap(try_seed, seeds, chunksize=4))


def coverage(tried: Sequence[Tried]) -> Counter[str]:
    """Return what happened in all of ``tried`` together."""
    seen: Counter[str] = Counter()
    for each in tried:
        seen.update(each.seen)
    return seen


def _until(until: float | None, tried: Iterator[Tried]) -> Iterator[Tried]:
    while (until is None or monotonic() < until) and (each := next(tried, None)) is not None:
        yield each


@contextmanager
def _folder(seed: int) -> Iterator[Path | None]:
    if seed % SQLITE_EVERY:
        yield None
        return
    place = _QUICK_FOLDER if _QUICK_FOLDER.is_dir() else None
    with TemporaryDirectory(prefix="segue-faults-", dir=place) as folder:
        yield Path(folder)
