"""segue dev: serve on this machine, without keys; messages become files."""

from pathlib import Path

from segue.cli.console import say, tell_json
from segue.cli.logs import log_to_stderr
from segue.cli.options import Folder, Json
from segue.server.serve import serve
from segue.server.site import Site


def dev(folder: Folder = Path(), /, *, port: int | None = None, json: Json = False) -> None:
    """Serve on this machine: no keys are needed, and messages are written to files instead of being sent.

    Parameters
    ----------
    port
        Instead of the one in segue.yaml; 0 takes any free one.
    json
        Print the address as JSON once requests are answered.
    """

    def ready(address: str, site: Site) -> None:
        if json:
            tell_json({"address": address, "workspace": str(site.loaded.folder)})
            return
        say(f"\n  {site.loaded.workspace.name} is served at {address}   (messages become files; Ctrl-C stops)\n")
        say(f'  curl {address}/v1/track -d \'{{"userId": "anna", "event": "order_completed"}}\'')
        say(f"  curl {address}/v1/customers?user_id=anna")

    log_to_stderr()
    serve(folder, host="127.0.0.1", port=port, is_development=True, ready=ready)
