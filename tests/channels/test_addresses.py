"""Addresses that must not be connected to, and names that change their mind."""

import socket

import pytest
from httpcore2 import ConnectError
from hypothesis import given
from hypothesis import strategies as st

from segue.channels.addresses import ForbiddenAddress, GuardedBackend, is_public, resolve
from tests.channels.endpoint import Endpoint

PRIVATE = (
    "0.0.0.0",  # noqa: S104 - it is refused
    "127.0.0.1", "127.255.255.254", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255",
    "192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1",
    "203.0.113.1", "192.88.99.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "::", "::1",
    "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1", "100::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "::10.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::808:808", "2002:7f00:1::",
    "2002:a00:1::", "2002:a9fe:a9fe::1", "2001:0:7f00:1::1", "5f00::1",
)  # fmt: skip
PUBLIC = (
    "8.8.8.8", "1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808",
    "2002:808:808::1",
)  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_a_private_address_is_not_public_in_any_disguise(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_public_in_the_same_disguises(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_wrapping_an_ipv4_address_never_changes_the_answer(address: object) -> None:
    assert is_public(str(address)) == is_public(f"::ffff:{address}") == is_public(f"64:ff9b::{address}")


@given(st.text(max_size=30))
def test_what_is_no_address_is_not_public(text: str) -> None:
    assert not is_public(text) or text in PUBLIC


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "2130706433",
        "0x7f.1",
        "0x7f000001",
        "017700000001",
        "127.1",
        "0",
        "①②⑦.0.0.1",
        "[::1]",
        "::1",
    ],
)
async def test_this_machine_is_refused_however_it_is_spelled(host: str) -> None:
    with pytest.raises((ForbiddenAddress, ConnectError)):
        await GuardedBackend((80,)).connect_tcp(host, 80, timeout=2)


async def test_the_system_really_reads_disguised_hosts_as_this_machine() -> None:
    """Why the text of a host is never looked at: without this the test above could pass for another reason."""
    assert await resolve("2130706433", 80) == ["127.0.0.1"]
    assert await resolve("0x7f.1", 80) == ["127.0.0.1"]


async def test_one_private_address_among_public_ones_refuses_the_host() -> None:
    async def mixed(host: str, port: int) -> list[str]:
        return ["93.184.216.34", "10.0.0.1"]

    with pytest.raises(ForbiddenAddress):
        await GuardedBackend((443,), resolver=mixed).connect_tcp("mixed.example", 443)


async def test_a_name_that_rebinds_is_resolved_once_and_connected_to_what_was_looked_at() -> None:
    """The attack answers with a public address first and with this machine the second time."""
    endpoint = Endpoint()
    await endpoint.start()
    answers = iter((["192.0.2.255"], ["127.0.0.1"], ["127.0.0.1"]))
    asked = []

    async def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return next(answers)

    backend = GuardedBackend((endpoint.port,), resolver=rebinding)
    connected_to: list[str] = []

    class Recorder:
        async def connect_tcp(self, host: str, *arguments: object) -> None:
            connected_to.append(host)
            raise ConnectError("nobody there")

    backend._backend = Recorder()  # type: ignore[assignment]
    public = GuardedBackend((endpoint.port,), allow_hosts=("rebinding.example",), resolver=rebinding)
    public._backend = backend._backend
    with pytest.raises(ConnectError):
        await public.connect_tcp("rebinding.example", endpoint.port)
    with pytest.raises(ForbiddenAddress):
        await backend.connect_tcp("rebinding.example", endpoint.port)
    await endpoint.stop()
    assert connected_to == ["192.0.2.255"], "the address that was looked at, never the name"
    assert asked == ["rebinding.example"] * 2, "once for each connection"
    assert endpoint.connections == 0


async def test_only_listed_ports_and_hosts_are_let_through() -> None:
    endpoint = Endpoint()
    await endpoint.start()
    with pytest.raises(ForbiddenAddress, match="port"):
        await GuardedBackend((443,), ("127.0.0.1",)).connect_tcp("127.0.0.1", endpoint.port)
    with pytest.raises(ForbiddenAddress, match="not public"):
        await GuardedBackend((endpoint.port,), ("127.0.0.2",)).connect_tcp("127.0.0.1", endpoint.port)
    stream = await GuardedBackend((endpoint.port,), ("127.0.0.1",)).connect_tcp("127.0.0.1", endpoint.port)
    await stream.aclose()
    await endpoint.stop()


async def test_a_name_that_does_not_resolve_is_a_connection_error() -> None:
    async def nothing(host: str, port: int) -> list[str]:
        raise socket.gaierror

    with pytest.raises(ConnectError):
        await GuardedBackend((443,), resolver=nothing).connect_tcp("nowhere.example", 443)
    with pytest.raises(ForbiddenAddress):
        await GuardedBackend((443,)).connect_unix_socket("/var/run/docker.sock")
