"""Options that commands share."""

from pathlib import Path
from typing import Annotated, TypeAlias

from cyclopts import Parameter

BROKEN_SPLIT = 4
"""The exit code of a command that would not read an experiment, because its split is broken."""

Flag: TypeAlias = Annotated[bool, Parameter(negative="")]
"""A switch that is off unless it is named; there is no ``--no-...``."""

Folder: TypeAlias = Annotated[Path, Parameter(name="--workspace", help="The workspace.")]
"""By its place or by its name."""
Json: TypeAlias = Annotated[bool, Parameter(negative="", help="Print the result as JSON, and nothing else.")]
