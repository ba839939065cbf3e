"""Hunting: one seed after another, until an invariant does not hold. A failing seed is one line that shows it again."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from msgspec import Struct

from segue.simulation.checkers.every import Violation, check_every
from segue.simulation.faults.driver import simulate

SQLITE_EVERY = 8
"""Every so many seeds run on a real SQLite store, the others in memory."""

_QUICK_FOLDER = Path("/dev/shm")  # noqa: S108 - only the place; the folder in it is made for us alone
"""A disk in memory, where there is one: no power fails here, and syncing takes nearly all the time."""


class Failure(Struct, frozen=True):
    """A seed in which something does not hold; ``violations`` is never empty."""

    seed: int
    violations: tuple[Violation, ...]

    @property
    def line(self) -> str:
        """What failed, and the command that shows it again, in one line."""
        first, more = self.violations[0], len(self.violations) - 1
        others = f" (and {more} more)" if more else ""
        command = f"python -m segue.simulation.faults --seeds {self.seed}"
        return f"seed {self.seed}: {first.checker}: {first.what}{others} · {command}"


def try_seed(seed: int) -> Failure | None:
    """Return in what way a seed fails, None where everything holds. An error of the runtime is a failure, too."""
    try:
        if seed % SQLITE_EVERY:
            found = check_every(simulate(seed))
        else:
            place = _QUICK_FOLDER if _QUICK_FOLDER.is_dir() else None
            with TemporaryDirectory(prefix="segue-faults-", dir=place) as folder:
                found = check_every(simulate(seed, folder=Path(folder)))
    except Exception as error:
        found = [Violation("running", f"{type(error).__name__}: {error}")]
    return Failure(seed, tuple(found)) if found else None


def hunt(seeds: Iterable[int], *, seconds: float | None = None) -> Iterator[Failure | None]:
    """Yield for every seed in turn how it fails, None where it does not.

    Args:
        seconds: no further seed is begun after so long; all of them where None.
    """
    until = None if seconds is None else monotonic() + seconds
    for seed in seeds:
        if until is not None and monotonic() > until:
            return
        yield try_seed(seed)
