"""segue draw: journeys as flowcharts."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from segue.cli.console import plural, say, tell, tell_json
from segue.cli.options import Folder, Json
from segue.model.errors import SegueError
from segue.workspace import load
from segue.workspace.drawing import drawn, mermaid, redraw
from segue.workspace.schema import suggest


def draw(
    journey: Annotated[str | None, Parameter(help="The journey's name; all of them without.")] = None,
    folder: Folder = Path(),
    *,
    into: Path | None = None,
    json: Json = False,
) -> None:
    """Draw journeys as Mermaid flowcharts, which GitHub and many editors show.

    Parameters
    ----------
    into
        A Markdown page: every flowchart in it that draws a journey of this workspace is brought up to date.
    """
    workspace = load(folder).workspace
    drawings = {each.journey: mermaid(each, workspace.triggers) for each in workspace.journeys}
    if journey is not None:
        if journey not in drawings:
            raise SegueError(f"There is no journey {journey!r}.", suggest(journey, tuple(drawings), "journeys"))
        drawings = {journey: drawings[journey]}
    if into is not None:
        _redraw(into, drawings)
    elif json:
        tell_json({"drawings": drawings})
    else:
        tell("\n".join(drawings.values()).rstrip("\n"))


def _redraw(page: Path, drawings: dict[str, str]) -> None:
    """Bring a page's drawings up to date.

    Raises:
        SegueError: the page draws none of them.
    """
    text = page.read_text(encoding="utf-8")
    found = [name for name in drawn(text) if name in drawings]
    if not found:
        instruction = "Paste the output of `segue draw` there once, between ```mermaid and ```."
        raise SegueError(f"{page.name} draws none of these journeys.", instruction)
    page.write_text(redraw(text, drawings), encoding="utf-8")
    say(f"{plural(len(found), 'drawing')} in {page}.")
