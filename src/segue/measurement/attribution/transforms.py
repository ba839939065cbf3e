"""Transforms of paths, as DuckDB expressions of the list ``path``: the ones that fractional attribution knows."""

_FIRST = "list_filter(path, lambda c, i: list_position(path, c) = i)"

TRANSFORMS: dict[str, str] = {
    "unique": "path",
    "exposure": "list_filter(path, lambda c, i: i = 1 OR c <> path[i - 1])",
    "first": _FIRST,
    "frequency": f"list_transform({_FIRST}, lambda c: c || '(' || len(list_filter(path, lambda d: d = c)) || ')')",
    "remove_if_not_all": (
        "CASE WHEN len(list_filter(path, lambda c: c <> $argument)) = 0 THEN path"
        " ELSE list_filter(path, lambda c: c <> $argument) END"
    ),
    "remove_if_last_and_not_all": (
        "CASE WHEN len(list_filter(path, lambda c: c <> $argument)) = 0 THEN path"
        " ELSE list_filter(path, lambda c, i: len(list_filter(path[i:], lambda d: d <> $argument)) > 0) END"
    ),
    "trim_long": "CASE WHEN $argument::INTEGER = 0 THEN path ELSE path[-($argument::INTEGER):] END",
}
"""By name; ``$argument`` is what the transform takes: a channel, or for ``trim_long`` the contacts to keep (0 = all).

``unique`` keeps all, ``exposure`` one of each run of equals, ``first`` the first of each channel, ``frequency`` the
same with its number; the two ``remove`` take a channel out of paths that have others too, everywhere or at the end.
"""
