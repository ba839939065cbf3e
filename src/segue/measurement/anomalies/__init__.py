"""Anomalies: what is not as it usually is at this time of the week, and what may have caused it."""

from segue.measurement.anomalies.causes import explain, revisions_near
from segue.measurement.anomalies.detecting import detect, score_series
from segue.measurement.anomalies.series import Series, read_series

__all__ = ["Series", "detect", "explain", "read_series", "revisions_near", "score_series"]
