"""Start a serving command in a process of its own."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def serving(command: str, folder: Path) -> Iterator[str]:
    """Yield the address of ``segue COMMAND`` on a free port; end it with SIGTERM and require a clean exit."""
    arguments = [sys.executable, "-m", "segue", command, str(folder), "--port", "0", "--json"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines: list[str] = []
        try:
            while not lines or lines[-1].rstrip() != "}":
                line = process.stdout.readline()
                assert line, process.communicate()[1]
                lines.append(line)
            yield json.loads("".join(lines))["address"]
        finally:
            process.terminate()
            _, told = process.communicate(timeout=30)
        assert process.returncode == 0, told
