"""The engine itself has the last word: a workspace without findings compiles."""

from collections.abc import Iterator

from segue.core.world import build_world
from segue.model.errors import SegueError
from segue.workspace.draft import Draft
from segue.workspace.findings import Finding, Place


def check_engine(draft: Draft) -> Iterator[Finding]:
    """Yield why the engine refuses the workspace. Only asked when nothing else is wrong: its first word is its last."""
    try:
        build_world(draft.workspace)
    except SegueError as error:
        instruction = error.instruction or "Compare with the example."
        yield Finding("SG902", Place("segue.yaml"), error.reason, instruction)
