"""segue what-if: what a changed workspace would do, in markets fitted from the log of the one that runs."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from segue.cli.console import say, tell, tell_json
from segue.cli.diff import read_before
from segue.cli.options import Folder, Json
from segue.cli.progress import Progress
from segue.cli.what_if_report import as_json, as_markdown, lines_of
from segue.measurement.segments import read_log
from segue.model.errors import SegueError
from segue.runtimes.publishing import published
from segue.simulation.fitted.asking import Question, WhatIf, ask
from segue.simulation.fitted.history import TABLES
from segue.stores.sqlite import SqliteStore
from segue.workspace import load, read
from segue.workspace.layout import STATE_FOLDER


def what_if(
    folder: Folder = Path(),
    *,
    change: Annotated[
        Path | None, Parameter(help="The changed workspace: a folder, or a git revision of FOLDER.")
    ] = None,
    customers: int | None = None,
    weeks: int = 4,
    markets: int = 8,
    seed: int = 1,
    markdown: Path | None = None,
    json: Json = False,
) -> None:
    """Say what a change would do before it is published: both workspaces are run in markets fitted from the log.

    The market is what the log of FOLDER says of its customers: what they do of their own accord, how they answer, when
    they opt out or leave. They go on from where they are now, under the workspace that runs and under the changed one,
    with the same chances. Each figure's interval holds both chance and what the log leaves open; where it says nothing,
    that is said instead of a number. Nothing is sent, nothing is changed; a server may run meanwhile.

    Without --change: what publishing the files in FOLDER would do.

    Parameters
    ----------
    customers
        So many instead of all that the log knows: some of them, or some of them more than once.
    weeks
        How far to look ahead.
    markets
        How many markets that could have made the log.
    markdown
        Write the same to this file.
    """
    _require(customers, weeks, markets)
    changed = read_before(change, folder) if change is not None else read(folder)
    question = Question(changed=changed, customers=customers, weeks=weeks, markets=markets, seed=seed)
    found = _ask(folder, question)
    if markdown is not None:
        _write(markdown, as_markdown(found))
    if json:
        tell_json(as_json(found))
        return
    for line in lines_of(found):
        tell(line)
    if markdown is not None:
        say(f"Wrote {markdown}.")


def _ask(folder: Path, question: Question) -> WhatIf:
    state = folder / STATE_FOLDER
    workspace = load(folder).workspace
    with closing(SqliteStore(state, is_reader=True)) as store:
        running = published(store) or workspace
        with closing(read_log(store, state / "segments", TABLES)) as duck:
            progress = Progress(3 * question.markets, "runs")
            try:
                return ask(question, running, duck, store, progress=lambda count: progress.add(count))
            finally:
                progress.close()


def _require(customers: int | None, weeks: int, markets: int) -> None:
    if customers is not None and customers < 2:
        raise SegueError(f"{customers} customers tell nothing.", "Give 2 or more.")
    if weeks < 1:
        raise SegueError(f"{weeks} weeks are none.", "Give 1 or more.")
    if markets < 2:
        raise SegueError(f"{markets} markets cannot differ.", "Give 2 or more; 8 are usual.")


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        reason = f"{path} cannot be written: {error.strerror}."
        raise SegueError(reason, "Name a file in a folder that exists and can be written.") from None
