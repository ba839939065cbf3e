"""One writing process per store: a lock that the operating system releases when the process dies, however it dies."""

import os
import sys
from pathlib import Path

from segue.model.errors import StoreError


class ProcessLock:
    """Holds the file ``path`` locked until `release`.

    Raises:
        StoreError: another process (or another store in this one) holds it.
    """

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        try:
            _lock(self._file)
        except OSError:
            os.close(self._file)
            raise StoreError(
                f"Another process works on {path.parent}.",
                "Stop it first; a workspace has one runtime at a time.",
            ) from None
        self._held = True

    def release(self) -> None:
        """Let the next one in; releasing twice is nothing."""
        if self._held:
            self._held = False
            os.close(self._file)


if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> None:
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
