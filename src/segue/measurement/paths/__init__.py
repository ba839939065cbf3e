"""Paths: the sequences that customers really follow. All DuckDB SQL over (case_id, at, activity)."""

from segue.measurement.paths.cases import Cases, journey_steps, read_cases
from segue.measurement.paths.deviations import detours, shortcuts
from segue.measurement.paths.following import follows, sankey_links, whole_ways
from segue.measurement.paths.funnels import funnel
from segue.measurement.paths.leaving import drop_off

__all__ = [
    "Cases",
    "detours",
    "drop_off",
    "follows",
    "funnel",
    "journey_steps",
    "read_cases",
    "sankey_links",
    "shortcuts",
    "whole_ways",
]
