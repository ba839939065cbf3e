"""Geo tests: what a channel that cannot be withheld from persons brings, from regions with it and without it."""

from segue.measurement.geo.lift import difference_in_differences, time_based_regression
from segue.measurement.geo.markets import Regions, read_regions

__all__ = ["Regions", "difference_in_differences", "read_regions", "time_based_regression"]
