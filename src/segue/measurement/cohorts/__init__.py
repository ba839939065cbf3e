"""Cohorts and survival: who stays, and how long until something happens, orchestrated against control."""

from segue.measurement.cohorts.survival import RiskTable, kaplan_meier, log_rank, mean_difference, read_times
from segue.measurement.cohorts.tables import cohort_table
from segue.measurement.cohorts.times import times_to

__all__ = ["RiskTable", "cohort_table", "kaplan_meier", "log_rank", "mean_difference", "read_times", "times_to"]
