"""segue init: make a workspace from a template."""

from pathlib import Path

from segue.cli.console import plural, tell, tell_json
from segue.cli.options import Json
from segue.testing.scenario import scenario_schema
from segue.workspace import template as templates
from segue.workspace.json_schema import write_schemas


def init(
    folder: Path,
    /,
    *,
    template: str = "two_channels",
    json: Json = False,
) -> None:
    """Make a workspace from a template.

    Parameters
    ----------
    folder
        Where; made if it does not exist, refused if it holds anything.
    template
        Which example to start from.
    """
    files = [path.relative_to(folder).as_posix() for path in templates.init(folder, template)]
    write_schemas(folder, {"test": scenario_schema()})
    if json:
        tell_json({"folder": str(folder), "template": template, "files": files})
        return
    tell(f"Made the workspace {folder} from {template}: {plural(len(files), 'file')}.")
    tell(f"\n  segue check {folder}    find mistakes\n  segue test {folder}     run its scenarios")
    tell(f"  segue dev {folder}      serve it on this machine")
