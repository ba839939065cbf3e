"""Held-out customers receive nothing in scope: their winners are ghosts, and only what obliges reaches them; nor does
anything for somebody else reach their address.
"""

from collections.abc import Iterator

from segue.model.assignments import HOLDOUT
from segue.model.commands import Deliver, SyncAudience
from segue.model.decisions import SILENCE
from segue.model.ids import CustomerId
from segue.simulation.checkers.evidence import Evidence, is_call, show
from segue.simulation.checkers.owners import Owners


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
    yield from _check_addresses(evidence)


def _check_addresses(evidence: Evidence) -> Iterator[str]:
    """Yield what came to an address while somebody who had it was held out of it."""
    owners = Owners(evidence)
    for line in evidence.taken:
        chosen, channel = evidence.chosen(line), line.channel
        if line.command.is_transactional or line.command.category == "mandatory" or is_call(line.command):
            continue
        for who, name in owners.held_out_at(line.command.address, line.since, line.until):
            if _is_meant(evidence, name, channel, chosen.source if chosen is not None else ""):
                yield f"{who} is held out at the address of {show([line])}"
    for synced in (each for each in evidence.synced if each.command.is_member):
        seq, _ = evidence.issued.get(synced.command.delivery_id, (0, None))
        for address in synced.command.identifiers.values():
            for who, name in owners.held_out_at(address, seq - 1, seq):
                if not name or synced.command.channel in evidence.workspace.holdouts[name].channels:
                    yield f"{who} is held out at an address that joined {synced.command.audience}"


def _is_meant(evidence: Evidence, holdout: str, channel: str, source: str) -> bool:
    return not holdout or evidence.workspace.holdouts[holdout].leaves_out(channel, source)


def _is_exempt(evidence: Evidence, seq: int) -> bool:
    """Tell whether all that an entry issued may go to somebody held out: transactional messages, and leaving."""
    commands = evidence.entries[seq - 1].commands
    return all(
        (isinstance(command, Deliver) and command.is_transactional)
        or (isinstance(command, SyncAudience) and not command.is_member)
        for command in commands
    )
