"""Experiments: what an experiment is, its customers from any file, and what it says in words and numbers.

One pass of SQL makes the sums of all metrics; `measurement.statistics` does the rest.
"""
