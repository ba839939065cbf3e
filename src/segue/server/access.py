"""Access: what a request may do, by the key it carries.

A request without a valid key gets 401, one whose key lacks the scope 403. With ``open_access`` (`segue dev`) every
request from this machine may do everything. Its Host and Origin headers have to name the loopback interface, because
any web page in the developer's browser can reach the server too, under a name of its own (DNS rebinding) even to read.
"""

from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.requests import Request

from segue.server.auth import Keys, Scope, presented_key
from segue.server.problems import Problem


class Access:
    """Decides about requests by their keys."""

    def __init__(self, keys: Keys, *, is_open: bool = False) -> None:
        self._keys = keys
        self._is_open = is_open

    def require(self, request: Request, scope: Scope, *, key_in_body: object = None) -> None:
        """Return when the request may do what ``scope`` names.

        Args:
            key_in_body: ``writeKey``, which browser clients put there; the header goes first.

        Raises:
            Problem: 401 ``unauthorized`` or 403 ``forbidden``.
        """
        if self._is_open:
            if is_local(request):
                return
            raise Problem(403, "forbidden", "Open access answers only to pages and programs of this machine.")
        header = presented_key(request.headers.get("authorization", ""))
        scopes = self._keys.scopes_of(header) if header else ()
        if scope not in scopes and isinstance(key_in_body, str) and key_in_body:
            scopes = self._keys.scopes_of(key_in_body) or scopes
        if scope in scopes:
            return
        if scopes:
            raise Problem(403, "forbidden", f"The key lacks the scope {scope}.")
        raise Problem(401, "unauthorized", "There is no valid key.", {"WWW-Authenticate": "Bearer"})


def is_local(request: Request) -> bool:
    """Tell whether a request was made by a program, or a page, of this machine."""
    origin = request.headers.get("origin")
    return is_loopback(request.url.hostname or "") and (origin is None or is_loopback(urlsplit(origin).hostname or ""))


def is_loopback(host: str) -> bool:
    """Tell whether ``host`` names this machine only.

    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
