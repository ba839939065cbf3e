"""segue broadcast: tell the running server of something that concerns many customers."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from segue.cli.calling import address_of, post, require_server
from segue.cli.console import plural, tell, tell_json
from segue.cli.options import Folder, Json
from segue.cli.properties import read_properties
from segue.workspace import load


def broadcast(
    event: Annotated[str, Parameter(help="The name of the event that each customer gets.")],
    folder: Folder = Path(),
    *,
    message_id: str,
    property: Annotated[tuple[str, ...], Parameter(negative="")] = (),
    audience: str = "",
    url: str | None = None,
    json: Json = False,
) -> None:
    """Tell everybody, or everybody in an audience, of something that happened to the business.

    It works behind live traffic; the same command again says how far it has come. The key comes from the environment
    variable SEGUE_KEY and needs the scope `manage`; `segue dev` needs none.

    Parameters
    ----------
    message_id
        Names the business event; the same id is the same one, once.
    property
        A property of the event: NAME=VALUE; may be repeated. A value that reads as JSON is that, any other text.
    audience
        A computed audience (one with `when`); everybody without.
    url
        The server's address, instead of the one in segue.yaml.
    """
    properties = read_properties(property, "--property")
    told = {"messageId": message_id, "event": event, "properties": properties, "audience": audience}
    address = url or address_of(load(folder))
    answer = require_server(post(address, "/v1/business-events", told, scope="manage"), address)
    if json:
        tell_json(answer)
        return
    everybody = f"everybody in {audience}" if audience else "everybody"
    tell(f"{answer['event']} for {everybody}: {answer['status']}.")
    considered, reached = answer["considered"], answer["reached"]
    tell(f"  considered {considered:,} of {plural(answer['customers'], 'customer')}; {reached:,} got it")
