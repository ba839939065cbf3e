#!/usr/bin/env python3
"""Everything a developer types, with nothing installed but Python 3.11 to 3.13 and pip.

    python3 dev.py demo [--once]     make what is needed and run the two_channels example on real orders
    python3 dev.py test [ARGS]       format, lint, types, imports, then every test; with ARGS only pytest ARGS
    python3 dev.py check             format, lint, types, imports
    python3 dev.py segue ARGS        the command line, inside the project's environment
    python3 dev.py python ARGS       Python there, such as -m examples.learning_shop.market
    python3 dev.py bench [NAME]      every benchmark, or one: prints a table, writes bench/results/NAME.json
    python3 dev.py torture           properties with many examples under several hash seeds, then the long crash sweep
    python3 dev.py lock              compile requirements/*.txt again from pyproject.toml

The first call installs uv into .tools/ and an environment into .venv/ from lock files with hashes; later calls compare
a stamp and start at once. Nothing else on the machine is touched, but for strace, which `test` installs where it may.
"""

from __future__ import annotations  # an older Python must still get as far as saying so

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
TOOLS = ROOT / ".tools"
VENV = ROOT / ".venv"
STAMP = VENV / "segue-stamp.json"
LOCKS = {"run": ROOT / "requirements" / "run.txt", "dev": ROOT / "requirements" / "dev.txt"}
UV_VERSION = "0.13.9"
PYTHONS = ((3, 11), (3, 13))
BENCHMARKS = (
    "engine",
    "embedded",
    "decide",
    "crash",
    "arbitration",
    "journeys",
    "complete_journey",
    "policies",
    "delay",
    "off_policy",
    "models",
    "allocation",
    "long_term",
    "measure",
    "measure_coverage",
    "measure_anomalies",
    "known_truth",
    "verdicts",
    "what_if",
    "simulate",
)
BIN = "Scripts" if os.name == "nt" else "bin"
PYTHON = VENV / BIN / ("python.exe" if os.name == "nt" else "python")


def main(arguments: list[str]) -> int:
    verbs = {
        "demo": demo,
        "test": test,
        "check": check,
        "segue": segue,
        "python": run_python,
        "bench": bench,
        "torture": torture,
        "lock": lock,
    }
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print((__doc__ or "").strip())
        return 0 if arguments else 2
    verb = verbs.get(arguments[0])
    if verb is None:
        return fail(f"There is no verb {arguments[0]!r}.", "Use one of: {}.".format(", ".join(verbs)), code=2)
    return verb(arguments[1:])


# verbs ----------------------------------------------------------------------------------------------------------------


def demo(arguments: list[str]) -> int:
    sync("run")
    return python("-m", "segue", "demo", *arguments)


def segue(arguments: list[str]) -> int:
    """Run the command line where the caller stands, so that paths mean what they say."""
    sync("run")
    return run([PYTHON, "-m", "segue", *arguments], cwd=Path.cwd())


def run_python(arguments: list[str]) -> int:
    """Run Python with the project on its path, where the caller stands."""
    sync("dev")
    return run([PYTHON, *arguments], environment(PYTHONPATH=str(ROOT)), cwd=Path.cwd())


def test(arguments: list[str]) -> int:
    sync("dev")
    if not arguments and (code := check([])):
        return code
    install_strace()
    spread = [] if arguments else ["-n", str(min(os.cpu_count() or 1, 4)), "--dist", "loadfile"]
    return python("-m", "pytest", *spread, *arguments)


