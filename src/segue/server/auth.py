"""Keys: who may do what. A key is 256 random bits, shown once; what is kept is its HMAC and its scopes.

    .segue/secret.key    the workspace's secret, 32 bytes; also signs unsubscribe links
    .segue/keys.json     id, name, scopes, times and HMAC of every key

Both are readable by their owner only. A change by another process (``segue keys revoke``) counts from the next request.
"""

import hmac
import os
import secrets
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Literal, get_args

import msgspec
from msgspec import Struct

from segue.model.errors import SegueError
from segue.model.time import Instant

Scope = Literal["ingest", "decide", "receipts", "read", "manage"]
SCOPES: tuple[Scope, ...] = get_args(Scope)

_PREFIX = "segue_"  # lets secret scanners recognise a key that leaked into a repository
_DOMAIN = b"segue/key/1\x00"  # so that one secret signing other things never signs one of these


class Key(Struct, frozen=True, kw_only=True):
    """What is kept of a key.

    Attributes:
        key_id: public; names the key in lists and for `Keys.revoke`.
        digest: HMAC-SHA256 of the key under the workspace's secret, hexadecimal.
        revoked_at: None while it is valid.
    """

    key_id: str
    name: str
    scopes: tuple[Scope, ...]
    digest: str
    created_at: Instant
    revoked_at: Instant | None = None


class Keys:
    """The keys of one workspace, in its state folder (``.segue``)."""

    def __init__(self, state: Path) -> None:
        self._path = state / "keys.json"
        self._secret = load_secret(state)
        self._keys: tuple[Key, ...] = ()
        self._stamp: tuple[int, int] = (-1, -1)

    @property
    def secret(self) -> bytes:
        """The workspace's secret; each use signs within a domain of its own."""
        return self._secret

    def create(self, scopes: Sequence[Scope], *, now: Instant, name: str = "") -> tuple[str, Key]:
        """Make a key and return its text, which is nowhere kept, with what is kept.

        Raises:
            SegueError: no scope, or one that does not exist.
        """
        if not scopes or not set(scopes) <= set(SCOPES):
            raise SegueError("A key needs scopes that exist.", f"Use one or more of {', '.join(SCOPES)}.")
        text = _PREFIX + secrets.token_urlsafe(32)
        ordered = tuple(scope for scope in SCOPES if scope in scopes)
        key = Key(
            key_id=secrets.token_hex(4), name=name, scopes=ordered, digest=self._digest(text).hex(), created_at=now
        )
        self._write((*self.list(), key))
        return text, key

    def revoke(self, key_id: str, *, now: Instant) -> Key:
        """End a key and return it; ending it again changes nothing.

        Raises:
            SegueError: there is no such key.
        """
        found = next((key for key in self.list() if key.key_id == key_id), None)
        if found is None:
            raise SegueError(f"There is no key {key_id!r}.", "`segue keys list` shows the keys.")
        if found.revoked_at is not None:
            return found
        revoked = msgspec.structs.replace(found, revoked_at=now)
        self._write(tuple(revoked if key is found else key for key in self.list()))
        return revoked

    def list(self) -> tuple[Key, ...]:
        """Return all keys, revoked ones too, oldest first."""
        try:
            status = self._path.stat()
        except FileNotFoundError:
            return ()
        stamp = (status.st_mtime_ns, status.st_ino)
        if stamp != self._stamp:
            self._keys = msgspec.json.decode(self._path.read_bytes(), type=tuple[Key, ...])
            self._stamp = stamp
        return self._keys

    def scopes_of(self, text: str) -> tuple[Scope, ...]:
        """Return what the bearer of ``text`` may do; () when it is no valid key.

        Every key is compared, each in constant time, so that the answer's time says nothing about near misses.
        """
        digest = self._digest(text)
        scopes: tuple[Scope, ...] = ()
        for key in self.list():
            if hmac.compare_digest(bytes.fromhex(key.digest), digest) and key.revoked_at is None:
                scopes = key.scopes
        return scopes

    def _digest(self, text: str) -> bytes:
        return hmac.digest(self._secret, _DOMAIN + text.encode(), sha256)

    def _write(self, keys: tuple[Key, ...]) -> None:
        write_private(self._path, msgspec.json.format(msgspec.json.encode(keys)))
        self._stamp = (-1, -1)


def load_secret(state: Path) -> bytes:
    """Return the workspace's secret; makes one the first time."""
    path = state / "secret.key"
    try:
        secret = path.read_bytes()
    except FileNotFoundError:
        state.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):  # another process was faster; its secret counts
            write_private(path, secrets.token_bytes(32), is_new=True)
        secret = path.read_bytes()
    if len(secret) < 32:
        raise SegueError(f"{path.name} is damaged.", "Restore it from a backup: keys and unsubscribe links need it.")
    return secret


def write_private(path: Path, content: bytes, *, is_new: bool = False) -> None:
    """Write a file that only its owner can read, all of it or nothing.

    Raises:
        FileExistsError: ``is_new`` and it exists.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if is_new:
            os.link(draft, path)
        else:
            os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def presented_key(authorization: str) -> str:
    """Return the key in an Authorization header: Bearer, Basic with the key as user, or Basic with the bare key (a
    client in use does not encode it); "" where there is none.
    """
    kind, _, credentials = authorization.partition(" ")
    credentials = credentials.strip()
    match kind.lower():
        case "bearer":
            return credentials
        case "basic":
            return _basic_user(credentials) or credentials
        case _:
            return ""


def _basic_user(credentials: str) -> str:
    try:
        user, colon, _ = b64decode(credentials, validate=True).decode("ascii").partition(":")
    except (Base64Error, ValueError):
        return ""
    return user if colon else ""
