"""Templates of whole workspaces: `init` makes a folder to start from."""

import shutil
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from pathlib import Path

import segue
from segue.model.errors import WorkspaceError
from segue.workspace.json_schema import write_schemas
from segue.workspace.layout import STATE_FOLDER

_IGNORED = (STATE_FOLDER, "__pycache__")
_GITIGNORE = f"{STATE_FOLDER}/\n"


def templates() -> dict[str, Traversable]:
    """Return the workspaces that can be copied, by name.

    They are the repository's ``examples/``: the wheel carries a copy of them, a checkout is read in place.
    """
    packaged = files("segue.workspace") / "templates"
    checkout = Path(segue.__file__).parents[2] / "examples"
    home: Traversable = packaged if packaged.is_dir() else checkout
    if not home.is_dir():
        return {}
    return {entry.name: entry for entry in home.iterdir() if (entry / "segue.yaml").is_file()}


def init(folder: Path, template: str = "two_channels") -> tuple[Path, ...]:
    """Make a workspace in ``folder`` from ``template`` and return the files written.

    Raises:
        WorkspaceError: the folder already holds something, or there is no such template.
    """
    known = templates()
    if template not in known:
        instruction = f"Use one of: {', '.join(sorted(known))}." if known else "Install Segue from its wheel."
        raise WorkspaceError(f"There is no template {template!r}.", instruction)
    if folder.exists() and any(entry.name != ".git" for entry in folder.iterdir()):
        raise WorkspaceError(f"The folder {folder.name!r} is not empty.", "Name a new folder.")
    with as_file(known[template]) as source:
        shutil.copytree(source, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(*_IGNORED))
    ignore = folder / ".gitignore"
    if not ignore.exists():
        ignore.write_text(_GITIGNORE, encoding="utf-8")
    write_schemas(folder)
    return tuple(sorted(path for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts))
