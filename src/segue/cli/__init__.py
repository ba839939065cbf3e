"""The command line: ``segue COMMAND``. Each command is one file and is imported only when it is called.

Data goes to standard output, everything else to standard error. Exit codes: 0 all is well; 1 findings, or something
failed; 2 the command was not understood; 3 the environment is not in order (a store, a channel, a missing package).
"""

import sys
from collections.abc import Sequence

from segue.cli.commands import COMMANDS, overview, unknown_command

OK, FOUND, USAGE, ENVIRONMENT = range(4)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``segue`` with ``arguments`` (the process's own by default) and return the exit code.

    What needs no command is answered here, before anything large is imported.
    """
    tokens = list(sys.argv[1:] if arguments is None else arguments)
    match tokens[:1]:
        case [] | ["--help" | "-h" | "help"]:
            print(overview())  # noqa: T201
            return OK if tokens else USAGE
        case ["--version"]:
            from segue import __version__

            print(__version__)  # noqa: T201
            return OK
        case [name] if name not in COMMANDS:
            print(unknown_command(name), file=sys.stderr)  # noqa: T201
            return USAGE
    from segue.cli.app import run_command

    return run_command(tokens)
