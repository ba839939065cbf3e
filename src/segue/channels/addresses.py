"""Network addresses that nobody outside may make us talk to, and the resolver that keeps us from it.

Whoever chooses a URL could point it at a cloud's metadata service or a database inside the network. The text of a host
says nothing ("2130706433", "0x7f.1" and "①②⑦.0.0.1" all are 127.0.0.1), and a name may resolve to something else a
moment later. So a host is resolved once, every address is looked at, and the connection goes to the address that was
looked at.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Iterable

from httpcore2 import AnyIOBackend, AsyncNetworkBackend, AsyncNetworkStream, ConnectError

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str, int], Awaitable[list[str]]]
SocketOptions = Iterable[tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]]

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_IPV4_COMPATIBLE = ipaddress.ip_network("::/96")
_SPECIAL = tuple(
    ipaddress.ip_network(block)
    for block in (
        "fec0::/10",  # site-local, deprecated, still routed inside
        "192.88.99.0/24",  # 6to4 relays
        "64:ff9b:1::/48",  # NAT64 for local use
        "5f00::/16",  # segment routing
    )
)


class ForbiddenAddress(Exception):
    """The host, or one of its addresses, must not be connected to. The text names no address."""


async def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of ``host``, as the system resolves it."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def is_public(text: str) -> bool:
    """Tell whether an IP address belongs to the public Internet, looking into IPv6 forms that carry an IPv4 address."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return _is_public(address)


def _is_public(address: IPAddress) -> bool:
    if any(address in block for block in _SPECIAL if block.version == address.version):
        return False
    if isinstance(address, ipaddress.IPv6Address) and (inner := _carried(address)):
        return all(_is_public(carried) for carried in inner)
    return address.is_global and not address.is_multicast


def _carried(address: ipaddress.IPv6Address) -> tuple[ipaddress.IPv4Address, ...]:
    """Return the IPv4 addresses that packets to ``address`` would end at."""
    if address.ipv4_mapped:
        return (address.ipv4_mapped,)
    if address.sixtofour:
        return (address.sixtofour,)
    if address.teredo:
        return address.teredo
    if address in _NAT64 or address in _IPV4_COMPATIBLE:
        return (ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF),)
    return ()


class GuardedBackend(AsyncNetworkBackend):
    """Connects to public addresses only.

    Args:
        ports: that may be connected to.
        allow_hosts: names or addresses that may lie inside the network, compared exactly.
        resolver: for tests.
    """

    def __init__(self, ports: Iterable[int], allow_hosts: Iterable[str] = (), resolver: Resolver = resolve) -> None:
        self._ports = tuple(ports)
        self._allow_hosts = tuple(host.lower() for host in allow_hosts)
        self._resolver = resolver
        self._backend = AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's signature
        local_address: str | None = None,
        socket_options: SocketOptions | None = None,
    ) -> AsyncNetworkStream:
        addresses = await self.admit(host, port)
        failure: Exception = ConnectError("the host has no address")
        for address in addresses:
            try:
                return await self._backend.connect_tcp(address, port, timeout, local_address, socket_options)
            except ConnectError as error:
                failure = error
        raise failure

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's signature
        socket_options: SocketOptions | None = None,
    ) -> AsyncNetworkStream:
        raise ForbiddenAddress("a socket in the file system is not an endpoint")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def admit(self, host: str, port: int) -> list[str]:
        """Return the addresses of ``host``, all of which may be connected to.

        Raises:
            ForbiddenAddress: the port is not allowed, or any of the addresses is not public.
            ConnectError: the host does not resolve.
        """
        if port not in self._ports:
            raise ForbiddenAddress(f"port {port} is not allowed")
        try:
            addresses = await self._resolver(host, port)
        except (OSError, UnicodeError):
            raise ConnectError("the host does not resolve") from None
        if host.lower() not in self._allow_hosts and not all(map(is_public, addresses)):
            raise ForbiddenAddress("the host is, or resolves to, an address that is not public")
        return addresses
