"""segue apply: hand the changed workspace to the server that runs it."""

from pathlib import Path

import msgspec

from segue.cli.calling import address_of, post
from segue.cli.console import say, tell, tell_json
from segue.cli.options import Folder, Json
from segue.cli.plan import lines_of
from segue.runtimes.publishing import JourneyPreview
from segue.workspace import LoadedWorkspace, load

_TIMEOUT_SECONDS = 600.0  # everybody concerned is told before the server answers


def apply(folder: Folder = Path(), /, *, url: str | None = None, json: Json = False) -> int:
    """Take the workspace's files over in the running server, between two commits. `segue plan` shows what it means.

    The key comes from the environment variable SEGUE_KEY and needs the scope `manage`; `segue dev` needs none. Where no
    server runs, the next start takes the files over.

    Parameters
    ----------
    url
        The server's address, instead of the one in segue.yaml.
    """
    return apply_to_server(load(folder), url, as_json=json)


def apply_to_server(loaded: LoadedWorkspace, url: str | None, *, as_json: bool = False) -> int:
    """Ask the running server to read its folder again, and print what it says; return the exit code."""
    answer = post(
        url or address_of(loaded),
        "/v1/admin/apply",
        scope="manage",
        refused="The files are as they were; nothing was taken over.",
        timeout=_TIMEOUT_SECONDS,
    )
    if answer is None:
        if as_json:
            tell_json({"applied": False})
        else:
            say("No server answers there; the next start takes the files over.")
        return 0
    if as_json:
        tell_json({"applied": True, **answer})
        return 0
    tell(f"Revision {answer['revision']} decides from now on.")
    for each in msgspec.convert(answer["journeys"], tuple[JourneyPreview, ...]):
        for line in lines_of(each):
            tell(line)
    return 0
