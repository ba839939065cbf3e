"""Call the running server: where it is, with which key, and what it means when it refuses."""

import os
from typing import Any

import httpx2

from segue.model.errors import SegueError
from segue.workspace import LoadedWorkspace

KEY_VARIABLE = "SEGUE_KEY"
TIMEOUT_SECONDS = 30.0


def address_of(loaded: LoadedWorkspace) -> str:
    """Return where the server of a workspace listens, as seen from this machine."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(loaded.server.host, loaded.server.host)  # noqa: S104
    return f"http://{f'[{host}]' if ':' in host else host}:{loaded.server.port}"


def post(
    address: str, path: str, body: Any = None, *, scope: str, refused: str = "", timeout: float = TIMEOUT_SECONDS
) -> dict[str, Any] | None:
    """Return the server's answer; None where no server is.

    Args:
        body: sent as JSON; None for no body.
        scope: what a key has to be allowed.
        refused: what to do, or how things stand, when the server refuses.

    Raises:
        SegueError: the server refuses, or is not one of ours.
    """
    key = os.environ.get(KEY_VARIABLE, "")
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    try:
        response = httpx2.post(f"{address.rstrip('/')}{path}", headers=headers, json=body, timeout=timeout)
    except httpx2.ConnectError:
        return None
    except httpx2.HTTPError as error:
        raise SegueError(f"The server at {address} did not answer: {type(error).__name__}.", "Try again.") from None
    if response.is_success:
        return _object(response, address)
    if response.status_code in (401, 403):
        instruction = f"`segue keys create --scope {scope}` makes a key; set {KEY_VARIABLE} to it."
        raise SegueError("The server does not let this command do that.", instruction)
    raise SegueError(f"The server refused: {_detail(response)}", refused)


def require_server(answer: dict[str, Any] | None, address: str) -> dict[str, Any]:
    """Return the answer.

    Raises:
        SegueError: no server is there.
    """
    if answer is None:
        raise SegueError(f"No server answers at {address}.", "Start it with `segue dev` or `segue run`, or name --url.")
    return answer


def _object(response: httpx2.Response, address: str) -> dict[str, Any]:
    try:
        answer = response.json()
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise SegueError(f"What answers at {address} is not Segue.", "Name the server's address with --url.")
    return answer


def _detail(response: httpx2.Response) -> str:
    try:
        return str(response.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return f"HTTP {response.status_code}."
