"""Other people's products, measured beside ours in the same run. Each lives in an environment of its own."""

import os
import subprocess
import sys
from glob import glob
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
UV = ROOT / ".tools" / "bin" / "uv"
WHERE_PYTHONS_LIVE = ("~/.pyenv/versions/*/bin/python", "/usr/bin/python3.1*", "/usr/local/bin/python3.1*")


def environment(requirement: str, minor: int) -> Path | None:
    """Return a Python that has ``requirement`` installed; None, with the reason on stderr, where none can be made.

    Args:
        minor: the oldest Python 3 that the peer runs on; the machine's interpreters are searched for one.
    """
    folder = ROOT / ".cache" / "peers" / requirement.replace("==", "-")
    python = folder / "bin" / "python"
    if python.exists():
        return python
    base = _interpreter(minor)
    if base is None or not UV.exists():
        print(f"{requirement} is not measured: it needs Python 3.{minor}, which is not here.", file=sys.stderr)
        return None
    for command in (
        [UV, "venv", "-q", "--python", base, folder],
        [UV, "pip", "install", "-q", "--python", python, requirement],
    ):
        if subprocess.run(command, check=False).returncode:
            print(f"{requirement} is not measured: it could not be installed.", file=sys.stderr)
            return None
    return python


def _interpreter(minor: int) -> str | None:
    if sys.version_info >= (3, minor):
        return sys.executable
    for pattern in WHERE_PYTHONS_LIVE:
        for path in sorted(glob(os.path.expanduser(pattern))):
            asked = [path, "-c", f"import sys; sys.exit(sys.version_info < (3, {minor}))"]
            if subprocess.run(asked, check=False, capture_output=True).returncode == 0:
                return path
    return None
