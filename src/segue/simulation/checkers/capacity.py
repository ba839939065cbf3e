"""What all customers share is never exceeded: in each period of a capacity providers took at most its limit.

A message counts in the period in which it was decided: that is when it took its share.
"""

from collections import defaultdict
from collections.abc import Iterator

from segue.model.catalogue import Capacity
from segue.model.time import parse_duration
from segue.simulation.checkers.evidence import Evidence, Handed, show

_ROUNDING = 1e-9


def check_capacities(evidence: Evidence) -> Iterator[str]:
    """Yield the periods in which more was used than there was."""
    for name, capacity in evidence.workspace.capacities.items():
        period = parse_duration(capacity.per)
        used: dict[int, dict[str, Handed]] = defaultdict(dict)
        for line in evidence.taken:
            if line.channel in capacity.channels:
                used[line.command.decided_at // period][line.command.delivery_id] = line
        for lines in used.values():
            if sum(_amount(evidence, capacity, line) for line in lines.values()) > capacity.limit + _ROUNDING:
                yield f"capacity {name!r} exceeded: {show(lines.values())}"


def _amount(evidence: Evidence, capacity: Capacity, line: Handed) -> float:
    if capacity.counts != "cost":
        return 1.0
    action = next(each for each in evidence.workspace.actions if each.action == line.command.action)
    variant = next(each for each in action.variants if each.channel == line.channel)
    return action.cost if variant.cost is None else variant.cost
