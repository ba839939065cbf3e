"""Look for seeds in which an invariant does not hold; print one line for each, and exit with 1 if there was one.

python -m segue.simulation.faults --seeds 0:200
python -m segue.simulation.faults --seeds 17
python -m segue.simulation.faults --seeds 0:1000000 --minutes 30 --processes 2

It may be interrupted: it says how to go on.
"""

import os
import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Sequence
from contextlib import suppress
from time import monotonic

from segue.simulation.faults.coverage import wanted
from segue.simulation.faults.hunting import Tried, coverage, hunt

_EVERY_SECONDS = 30.0
"""So often it is told how far the hunt has come, where nobody looks on; a terminal sees every seed."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Hunt through the seeds that the arguments name, and return the exit code: 130 where it was interrupted."""
    parser = ArgumentParser(prog="python -m segue.simulation.faults", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seeds", type=seeds_of, default=range(200), help="one seed, or FIRST:END (END excluded)")
    parser.add_argument("--minutes", type=float, help="begin no further seed after so long")
    parser.add_argument("--processes", type=int, help="seeds tried at the same time; one for each core by default")
    parser.add_argument("--coverage", action="store_true", help="say at the end what was seen, and how often")
    chosen = parser.parse_args(arguments)
    seeds, processes = chosen.seeds, chosen.processes or os.cpu_count() or 1
    progress, tried, is_interrupted = _Progress(len(seeds)), list[Tried](), False
    with suppress(BrokenPipeError):
        try:
            for each in hunt(seeds, processes=processes, seconds=chosen.minutes and chosen.minutes * 60):
                tried.append(each)
                if each.failure:
                    progress.clear()
                    sys.stdout.write(f"{each.failure}\n")
                    sys.stdout.flush()
                progress.tell(tried)
        except KeyboardInterrupt:
            is_interrupted = True
        progress.clear()
        if chosen.coverage:
            _tell_coverage(tried)
        sys.stderr.write(_summary(seeds, tried))
    return 130 if is_interrupted else int(any(each.failure for each in tried))


def seeds_of(text: str) -> range:
    """Return the seeds that ``text`` names.

    >>> seeds_of("17"), seeds_of("0:200")
    (range(17, 18), range(0, 200))
    """
    first, colon, end = text.partition(":")
    try:
        return range(int(first), int(end)) if colon else range(int(first), int(first) + 1)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} names no seeds; write one, or FIRST:END") from None


class _Progress:
    """One line on standard error that says how far the hunt has come."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._begin = self._told_at = monotonic()
        self._is_watched = sys.stderr.isatty()

    def tell(self, tried: Sequence[Tried]) -> None:
        now = monotonic()
        if not self._is_watched and now - self._told_at < _EVERY_SECONDS:
            return
        self._told_at = now
        failed = sum(bool(each.failure) for each in tried)
        left = (now - self._begin) / len(tried) * (self._total - len(tried)) / 60
        line = f"{len(tried):,} of {self._total:,} seeds, {failed} failed, {left:.0f} minutes to go"
        sys.stderr.write(f"\r\x1b[K{line}" if self._is_watched else f"{line}\n")
        sys.stderr.flush()

    def clear(self) -> None:
        if self._is_watched:
            sys.stderr.write("\r\x1b[K")


def _summary(seeds: range, tried: Sequence[Tried]) -> str:
    failed = [each.seed for each in tried if each.failure]
    lines = [f"{len(tried)} seeds, {len(failed)} failed"]
    if failed:
        lines.append(f"failed: {', '.join(map(str, failed))}")
    if len(tried) < len(seeds):
        lines.append(f"to go on: --seeds {seeds[len(tried)]}:{seeds.stop}")
    return "".join(f"{line}\n" for line in lines)


def _tell_coverage(tried: Sequence[Tried]) -> None:
    seen = coverage(tried)
    for what in wanted():
        sys.stdout.write(f"{seen[what]:>9,}  {what}\n")


if __name__ == "__main__":
    sys.exit(main())
