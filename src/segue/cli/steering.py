"""segue pause, resume, drain, stop: a journey's status, written into its file and handed to the running server."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from segue.cli.apply import apply_to_server
from segue.cli.console import say
from segue.cli.options import Folder, Json
from segue.model.errors import SegueError
from segue.workspace import load
from segue.workspace.editing import Status, set_status
from segue.workspace.schema import suggest

JourneyName = Annotated[str, Parameter(help="The journey's name.")]


def pause(journey: JourneyName, folder: Folder = Path(), /, *, url: str | None = None, json: Json = False) -> int:
    """Hold a journey: nobody moves, nothing is lost; `segue resume` lets it go on.

    Parameters
    ----------
    url
        The running server's address, instead of the one in segue.yaml.
    """
    return _steer(journey, folder, "paused", url, as_json=json)


def resume(journey: JourneyName, folder: Folder = Path(), /, *, url: str | None = None, json: Json = False) -> int:
    """Let a journey go on that was paused or is draining.

    Parameters
    ----------
    url
        The running server's address, instead of the one in segue.yaml.
    """
    return _steer(journey, folder, "live", url, as_json=json)


def drain(journey: JourneyName, folder: Folder = Path(), /, *, url: str | None = None, json: Json = False) -> int:
    """Let nobody else into a journey; those inside go on to the end.

    Parameters
    ----------
    url
        The running server's address, instead of the one in segue.yaml.
    """
    return _steer(journey, folder, "draining", url, as_json=json)


def stop(journey: JourneyName, folder: Folder = Path(), /, *, url: str | None = None, json: Json = False) -> int:
    """End every run of a journey at once; they do not come back. `segue plan` counts them first.

    Parameters
    ----------
    url
        The running server's address, instead of the one in segue.yaml.
    """
    return _steer(journey, folder, "stopped", url, as_json=json)


def _steer(journey: str, folder: Path, status: Status, url: str | None, *, as_json: bool) -> int:
    loaded = load(folder)
    place = loaded.places.get(f"journey:{journey}")
    if place is None:
        known = tuple(each.journey for each in loaded.workspace.journeys)
        raise SegueError(f"There is no journey {journey!r}.", suggest(journey, known, "journeys"))
    before = set_status(loaded.folder / place.file, status)
    say(f"{place.file}: {status} already." if before == status else f"{place.file}: {status} instead of {before}.")
    return apply_to_server(load(folder), url, as_json=as_json)
