"""Files of events: which of the workspace's sources reads a file, and its rows."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from segue.model.errors import SegueError
from segue.model.events import Incoming
from segue.sources.files import DeadRow, SourceMapping, choose_mapping, parse_mapping, read
from segue.workspace import LoadedWorkspace


class EventFile:
    """A file and the source that reads it; counts its rows while they are read.

    Args:
        source: the source's name; by default the one whose ``files`` match.

    Raises:
        SegueError: there is no such source, or none or several match.
    """

    def __init__(self, loaded: LoadedWorkspace, path: Path, source: str | None = None) -> None:
        self.path = path
        self.source, self.mapping = _source_of(loaded, path, source)
        self.rows = 0
        self.dead: Counter[str] = Counter()

    def read(self) -> Iterator[Incoming | DeadRow]:
        """Yield every row."""
        for row in read(self.path, self.mapping, source=self.source):
            self.rows += 1
            if isinstance(row, DeadRow):
                self.dead[row.reason] += 1
            yield row

    def facts(self) -> Iterator[Incoming]:
        """Yield the rows that are events; the others are only counted."""
        return (row for row in self.read() if isinstance(row, Incoming))


def _source_of(loaded: LoadedWorkspace, path: Path, source: str | None) -> tuple[str, SourceMapping]:
    mappings = {name: parse_mapping(declared, name) for name, declared in loaded.sources.items()}
    if source is None:
        return choose_mapping(mappings, path)
    if source not in mappings:
        known = ", ".join(mappings) or "none yet"
        raise SegueError(f"There is no source {source!r}.", f"Sources of this workspace: {known}.")
    return source, mappings[source]
