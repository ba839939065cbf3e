"""Look for seeds in which an invariant does not hold; print one line for each, and exit with 1 if there was one.

python -m segue.simulation.faults --seeds 0:200
python -m segue.simulation.faults --seeds 17
python -m segue.simulation.faults --seeds 0:1000000 --minutes 30
"""

import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Sequence

from segue.simulation.faults.hunting import hunt


def main(arguments: Sequence[str] | None = None) -> int:
    """Hunt through the seeds that the arguments name, and return the exit code."""
    parser = ArgumentParser(prog="python -m segue.simulation.faults", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seeds", type=seeds_of, default=range(200), help="one seed, or FIRST:END (END excluded)")
    parser.add_argument("--minutes", type=float, help="begin no further seed after so long")
    chosen = parser.parse_args(arguments)
    tried = failed = 0
    for failure in hunt(chosen.seeds, seconds=None if chosen.minutes is None else chosen.minutes * 60):
        tried += 1
        if failure is not None:
            failed += 1
            sys.stdout.write(f"{failure.line}\n")
            sys.stdout.flush()
    sys.stderr.write(f"{tried} seeds, {failed} failed\n")
    return 1 if failed else 0


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


if __name__ == "__main__":
    sys.exit(main())
