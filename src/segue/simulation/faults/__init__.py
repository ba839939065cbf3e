"""Deterministic simulation testing: the real embedded runtime in virtual time, while a seed decides what goes wrong.

What has to hold whatever goes wrong is in `segue.simulation.checkers`. To look for seeds in which something does not:
`python -m segue.simulation.faults --seeds 0:200`.
"""
