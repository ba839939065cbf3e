"""What the kinds of `segue fit` share: options, and the file of a model trained on a table."""

from pathlib import Path
from typing import Annotated, Any, TypeAlias

import msgspec
import numpy as np
import numpy.typing as npt
from cyclopts import Parameter
from msgspec import Struct

from segue.cli.console import tell, tell_json
from segue.learning.encoding import Encoding
from segue.learning.tables import Columns
from segue.model.errors import SegueError
from segue.model.snapshots import ModelBody, ModelSnapshot, version_of
from segue.model.time import Instant

Table: TypeAlias = Annotated[Path, Parameter(help="A CSV or Parquet file.")]
Drop: TypeAlias = Annotated[
    tuple[str, ...], Parameter(help="Columns that the model must not see.", consume_multiple=True, negative="")
]
Out: TypeAlias = Annotated[Path | None, Parameter(help="Write the model to this JSON file.")]
Other: TypeAlias = Annotated[Path | None, Parameter(help="Judge on this table too; nothing is learnt from it.")]


class TrainedOnTable(Struct, frozen=True):
    """A model, and how rows of its kind of table become its inputs."""

    snapshot: ModelSnapshot
    encoding: Encoding


def snapshot_of(kind: str, body: ModelBody, rows: int, metrics: dict[str, float]) -> ModelSnapshot:
    """Return a model trained on a table, whose rows have no times of their own."""
    return ModelSnapshot(
        kind=kind,
        version=version_of(body),
        trained_from=Instant(0),
        trained_to=Instant(0),
        rows=rows,
        metrics=metrics,
        body=body,
    )


def write_model(out: Path | None, model: object) -> None:
    """Write ``model`` to ``out`` as JSON, where it is named; arrays are base64.

    Raises:
        SegueError: the file cannot be written.
    """
    if out is None:
        return
    try:
        out.write_bytes(msgspec.json.encode(model))
    except OSError as error:
        raise SegueError(f"{out} cannot be written: {error.strerror}.", "Name another file.") from error


def tell_fitted(result: object, lines: list[str], as_json: bool) -> None:
    """Print the result as JSON, or as lines for people."""
    if as_json:
        tell_json(result)
        return
    for line in lines:
        tell(line)


def column(columns: Columns, name: str) -> npt.NDArray[Any]:
    """Return a column.

    Raises:
        SegueError: there is none of that name.
    """
    if name not in columns:
        raise SegueError(f"There is no column {name!r}.", f"There are {', '.join(columns)}.")
    return np.asarray(columns[name])
