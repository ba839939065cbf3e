"""Templates of whole workspaces: `init` makes a folder to start from."""

import shutil
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from pathlib import Path

import segue
from segue.model.errors import WorkspaceError
from segue.workspace.json_schema import write_schemas
from segue.workspace.layout import STATE_FOLDER

DEFAULT = "two_channels"
_IGNORED = (STATE_FOLDER, "__pycache__")
_GITIGNORE = f"{STATE_FOLDER}/\n"


def templates() -> dict[str, Traversable]:
    """Return the workspaces that can be copied, by name in order.

    Each is a folder under ``segue/workspace/templates``. The one with real orders is the repository's example: the
    wheel carries a copy of it among the others, a checkout reads it in place.
    """
    packaged = files("segue.workspace") / "templates"
    example = Path(segue.__file__).parents[2] / "examples" / DEFAULT
    entries: list[Traversable] = [*(packaged.iterdir() if packaged.is_dir() else ()), example]
    found = {entry.name: entry for entry in entries if (entry / "segue.yaml").is_file()}
    return dict(sorted(found.items()))


def summary_of(template: Traversable) -> str:
    """Return what a template is about: the title of its README, "" where it has none."""
    readme = template / "README.md"
    if not readme.is_file():
        return ""
    return readme.read_text(encoding="utf-8").partition("\n")[0].removeprefix("#").strip()


def init(folder: Path, template: str = DEFAULT) -> tuple[Path, ...]:
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
