"""The lot of the standing groups: did customers come to them in the shares that were planned when they were drawn?

A workspace may be published with other shares, and a new epoch draws anew. So each customer counts for the revision of
their first decision in the epoch, and for the shares of then. The evidence of several revisions is one product: the
e-processes of different customers are independent.
"""

from collections.abc import Mapping
from math import exp

from segue.core.expressions.sql_values import quoted
from segue.measurement.reports.period import Lot, Period
from segue.measurement.statistics.formulas import SPLIT_E_PROCESS
from segue.measurement.statistics.split import SplitCheck, log_split_evidence
from segue.model.assignments import AGENT
from segue.model.workspace import Workspace

Counts = Mapping[str, Mapping[str, int]]


def lot_of(workspace: Workspace) -> Lot:
    """Return the epoch, the planned shares (the agent's with them) and the holdouts of a revision."""
    shares = {group: share for group, share in workspace.groups.items() if share > 0.0}
    rest = 1.0 - sum(shares.values())
    return Lot(workspace.epoch, shares | ({AGENT: rest} if rest > 1e-9 else {}), dict(workspace.holdouts))


def lots_of(period: Period) -> dict[str, Lot]:
    """Return the lots of all revisions of the log; of those that nobody knows, that of the period's workspace."""
    if period.lots:
        return dict(period.lots)
    known = period.rows("SELECT DISTINCT revision FROM main.decisions ORDER BY revision")
    return {str(revision): lot_of(period.workspace) for (revision,) in known}


def check_lots(period: Period) -> SplitCheck | None:
    """Return whether the groups of the period's customers can come from the lots; None where there was one group only.

    Groups that no plan tells of are left out, and customers of revisions that nobody knows.
    """
    lots = lots_of(period)
    drawn = {name: counts for name, counts in _drawn(period, lots).items() if len(lots[name].shares) > 1}
    return check_drawn(drawn, lots) if drawn else None


def check_drawn(drawn: Counts, lots: Mapping[str, Lot]) -> SplitCheck:
    """Return the check over revisions: ``drawn`` are the customers by revision and group."""
    evidence, counts, expected, total = 0.0, dict[str, int](), dict[str, float](), 0
    for revision, seen in drawn.items():
        shares = lots[revision].shares
        evidence += log_split_evidence([seen.get(group, 0) for group in shares], list(shares.values()))
        size = sum(seen.get(group, 0) for group in shares)
        total += size
        for group, share in shares.items():
            counts[group] = counts.get(group, 0) + seen.get(group, 0)
            expected[group] = expected.get(group, 0.0) + share * size
    return SplitCheck(
        counts,
        {group: share / max(total, 1) for group, share in expected.items()},
        exp(-max(evidence, 0.0)),
        SPLIT_E_PROCESS,
    )


def _drawn(period: Period, lots: Mapping[str, Lot]) -> Counts:
    """Return by revision and group how many of the period's customers were drawn."""
    named = ", ".join(f"({quoted(revision)}, {quoted(lot.epoch)})" for revision, lot in lots.items())
    rows = period.rows(
        f"""
        WITH lots(revision, epoch) AS (VALUES {named}), weighed AS (
            SELECT coalesce(survivor, customer_id) AS who, "at", revision, epoch, "group"
            FROM main.decisions JOIN lots USING (revision) LEFT JOIN survivors ON absorbed = customer_id
            WHERE policy NOT LIKE 'obligation%'
        ), firsts AS (
            SELECT who, epoch, arg_min(revision, "at") AS revision, arg_min("group", "at") AS grp
            FROM weighed GROUP BY who, epoch
        ), here AS (
            SELECT customer_id AS who, arg_min(epoch, "at") AS epoch
            FROM decisions JOIN lots USING (revision) WHERE policy NOT LIKE 'obligation%' GROUP BY customer_id
        )
        SELECT revision, grp, count(*) FROM firsts JOIN here USING (who, epoch) GROUP BY ALL ORDER BY ALL
        """
    )
    found: dict[str, dict[str, int]] = {}
    for revision, group, count in rows:
        found.setdefault(revision, {})[group] = count
    return found