def check(_arguments: list[str]) -> int:
    """Run the four checks side by side; print those that fail, whole."""
    sync("dev")
    commands = {
        "format": ("ruff", "format", "--check", "."),
        "lint": ("ruff", "check", "."),
        "types": ("mypy",),
        "imports": ("lint-imports",),
    }
    running = {
        name: subprocess.Popen(
            [VENV / BIN / command[0], *command[1:]],
            cwd=ROOT,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for name, command in commands.items()
    }
    failed = []
    for name, process in running.items():
        output, _ = process.communicate()
        if process.returncode:
            failed.append(name)
            print("--- {}: {}\n{}".format(name, " ".join(commands[name]), output.rstrip()), flush=True)
    say("check: {}".format("failed: {}".format(", ".join(failed)) if failed else "format, lint, types, imports hold"))
    return 1 if failed else 0


def bench(arguments: list[str]) -> int:
    sync("dev")
    names = arguments[:1] or BENCHMARKS
    if not set(names) <= set(BENCHMARKS):
        return fail(f"There is no benchmark {arguments[0]!r}.", f"Use one of: {', '.join(BENCHMARKS)}.", code=2)
    return max(python("-m", f"bench.{name}", *arguments[1:]) for name in names)


def torture(_arguments: list[str]) -> int:
    """Look for what the short suite is too short to find: ten times the examples, several hash seeds, every kill."""
    sync("dev")
    install_strace()
    for seed in ("0", "1", "4294967295"):
        say(f"torture: properties under PYTHONHASHSEED={seed}")
        code = python("-m", "pytest", "tests/properties", SEGUE_TORTURE="10", PYTHONHASHSEED=seed)
        if code:
            return code
    say("torture: 10,000 simulations in which everything goes wrong")
    if code := python("-m", "segue.simulation.faults", "--seeds", "0:10000"):
        return code
    say("torture: the whole of the real orders, twice")
    if code := python("-m", "pytest", "tests/examples", SEGUE_WHOLE_DATA="1"):
        return code
    return bench(["crash"])


def lock(_arguments: list[str]) -> int:
    uv = ensure_uv()
    for name, path in LOCKS.items():
        group = ("--group", "dev") if name == "dev" else ()
        say(f"locking {path.relative_to(ROOT)}")
        options = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url", "--no-header"]
        code = run([uv, "pip", "compile", "-q", *options, *group, "pyproject.toml", "-o", path])
        if code:
            return code
    return 0


# the environment ------------------------------------------------------------------------------------------------------


def sync(kind: str) -> None:
    """Make .venv hold what requirements/KIND.txt says; `dev` holds all of `run`."""
    wanted = {name: digest(path) for name, path in LOCKS.items()}
    python_version = "{}.{}".format(*sys.version_info[:2])
    stamp = json.loads(STAMP.read_text()) if STAMP.is_file() and PYTHON.exists() else {}
    is_same_python = stamp.get("python") == python_version
    if is_same_python and (stamp.get(kind) == wanted[kind] or stamp.get("dev") == wanted["dev"]):
        return
    uv = ensure_uv()
    if not is_same_python or not PYTHON.exists():
        say(f"making .venv with Python {python_version}")
        must([uv, "venv", "-q", "--clear", "--python", sys.executable, VENV], "The environment could not be made.")
    STAMP.unlink(missing_ok=True)
    say(f"installing what {LOCKS[kind].relative_to(ROOT)} lists")
    must(
        [uv, "pip", "sync", "-q", "--python", PYTHON, "--require-hashes", LOCKS[kind]],
        "The packages could not be installed.",
    )
    find = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = subprocess.run([PYTHON, "-c", find], capture_output=True, text=True, check=True).stdout.strip()
    Path(packages, "segue.pth").write_text("{}\n".format(ROOT / "src"), encoding="utf-8")
    STAMP.write_text(json.dumps({"python": python_version, kind: wanted[kind]}))


def ensure_uv() -> Path:
    """Return uv from .tools, installed there by pip where it is missing or another version."""
    uv = TOOLS / "bin" / ("uv.exe" if os.name == "nt" else "uv")
    if uv.exists() and (TOOLS / f"uv-{UV_VERSION}.dist-info").is_dir():
        return uv
    on_path = shutil.which("uv")
    if quietly([sys.executable, "-m", "pip", "--version"]):
        if on_path:
            return Path(on_path)
        hint = "Install it, for example with: apt-get install python3-pip."
        raise SystemExit(fail(f"{sys.executable} has no pip.", hint, code=3))
    say(f"installing uv {UV_VERSION} into .tools")
    shutil.rmtree(TOOLS, ignore_errors=True)
    options = [
        "--quiet",
        "--disable-pip-version-check",
        "--no-warn-script-location",
        "--root-user-action=ignore",
        "--target",
    ]
    must(
        [sys.executable, "-m", "pip", "install", *options, TOOLS, "uv==" + UV_VERSION],
        "uv could not be installed.",
    )
    return uv


def install_strace() -> None:
    """Install strace for the crash tests where that is allowed; without it they say why they are skipped."""
    if shutil.which("strace") or not sys.platform.startswith("linux"):
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        say("strace is missing: the crash tests are skipped (install it with: apt-get install strace)")
        return
    say("installing strace")
    install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", "strace"]
    if quietly(install):
        quietly(["apt-get", "update", "-q"])
        quietly(install)
    if not shutil.which("strace"):
        say("strace could not be installed: the crash tests are skipped")


# small helpers --------------------------------------------------------------------------------------------------------


def python(*arguments: str, **variables: str) -> int:
    return run([PYTHON, *arguments], environment(**variables))


def run(command: Sequence[str | Path], variables: dict[str, str] | None = None, cwd: Path = ROOT) -> int:
    try:
        return subprocess.call([str(part) for part in command], cwd=cwd, env=variables or environment())
    except KeyboardInterrupt:
        return 130


def quietly(command: Sequence[str]) -> int:
    return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode


def must(command: Sequence[str | Path], reason: str) -> None:
    if run(command):
        hint = "See the lines above; is there a way to the package index? Then run the same command again."
        raise SystemExit(fail(reason, hint, code=3))


def environment(**variables: str) -> dict[str, str]:
    """Return the environment for what we start: never another Python than the machine's."""
    return {**os.environ, "UV_PYTHON_DOWNLOADS": "never", "VIRTUAL_ENV": str(VENV), **variables}


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def say(text: str) -> None:
    print("· " + text, file=sys.stderr, flush=True)


def fail(reason: str, instruction: str, code: int) -> int:
    print(f"dev.py: {reason} {instruction}", file=sys.stderr)
    return code


def use_a_supported_python() -> None:
    """Start again under a supported Python where this is another one."""
    if PYTHONS[0] <= sys.version_info[:2] <= PYTHONS[1]:
        return
    for minor in range(PYTHONS[1][1], PYTHONS[0][1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        if found:
            os.execv(found, [found, *sys.argv])
    supported = "Python {}.{} to {}.{}".format(*PYTHONS[0], *PYTHONS[1])
    raise SystemExit(fail("This is Python {}.{}.".format(*sys.version_info[:2]), "Use " + supported + ".", code=3))


if __name__ == "__main__":
    use_a_supported_python()
    sys.exit(main(sys.argv[1:]))
