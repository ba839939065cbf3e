"""segue keys: who may talk to the server."""

from pathlib import Path

from cyclopts import App

from segue.cli.clock import system_clock
from segue.cli.console import columns, say, tell, tell_json
from segue.cli.options import Folder, Json
from segue.model.time import format_instant
from segue.server.auth import SCOPES, Key, Keys, Scope
from segue.workspace.layout import STATE_FOLDER

app = App(name="keys", help="Create, list and revoke keys.", help_format="plaintext", help_formatter="plain")


@app.command
def create(
    folder: Folder = Path(),
    *,
    scope: tuple[Scope, ...] = ("ingest",),
    name: str = "",
    json: Json = False,
) -> None:
    """Create a key and print it; it is shown once and kept nowhere.

    Parameters
    ----------
    scope
        What its bearer may do; give it several times for several.
    name
        Whose it is, for the list.
    """
    text, key = Keys(folder / STATE_FOLDER).create(scope, now=system_clock(), name=name)
    if json:
        tell_json({"key": text, **_record(key)})
        return
    say(f"Key {key.key_id} for {', '.join(key.scopes)}. Keep it now: it is not shown again.")
    tell(text)


@app.command(name="list")
def list_keys(folder: Folder = Path(), /, *, json: Json = False) -> None:
    """List the keys of a workspace, without the keys themselves."""
    keys = Keys(folder / STATE_FOLDER).list()
    if json:
        tell_json([_record(key) for key in keys])
        return
    if not keys:
        say(f"There are no keys yet. `segue keys create --scope ingest` makes one; scopes are {', '.join(SCOPES)}.")
        return
    head = ("id", "name", "scopes", "created", "revoked")
    rows = [(key.key_id, key.name, ",".join(key.scopes), *_times(key)) for key in keys]
    for line in columns([head, *rows]):
        tell(line)


@app.command
def revoke(key_id: str, folder: Folder = Path(), /, *, json: Json = False) -> None:
    """End a key; it counts from the server's next request.

    Parameters
    ----------
    key_id
        The key's id, as `segue keys list` shows it.
    """
    key = Keys(folder / STATE_FOLDER).revoke(key_id, now=system_clock())
    if json:
        tell_json(_record(key))
        return
    say(f"Key {key.key_id} is revoked.")


def _times(key: Key) -> tuple[str, str]:
    revoked = "" if key.revoked_at is None else format_instant(key.revoked_at)
    return format_instant(key.created_at), revoked


def _record(key: Key) -> dict[str, object]:
    created, revoked = _times(key)
    return {
        "id": key.key_id,
        "name": key.name,
        "scopes": key.scopes,
        "created_at": created,
        "revoked_at": revoked or None,
    }
