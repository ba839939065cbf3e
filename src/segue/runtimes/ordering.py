"""Ordering: facts of a file in the order in which they happened, whatever their number."""

from collections.abc import Callable, Iterable, Iterator
from heapq import merge
from itertools import islice
from tempfile import TemporaryFile
from typing import IO

from msgspec import msgpack

from segue.model.events import Incoming
from segue.model.ids import derive
from segue.model.time import Instant

CHUNK = 50_000

_encode = msgpack.Encoder().encode
_decode = msgpack.Decoder(Incoming).decode


def order_key(incoming: Incoming) -> tuple[Instant, str]:
    """Return what facts are ordered by: the instant, then a hash of the id, so that no source comes first by its name.

    >>> order_key(Incoming(identifiers=(), event=None, event_id="m1", at=5))
    (5, 'ab4822cda379bf30')
    """
    return incoming.at, derive("order", incoming.event_id, size=8)


def in_order(
    incoming: Iterable[Incoming], *, chunk: int = CHUNK, progress: Callable[[int], None] | None = None
) -> Iterator[Incoming]:
    """Yield facts by `order_key`. At most ``chunk`` of them are in memory; more are sorted on disk.

    Args:
        progress: told how many were read so far.
    """
    source = iter(incoming)
    runs: list[Iterable[Incoming]] = []
    read = 0
    while some := sorted(islice(source, chunk), key=order_key):
        read += len(some)
        if progress is not None:
            progress(read)
        if len(some) < chunk:
            runs.append(some)
            break
        runs.append(_spilled(some))
    return merge(*runs, key=order_key)


def _spilled(some: list[Incoming]) -> Iterator[Incoming]:
    file = TemporaryFile()  # noqa: SIM115 - closed by the reader at its end
    for incoming in some:
        encoded = _encode(incoming)
        file.write(len(encoded).to_bytes(4, "big") + encoded)
    file.seek(0)
    return _read(file)


def _read(file: IO[bytes]) -> Iterator[Incoming]:
    with file:
        while size := file.read(4):
            yield _decode(file.read(int.from_bytes(size, "big")))
