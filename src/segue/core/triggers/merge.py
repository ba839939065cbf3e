"""Merge the watches of two customers that turned out to be one."""

from segue.model.customers import Watches


def merge_watches(ours: Watches, theirs: Watches) -> Watches:
    """Return both customers' watches as one customer's; of one trigger the later watch stays, as when both were one."""
    latest = {watch.trigger: watch for watch in sorted((*ours.absences, *theirs.absences), key=lambda w: w.since)}
    reached = tuple(dict.fromkeys((*ours.reached, *theirs.reached)))
    return Watches(tuple(latest.values()), reached)
