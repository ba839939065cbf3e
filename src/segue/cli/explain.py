"""segue explain: why this customer got this, or nothing."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from segue.cli.console import columns, paint, tell, tell_json
from segue.cli.funnel import funnel_lines
from segue.cli.lookup import find_customer, last_entry
from segue.cli.options import Json
from segue.cli.reasons import reason_lines
from segue.core.decisioning.explanation import Explanation
from segue.learning.explaining import explain as explain_decision
from segue.model.decisions import Decision
from segue.model.errors import SegueError
from segue.model.ids import CustomerId, DecisionId
from segue.model.time import format_instant
from segue.ports.store import Entry, LedgerRow
from segue.runtimes.embedded.recovery import Worlds
from segue.runtimes.embedded.timeline import read_timeline
from segue.runtimes.lessons import learned_by, restore_learner
from segue.server.decisions import decision_view
from segue.stores.sqlite import SqliteStore
from segue.workspace.layout import STATE_FOLDER

if TYPE_CHECKING:
    from segue.core.decisioning.models.factored import Factored

_FOLDED_AT_MOST = 20_000
"""Entries of a log that is folded anew to explain one decision of it: a few seconds."""


def explain(
    name: Annotated[str, Parameter(help="A decision's id, a customer's id, or an identifier such as user_id:17850.")],
    /,
    *,
    workspace: Annotated[Path, Parameter(help="The workspace.")] = Path(),
    limit: int = 20,
    json: Json = False,
) -> None:
    """Say why a customer got this, or nothing.

    For a decision: what was considered, what lost and for which first reason, how the others scored, what was chosen
    with which probability, and what became of it; which inputs drove the scores, and what would have had to be
    different for another candidate to win. For a customer: the latest events, and the decisions they led to.
    Works beside a running server.

    Parameters
    ----------
    limit
        For a customer: how many events.
    """
    store = SqliteStore(workspace / STATE_FOLDER, is_reader=True)
    try:
        decision = store.decision(DecisionId(name))
        if decision is not None:
            _explain_decision(decision, store.delivery(decision.delivery_id), _why(decision, store), as_json=json)
            return
        customer_id = find_customer(store, name)
        entries = list(read_timeline(store, last_entry(store, customer_id), limit))
    finally:
        store.close()
    if not entries:
        reason = f"There is no decision and no customer {name!r}."
        raise SegueError(reason, "Give an id, or an identifier as KIND:VALUE such as user_id:17850.")
    _explain_customer(customer_id, entries, as_json=json)


def _why(decision: Decision, store: SqliteStore) -> Explanation | None:
    """Return the explanation; None where the store no longer knows the workspace that decided."""
    try:
        world = Worlds(store).of(decision.revision)
    except SegueError:
        return None
    learned, note = _model_of(decision, store) if decision.policy.startswith("bandit") else (None, "")
    return explain_decision(decision, world, learned, note)


def _model_of(decision: Decision, store: SqliteStore) -> "tuple[Factored | None, str]":
    """Return the online model that decided; of a long log the present one, which is quicker and says so."""
    if store.last_seq() <= _FOLDED_AT_MOST:
        return learned_by(store, decision, Worlds(store).of), "as it was then"
    online = restore_learner(store.learned())
    return (online.learned if online is not None else None), "decided; the parts are of the model as of now"


def _explain_decision(
    decision: Decision, delivery: LedgerRow | None, why: Explanation | None, *, as_json: bool
) -> None:
    status = f"{delivery.status}{f' ({delivery.detail})' if delivery.detail else ''}" if delivery else ""
    if as_json:
        told = {"decision": decision_view(decision), "delivery": str(delivery.status) if delivery else None}
        tell_json(told | {"why": why})
        return
    for line in [*funnel_lines(decision, status), *(reason_lines(decision, why) if why is not None else ())]:
        tell(line)


def _explain_customer(customer_id: CustomerId, entries: list[Entry], *, as_json: bool) -> None:
    if as_json:
        decisions = [decision_view(decision) for entry in entries for decision in entry.decisions]
        tell_json({"customer_id": customer_id, "events": [_record(entry) for entry in entries], "decisions": decisions})
        return
    tell(f"Customer {paint(customer_id, 'bold')}, latest first\n")
    rows = [row for entry in entries for row in _rows(entry)]
    for line in columns(rows):
        tell(f"  {line}")
    tell("\n`segue explain ID` with a decision's id shows how it was made.")


def _rows(entry: Entry) -> list[tuple[str, str, str]]:
    rows = [(format_instant(entry.event.at), _event_words(entry), "")]
    for decision in entry.decisions:
        ghost = " (held out, not sent)" if decision.is_ghost else ""
        rows.append(("", f"  {decision.slot}: {decision.chosen}{ghost}", decision.decision_id))
    return rows


def _event_words(entry: Entry) -> str:
    event = entry.event
    kind = str(event.__struct_config__.tag)
    about = getattr(event, "name", "") or getattr(event, "status", "") or getattr(event, "placement", "")
    return f"{kind} {about}".strip()


def _record(entry: Entry) -> dict[str, object]:
    return {
        "seq": entry.seq,
        "at": format_instant(entry.event.at),
        "event": _event_words(entry),
        "decisions": [decision.decision_id for decision in entry.decisions],
    }
