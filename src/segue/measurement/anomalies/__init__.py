"""Anomalies: what is not as it usually is at this time of the week, and what may have caused it."""

from segue.measurement.anomalies.causes import explain, revisions_near
from segue.measurement.anomalies.detecting import detect, score_series
from segue.measurement.anomalies.logged import LOGGED_DECISIONS, LOGGED_ENTRIES, LOGGED_GHOSTS, logged_outcomes
from segue.measurement.anomalies.series import Series, read_rates, read_series

__all__ = [
    "LOGGED_DECISIONS",
    "LOGGED_ENTRIES",
    "LOGGED_GHOSTS",
    "Series",
    "detect",
    "explain",
    "logged_outcomes",
    "read_rates",
    "read_series",
    "revisions_near",
    "score_series",
]
