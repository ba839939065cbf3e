"""Allocation: the next best action of a whole base at once, under limits that all customers share.

`pose` checks a problem, `allocate` solves it; `streaming.Pacer` keeps to the limits where customers come one by one.
"""

from segue.learning.allocation.allocate import Allocation, allocate
from segue.learning.allocation.problem import Constraint, Problem, pose

__all__ = ["Allocation", "Constraint", "Problem", "allocate", "pose"]
