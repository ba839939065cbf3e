"""Triggers: notice that something became true, and remember what has to be watched. One file for each kind.

`compile_triggers` indexes them by event name; `detect` returns those that fire in one transition, and the watches.
"""

from segue.core.triggers.detect import detect, next_due
from segue.core.triggers.firing import Firing
from segue.core.triggers.hidden import hidden_features
from segue.core.triggers.merge import merge_watches
from segue.core.triggers.plan import TriggerPlan, compile_triggers

__all__ = [
    "Firing",
    "TriggerPlan",
    "compile_triggers",
    "detect",
    "hidden_features",
    "merge_watches",
    "next_due",
]
