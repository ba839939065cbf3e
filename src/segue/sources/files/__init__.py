"""Files as a source: CSV, JSON lines and Parquet become events by a declared mapping of their columns. Every row is
accounted for: it is an event, or a `DeadRow` that says why not.
"""

from segue.sources.files.mapping import SourceMapping, choose_mapping, parse_mapping
from segue.sources.files.reading import DeadRow, read

__all__ = ["DeadRow", "SourceMapping", "choose_mapping", "parse_mapping", "read"]
