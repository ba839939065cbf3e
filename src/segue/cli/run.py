"""segue run: serve in production, with keys."""

from pathlib import Path

from segue.cli.console import say, tell_json
from segue.cli.logs import log_to_stderr
from segue.cli.options import Folder, Json
from segue.server.serve import serve
from segue.server.site import Site


def run(folder: Folder = Path(), /, *, host: str | None = None, port: int | None = None, json: Json = False) -> None:
    """Serve in production: every request needs a key, and messages are really sent. Stops on SIGTERM and Ctrl-C.

    Parameters
    ----------
    host
        The interface to listen on, instead of the one in segue.yaml.
    port
        Instead of the one in segue.yaml; 0 takes any free one.
    json
        Print the address as JSON once requests are answered.
    """

    def ready(address: str, site: Site) -> None:
        if not any(key.revoked_at is None for key in site.keys.list()):
            say("There are no keys yet, so nobody can send anything: `segue keys create --scope ingest`.")
        if json:
            tell_json({"address": address, "workspace": str(site.loaded.folder)})
        else:
            say(f"{site.loaded.workspace.name} is served at {address}")

    log_to_stderr()
    serve(folder, host=host, port=port, ready=ready)
