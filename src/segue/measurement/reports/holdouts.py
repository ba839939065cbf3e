"""The lots of the holdouts of channels and journeys: did each keep the share that was planned when it drew?

Until the first decision that a holdout could keep it has changed nothing for a customer, so whether it kept that one is
its lot and nothing else. Each customer counts once a holdout and epoch, by the revision of that decision. Where another
holdout, which the workspace names before it, kept the decision, its own lot cannot be seen: these are left out, and
lots are drawn apart, so it makes no difference whom they leave.
"""

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from segue.core.expressions.sql_values import quoted
from segue.measurement.experiments.verdicts import percent
from segue.measurement.literals import listed
from segue.measurement.reports.lots import Counts, check_drawn, lots_of
from segue.measurement.reports.period import Lot, Period
from segue.measurement.reports.sections import list_of
from segue.measurement.statistics.split import SplitCheck
from segue.model.assignments import HOLDOUT
from segue.model.workspace import Workspace

KEPT, REACHED = "kept", "reached"


def check_holdouts(period: Period) -> dict[str, SplitCheck]:
    """Return by holdout whether the customers it kept can come from its lot; of those that could keep anybody."""
    lots = lots_of(period)
    checks = {}
    for holdout, drawn in _drawn(period, lots).items():
        shares = {revision: lots[revision].holdouts[holdout].share for revision in drawn}
        plans = {revision: Lot("", {KEPT: share, REACHED: 1.0 - share}) for revision, share in shares.items()}
        checks[holdout] = check_drawn(drawn, plans)
    return checks


def without_broken(workspace: Workspace, checks: Mapping[str, SplitCheck]) -> Workspace:
    """Return the workspace without what lets the channels and journeys of broken holdouts be measured."""
    channels, journeys = broken_channels(workspace, checks), broken_journeys(workspace, checks)
    holdouts = {
        name: replace(
            each,
            channels=tuple(channel for channel in each.channels if channel not in channels),
            journeys=tuple(journey for journey in each.journeys if journey not in journeys),
        )
        for name, each in workspace.holdouts.items()
    }
    return replace(workspace, holdouts=holdouts)


def broken_channels(workspace: Workspace, checks: Mapping[str, SplitCheck]) -> frozenset[str]:
    """Return the channels of broken holdouts, of which nothing is told as caused."""
    return frozenset(each for name in _broken(workspace, checks) for each in workspace.holdouts[name].channels)


def broken_journeys(workspace: Workspace, checks: Mapping[str, SplitCheck]) -> frozenset[str]:
    """Return the journeys of broken holdouts, of which nothing is told as caused."""
    return frozenset(each for name in _broken(workspace, checks) for each in workspace.holdouts[name].journeys)


def holdouts_alarm(workspace: Workspace, checks: Mapping[str, SplitCheck]) -> str:
    """Return what is said of broken holdouts, "" where there is none."""
    return " ".join(_alarm(workspace, name, checks[name]) for name in _broken(workspace, checks))


def holdouts_note(checks: Mapping[str, SplitCheck]) -> str:
    """Return what is said of holdouts that are sound, "" where there is none."""
    sound = [f"{name} p = {check.p:.3g}" for name, check in checks.items() if not check.is_broken]
    formula = next((check.formula for check in checks.values()), "")
    return f"The splits of the holdouts hold: {', '.join(sound)} ({formula})." if sound else ""


def _broken(workspace: Workspace, checks: Mapping[str, SplitCheck]) -> list[str]:
    return [name for name, check in checks.items() if check.is_broken and name in workspace.holdouts]


def _alarm(workspace: Workspace, name: str, check: SplitCheck) -> str:
    total = sum(check.counts.values())
    holdout = workspace.holdouts[name]
    parts = [*holdout.channels, *holdout.journeys]
    return (
        f"The split of the holdout {name} is broken: do not read what {list_of(parts)} "
        f"{'adds' if len(parts) == 1 else 'add'}, it is not told ({percent(check.counts[KEPT] / total)} of {total:,} "
        f"were kept where {percent(check.expected[KEPT])} was planned; chance does that with p = {check.p:.1g})."
    )


def _drawn(period: Period, lots: Mapping[str, Lot]) -> dict[str, Counts]:
    """Return by holdout and revision how many of the period's customers were kept, and how many reached."""
    rows = list(_plans(lots))
    if not rows:
        return {}
    found: dict[str, dict[str, dict[str, int]]] = {}
    for holdout, revision, kept, reached in period.rows(
        f"""
        WITH plans(revision, epoch, holdout, place, channels, journeys) AS (VALUES {", ".join(rows)}), ours AS (
            SELECT coalesce(survivor, customer_id) AS who, decision_id, "at", seq, revision, channel, is_ghost,
                list_filter(
                    from_json(considered, '[{{"key": "VARCHAR", "source": "VARCHAR", "detail": "VARCHAR"}}]'),
                    lambda c: c.key = chosen
                )[1] AS won
            FROM main.decisions LEFT JOIN survivors ON absorbed = customer_id
            WHERE action <> '' AND "group" <> '{HOLDOUT}' AND policy NOT LIKE 'obligation%'
        ), able AS (
            SELECT who, epoch, holdout, decision_id, "at", seq, revision, CASE
                WHEN NOT is_ghost THEN '{REACHED}'
                WHEN won.detail = holdout THEN '{KEPT}'
                WHEN other.place > plans.place THEN '{REACHED}' ELSE '' END AS fate
            FROM ours JOIN plans USING (revision)
                LEFT JOIN (SELECT revision, holdout AS kept_by, place FROM plans) AS other
                ON other.revision = ours.revision AND other.kept_by = won.detail
            WHERE list_contains(channels, channel)
                OR list_contains(journeys, regexp_replace(won.source, '^journey:', ''))
        ), firsts AS (
            SELECT who, epoch, holdout, arg_min(revision, ("at", seq, decision_id)) AS revision,
                arg_min(fate, ("at", seq, decision_id)) AS fate
            FROM able GROUP BY who, epoch, holdout
        ), here AS (
            SELECT who, holdout, arg_min(epoch, ("at", seq)) AS epoch FROM able SEMI JOIN decisions USING (decision_id)
            GROUP BY who, holdout
        )
        SELECT holdout, revision, count(*) FILTER (fate = '{KEPT}'), count(*) FILTER (fate = '{REACHED}')
        FROM firsts JOIN here USING (who, holdout, epoch) WHERE fate <> '' GROUP BY ALL ORDER BY ALL
        """
    ):
        found.setdefault(holdout, {})[revision] = {KEPT: kept, REACHED: reached}
    return dict(found)


def _plans(lots: Mapping[str, Lot]) -> Iterator[str]:
    for revision, lot in lots.items():
        for place, (name, each) in enumerate(lot.holdouts.items()):
            words = f"{quoted(revision)}, {quoted(lot.epoch)}, {quoted(name)}, {place}"
            yield f"({words}, {listed(each.channels)}::VARCHAR[], {listed(each.journeys)}::VARCHAR[])"
