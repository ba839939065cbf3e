"""segue diff: what changed between two workspaces, in words."""

import io
import shutil
import subprocess
import tarfile
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

from cyclopts import Parameter

from segue.cli.console import paint, say, tell, tell_json
from segue.cli.options import Json
from segue.model.errors import SegueError, StoreError
from segue.model.workspace import Workspace
from segue.runtimes.publishing import published
from segue.stores.sqlite import SqliteStore
from segue.workspace import read
from segue.workspace.differences import Difference, differences
from segue.workspace.layout import STATE_FOLDER


def diff(
    before: Annotated[Path | None, Parameter(help="A workspace, or a git revision of the other one.")] = None,
    after: Annotated[Path | None, Parameter(help="A workspace; the first one where only one is named.")] = None,
    /,
    *,
    json: Json = False,
) -> None:
    """Say what changed, journey by journey: between two folders, or since a git revision such as `HEAD~1`.

    With one folder, or none: since what its store last ran.
    """
    if before is None or after is None:
        folder = before or Path()
        old = last_published(folder)
        if old is None:
            say("Nothing has run here yet.")
        old, new = old or Workspace(name=""), read(folder)
    else:
        old, new = read_before(before, after), read(after)
    report(differences(old, new), as_json=json)


def report(found: tuple[Difference, ...], *, as_json: bool = False) -> None:
    """Print differences under what they are about."""
    if as_json:
        tell_json({"differences": found})
        return
    if not found:
        tell("Nothing changed.")
    for about, changes in groupby(found, key=lambda each: each.about):
        tell(paint(about, "bold"))
        for change in changes:
            tell(f"  {change.words}")


def last_published(folder: Path) -> Workspace | None:
    """Return what the workspace's store last ran; None where it ran nothing."""
    try:
        store = SqliteStore(folder / STATE_FOLDER, is_reader=True)
    except StoreError:
        return None
    try:
        return published(store)
    finally:
        store.close()


def read_before(before: Path, after: Path) -> Workspace:
    """Return the earlier workspace: a folder, or the later one as it was at a git revision.

    Raises:
        SegueError: it is neither.
    """
    if before.is_dir():
        return read(before)
    if shutil.which("git") is None:
        raise SegueError(f"There is no folder {str(before)!r}, and no git to ask.", "Name two folders.")
    with TemporaryDirectory() as scratch:
        _check_out(str(before), after, Path(scratch))
        return read(Path(scratch))


def _check_out(revision: str, folder: Path, target: Path) -> None:
    """Write ``folder`` as it was at ``revision`` to ``target``."""
    # In a subfolder of a repository, `git archive` takes that subfolder alone.
    command = ["git", "-C", str(folder), "archive", "--format=tar", "--end-of-options", revision]
    result = subprocess.run(command, capture_output=True, check=False)
    if result.returncode != 0:
        raise SegueError(
            f"{revision!r} is neither a folder nor a git revision of {folder.resolve().name!r}.",
            "Name a folder, or a revision such as HEAD~1.",
        )
    with tarfile.open(fileobj=io.BytesIO(result.stdout)) as archive:
        archive.extractall(target, filter="data")
