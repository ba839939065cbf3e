"""segue enter: ask the running server to let a customer into a journey."""

from pathlib import Path
from typing import Annotated
from urllib.parse import quote

from cyclopts import Parameter

from segue.cli.calling import address_of, post, require_server
from segue.cli.console import tell, tell_json
from segue.cli.options import Folder, Json
from segue.cli.properties import read_properties
from segue.workspace import load


def enter(
    journey: Annotated[str, Parameter(help="The journey's name; its entry is of kind api.")],
    folder: Folder = Path(),
    *,
    user: str,
    fact: Annotated[tuple[str, ...], Parameter(negative="")] = (),
    message_id: str = "",
    url: str | None = None,
    json: Json = False,
) -> None:
    """Ask the running server to let a customer into a journey.

    The key comes from the environment variable SEGUE_KEY and needs the scope `ingest`; `segue dev` needs none. The
    entry's condition, re-entry and rate hold as for every entry.

    Parameters
    ----------
    user
        The customer's user id.
    fact
        What the run knows as run.NAME: NAME=VALUE; may be repeated. A value that reads as JSON is that, any other text.
    message_id
        The same id is the same request, once; without one every request counts.
    url
        The server's address, instead of the one in segue.yaml.
    """
    request = {"userId": user, "messageId": message_id, "facts": read_properties(fact, "--fact")}
    address = url or address_of(load(folder))
    path = f"/v1/journeys/{quote(journey, safe='')}/enter"
    answer = require_server(post(address, path, request, scope="ingest"), address)
    if json:
        tell_json(answer)
    elif answer["duplicate"]:
        tell("This request was taken before; it counts once.")
    else:
        tell(f"The request is taken; `segue explain {answer['customer_id']}` tells what the journey makes of it.")
