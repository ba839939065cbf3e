"""Options that commands share."""

from pathlib import Path
from typing import Annotated, TypeAlias

from cyclopts import Parameter

Flag: TypeAlias = Annotated[bool, Parameter(negative="")]
"""A switch that is off unless it is named; there is no ``--no-...``."""

Folder: TypeAlias = Annotated[Path, Parameter(name="--workspace", help="The workspace.")]
"""By its place or by its name."""
Json: TypeAlias = Annotated[bool, Parameter(negative="", help="Print the result as JSON, and nothing else.")]
