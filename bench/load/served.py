"""A server in a process of its own, as `segue run` starts it: keys, SQLite, uvicorn with uvloop and httptools."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from segue.runtimes.embedded import wall_clock
from segue.server.auth import SCOPES, Keys
from segue.workspace.layout import STATE_FOLDER

PROGRAM = """
import sys
from pathlib import Path
from segue.server.serve import serve
serve(Path(sys.argv[1]), port=0, ready=lambda address, site: print(address, flush=True))
"""


class Address(NamedTuple):
    """Where the server answers, and a key that may do everything."""

    host: str
    port: int
    key: str
    pid: int


def cpu_seconds(pid: int) -> float:
    """Return the CPU time that a process has used so far: the figure to trust on a shared machine."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def served(folder: Path) -> Iterator[Address]:
    """Serve the workspace in ``folder`` until the block ends."""
    key, _ = Keys(folder / STATE_FOLDER).create(SCOPES, now=wall_clock())
    with subprocess.Popen([sys.executable, "-c", PROGRAM, str(folder)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = urlsplit(process.stdout.readline().strip())
        try:
            yield Address(url.hostname or "", url.port or 0, key, process.pid)
        finally:
            process.terminate()
            process.wait(30)
