"""Export in a process of its own: ``python -m segue.runtimes.export STORE_FOLDER SEGMENTS_FOLDER``.

Turning entries into Parquet is seconds of Python at a time; in a thread of the server each of those seconds would be
taken from the answers. Here it costs the server nothing but a place on another core.
"""

import asyncio
import os
import sys
from pathlib import Path

from segue.measurement.segments import Segments
from segue.model.errors import StoreError
from segue.stores.sqlite import SqliteStore
from segue.stores.sqlite.lock import ProcessLock

LOCK = "export.lock"
_NICENESS = 10


def export(store_folder: Path, segments_folder: Path) -> int:
    """Write what the store in ``store_folder`` holds and no segment does yet; return the last entry covered.

    A runtime may be working on the store meanwhile. What a killed runtime's export left running holds the lock, so two
    never write at once.

    Raises:
        StoreError: there is no store, it is damaged, or another export is at work.
    """
    segments_folder.mkdir(parents=True, exist_ok=True)
    lock = ProcessLock(segments_folder / LOCK)
    try:
        store = SqliteStore(store_folder, is_reader=True)
        try:
            return Segments(store, segments_folder).write()
        finally:
            store.close()
    finally:
        lock.release()


async def export_apart(store_folder: Path, segments_folder: Path) -> None:
    """Run `export` in a child process and wait for it; when cancelled, kill it, which leaves no half segment.

    Raises:
        StoreError: the child failed; it says with what kind of error, never with whose data.
    """
    program = (sys.executable, "-P", "-m", "segue.runtimes.export", str(store_folder), str(segments_folder))
    child = await asyncio.create_subprocess_exec(
        *program,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for the runtime, which then asks for the last export
    )
    try:
        _, complaint = await child.communicate()
    except BaseException:
        if child.returncode is None:
            child.kill()
            await child.wait()
        raise
    if child.returncode:
        reason = complaint.decode(errors="replace").strip().rpartition("\n")[2] or f"code {child.returncode}"
        raise StoreError(f"The export process ended with {reason}.", "The next one takes over where it stopped.")


def main(arguments: list[str]) -> int:
    """Export, out of everybody's way; return the exit code."""
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    try:
        export(*map(Path, arguments))
    except Exception as error:
        sys.stderr.write(f"{type(error).__name__}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
