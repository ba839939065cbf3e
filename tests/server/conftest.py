"""One server for all tests of a file: starting one is the slow part, and customers do not disturb each other."""

from collections.abc import Iterator

import httpx2
import pytest

from tests.server.harness import Served, serving, write_workspace


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(write_workspace(tmp_path_factory.mktemp("shop"))) as running:
        yield running


@pytest.fixture(scope="module")
def http(served: Served) -> Iterator[httpx2.Client]:
    """A client with a key for everything."""
    with httpx2.Client(base_url=served.url, headers={"authorization": f"Bearer {served.key}"}) as client:
        yield client


@pytest.fixture(scope="module")
def stranger(served: Served) -> Iterator[httpx2.Client]:
    """A client without a key."""
    with httpx2.Client(base_url=served.url) as client:
        yield client
