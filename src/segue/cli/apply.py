"""segue apply: hand the changed workspace to the server that runs it."""

import os
from pathlib import Path
from typing import Any

import httpx2
import msgspec

from segue.cli.console import say, tell, tell_json
from segue.cli.options import Folder, Json
from segue.cli.plan import lines_of
from segue.model.errors import SegueError
from segue.runtimes.publishing import JourneyPreview
from segue.workspace import LoadedWorkspace, load

KEY_VARIABLE = "SEGUE_KEY"
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
    answer = _ask(url or _address_of(loaded))
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


def _address_of(loaded: LoadedWorkspace) -> str:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(loaded.server.host, loaded.server.host)  # noqa: S104
    return f"http://{f'[{host}]' if ':' in host else host}:{loaded.server.port}"


def _ask(address: str) -> dict[str, Any] | None:
    """Return the server's answer; None where no server is.

    Raises:
        SegueError: the server refuses, or is not one of ours.
    """
    key = os.environ.get(KEY_VARIABLE, "")
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    try:
        response = httpx2.post(f"{address}/v1/admin/apply", headers=headers, timeout=_TIMEOUT_SECONDS)
    except httpx2.ConnectError:
        return None
    except httpx2.HTTPError as error:
        raise SegueError(f"The server at {address} did not answer: {type(error).__name__}.", "Try again.") from None
    if response.status_code == 200:
        answer: dict[str, Any] = response.json()
        return answer
    if response.status_code in (401, 403):
        instruction = f"`segue keys create --scope manage` makes a key; set {KEY_VARIABLE} to it."
        raise SegueError("The server does not let this command change anything.", instruction)
    raise SegueError(f"The server refused: {_detail(response)}", "The files are as they were; nothing was taken over.")


def _detail(response: httpx2.Response) -> str:
    try:
        return str(response.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return f"HTTP {response.status_code}."
