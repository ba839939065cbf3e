"""Attribution: what paths of contacts look like (descriptive), and what channels add (holdouts). Only the second is
caused; the first can be calibrated to it.
"""

from segue.measurement.attribution.calibration import Increment, calibrated, increment_of
from segue.measurement.attribution.choosing import PATH_MODELS, attribute
from segue.measurement.attribution.contribution import contributions
from segue.measurement.attribution.links import contact_links
from segue.measurement.attribution.logged import (
    LOGGED_CONTACTS,
    decided_in_journeys,
    decided_on_channels,
    logged_conversions,
)
from segue.measurement.attribution.paths import Paths, collect_paths, read_paths, summarise, transform

__all__ = [
    "LOGGED_CONTACTS",
    "PATH_MODELS",
    "Increment",
    "Paths",
    "attribute",
    "calibrated",
    "collect_paths",
    "contact_links",
    "contributions",
    "decided_in_journeys",
    "decided_on_channels",
    "increment_of",
    "logged_conversions",
    "read_paths",
    "summarise",
    "transform",
]
