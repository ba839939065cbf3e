"""segue init: make a workspace from a template."""

from pathlib import Path

from segue.cli.console import columns, complain, plural, tell, tell_json
from segue.cli.options import Flag, Json
from segue.testing.scenario import scenario_schema
from segue.workspace import template as templates
from segue.workspace.json_schema import write_schemas


def init(
    folder: Path | None = None,
    /,
    *,
    template: str = templates.DEFAULT,
    list: Flag = False,
    json: Json = False,
) -> int:
    """Make a workspace from a template.

    Parameters
    ----------
    folder
        Where; made if it does not exist, refused if it holds anything.
    template
        Which one to start from.
    list
        Print what there is to start from, and nothing else.
    """
    if list:
        _tell_templates(json)
        return 0
    if folder is None:
        complain("A workspace needs a folder.", "Write `segue init FOLDER`, or `segue init --list`.")
        return 2
    files = [path.relative_to(folder).as_posix() for path in templates.init(folder, template)]
    write_schemas(folder, {"test": scenario_schema()})
    if json:
        tell_json({"folder": str(folder), "template": template, "files": files})
        return 0
    tell(f"Made the workspace {folder} from {template}: {plural(len(files), 'file')}.")
    tell(f"\n  segue check {folder}    find mistakes\n  segue test {folder}     run its scenarios")
    tell(f"  segue dev {folder}      serve it on this machine")
    return 0


def _tell_templates(json: bool) -> None:
    found = {name: templates.summary_of(folder) for name, folder in templates.templates().items()}
    if json:
        tell_json({"templates": found})
        return
    for line in columns([*found.items()]):
        tell(line)
