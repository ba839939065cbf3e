"""Held-out customers receive nothing in scope: their winners are ghosts, and only transactional messages reach them."""

from collections.abc import Iterator

from segue.model.assignments import HOLDOUT
from segue.model.commands import Deliver, SyncAudience
from segue.model.decisions import SILENCE
from segue.model.ids import CustomerId
from segue.simulation.checkers.evidence import Evidence, show


def check_holdout(evidence: Evidence) -> Iterator[str]:
    """Yield what was issued for, or handed over to, somebody who was held out when it was decided."""
    group: dict[CustomerId, str] = {}
    merged: dict[CustomerId, CustomerId] = {absorbed: survivor for _, absorbed, survivor in evidence.merges}
    for entry in evidence.entries:
        for decision in entry.decisions:
            customer_id = decision.customer_id
            before = group.get(customer_id)
            if before is not None and before != decision.group and customer_id not in merged.values():
                yield f"entry {entry.seq}: {customer_id} was {before}, and is {decision.group}"
            group[customer_id] = decision.group
            won = decision.chosen != SILENCE and decision.slot.partition(":")[0] in ("message", "audience")
            if decision.group == HOLDOUT and won and not decision.is_ghost and not _is_exempt(evidence, entry.seq):
                yield f"entry {entry.seq}: {decision.chosen} was promised to somebody held out"
    for line in evidence.handed:
        made = evidence.decisions.get(line.command.decision_id)
        if made is not None and (made.is_ghost or made.group == HOLDOUT) and not line.command.is_transactional:
            yield f"handed over to somebody held out: {show([line])}"
    for synced in evidence.synced:
        who = synced.command.customer_id
        is_held_out = group.get(who) == HOLDOUT and who not in merged and who not in merged.values()
        if synced.command.is_member and is_held_out:
            yield f"{who} is held out and joined {synced.command.audience}"


def _is_exempt(evidence: Evidence, seq: int) -> bool:
    """Tell whether all that an entry issued may go to somebody held out: transactional messages, and leaving."""
    commands = evidence.entries[seq - 1].commands
    return all(
        (isinstance(command, Deliver) and command.is_transactional)
        or (isinstance(command, SyncAudience) and not command.is_member)
        for command in commands
    )
