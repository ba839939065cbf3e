"""Running one command: parse its arguments, call it, turn what it raises into words and an exit code."""

import sys

from cyclopts import App, CycloptsError

from segue import __version__
from segue.cli.commands import COMMANDS
from segue.cli.console import complain
from segue.model.errors import ChannelError, SegueError, StoreError, WorkspaceError

FAILED, USAGE, ENVIRONMENT, INTERRUPTED = 1, 2, 3, 130


def make_app() -> App:
    """Return the parser of all commands; none of them is imported yet."""
    app = App(name="segue", version=__version__, help_format="plaintext", help_formatter="plain")
    for name, command in COMMANDS.items():
        app.command(command.target, name=name, help=command.summary, show=not command.is_hidden)
    return app


def run_command(tokens: list[str]) -> int:
    """Run the command that ``tokens`` name and return the exit code.

    A `SegueError` is the user's to mend, so it is told in its own words; any other exception is our mistake and keeps
    its traceback.
    """
    try:
        result = make_app()(
            tokens,
            exit_on_error=False,
            print_error=False,
            result_action="return_value",
        )
    except CycloptsError as error:
        complain(str(error).strip(), f"`segue {tokens[0]} --help` shows what it takes.")
        return USAGE
    except WorkspaceError as error:
        for finding in error.findings:
            print(finding, file=sys.stderr)  # noqa: T201
        complain(error.reason if not error.findings else error.reason.partition(", first:")[0] + ".", error.instruction)
        return FAILED
    except SegueError as error:
        complain(error.reason, error.instruction)
        return ENVIRONMENT if isinstance(error, StoreError | ChannelError) else FAILED
    except BrokenPipeError:  # the reader (a pager, head) has seen enough
        sys.stderr.close()
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED
    return result if isinstance(result, int) else 0
