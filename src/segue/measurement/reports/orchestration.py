"""Orchestration figures: how much is sent, by how many channels, how journeys end, and who has had enough."""

from msgspec import Struct

from segue.measurement.literals import timestamp
from segue.measurement.reports.effects import ASSIGNED
from segue.measurement.reports.period import Period
from segue.measurement.reports.sections import Section, Table, amount, percent

SHOWN = 12


class GroupPressure(Struct, frozen=True, kw_only=True):
    """How customers of one group were treated after their first decision.

    Attributes:
        messages: contacts for a customer in a week.
        channels: different ones a contacted customer heard from (cross-channel depth).
        silent: share of decisions that chose silence.
        opt_outs: per 1,000 contacts.
        withdrew: share of customers who withdrew a consent.
    """

    group: str
    customers: int
    messages: float
    channels: float
    silent: float
    opt_outs: float | None
    withdrew: float


class JourneyEnds(Struct, frozen=True, kw_only=True):
    """How runs of one journey ended: ``reached`` its goal or its end; ``out`` for another reason; still under way."""

    journey: str
    entered: int
    reached: int
    out: int
    under_way: int
    most_common: str


class Suppressions(Struct, frozen=True, kw_only=True):
    """How often candidates lost for one reason first."""

    reason: str
    times: int
    share: float


class Orchestration(Struct, frozen=True, kw_only=True):
    """All of it."""

    groups: tuple[GroupPressure, ...]
    journeys: tuple[JourneyEnds, ...]
    suppressed: tuple[Suppressions, ...]


_GROUPS = """
WITH assigned AS (SELECT * FROM {assigned}), contacts AS (
    SELECT customer_id, count(*) AS contacts, count(DISTINCT channel) AS channels
    FROM decisions WHERE action <> '' AND NOT is_ghost AND slot NOT LIKE 'placement:%' AND slot NOT LIKE 'choose:%'
    GROUP BY ALL
), choices AS (
    SELECT customer_id, count(*) AS decisions, count(*) FILTER (chosen = 'silence') AS silent
    FROM decisions WHERE slot NOT LIKE 'choose:%' GROUP BY ALL
), withdrawn AS (
    SELECT customer_id, count(*) AS opt_outs FROM events
    WHERE kind = 'consent_changed' AND NOT json_extract(body, '/granted')::BOOLEAN GROUP BY ALL
)
SELECT arm, count(*),
    coalesce(sum(contacts), 0) / greatest(sum(epoch({end}) - epoch("at")) / 604800.0, 1e-9),
    coalesce(avg(channels), 0.0), coalesce(sum(silent) / nullif(sum(decisions), 0), 0.0),
    1000.0 * coalesce(sum(opt_outs), 0) / nullif(sum(contacts), 0), avg((coalesce(opt_outs, 0) > 0)::INT)
FROM assigned LEFT JOIN contacts USING (customer_id) LEFT JOIN choices USING (customer_id)
    LEFT JOIN withdrawn USING (customer_id)
GROUP BY arm ORDER BY arm
"""

_JOURNEYS = """
WITH runs AS (
    SELECT journey, run_id, arg_max(how, seq) AS last_how, arg_max(detail, seq) AS last_detail,
        bool_or(how = 'entered') AS is_new, arg_max(to_step, seq) AS last_to
    FROM steps GROUP BY journey, run_id
)
SELECT journey, count(*) FILTER (is_new), count(*) FILTER (is_new AND last_to = '' AND last_detail IN ('goal', 'done')),
    count(*) FILTER (is_new AND last_to = '' AND last_detail NOT IN ('goal', 'done')),
    count(*) FILTER (is_new AND last_to <> ''), coalesce(mode(last_detail) FILTER (last_to = ''), '')
FROM runs GROUP BY journey HAVING count(*) FILTER (is_new) > 0 ORDER BY journey
"""

_SUPPRESSED = """
WITH lost AS (
    SELECT unnest(
        from_json(considered, '[{"key": "VARCHAR", "suppressed": "VARCHAR", "until": "BIGINT"}]')
    ) AS candidate FROM decisions
)
SELECT candidate.suppressed AS reason, count(*) AS times, count(*) / sum(count(*)) OVER ()
FROM lost WHERE candidate.suppressed IS NOT NULL AND candidate.until = 0 AND candidate.key <> 'silence'
GROUP BY reason ORDER BY times DESC, reason
"""


def orchestration_section(period: Period) -> Section | None:
    """Return orchestration figures; None where nothing was decided."""
    groups = tuple(
        GroupPressure(**dict(zip(GroupPressure.__struct_fields__, row, strict=True)))
        for row in period.rows(_GROUPS.format(assigned=ASSIGNED, end=timestamp(period.end)))
    )
    if not groups:
        return None
    journeys = tuple(
        JourneyEnds(**dict(zip(JourneyEnds.__struct_fields__, row, strict=True))) for row in period.rows(_JOURNEYS)
    )
    suppressed = tuple(
        Suppressions(**dict(zip(Suppressions.__struct_fields__, row, strict=True))) for row in period.rows(_SUPPRESSED)
    )
    found = Orchestration(groups=groups, journeys=journeys, suppressed=suppressed)
    return Section(
        name="orchestration",
        title="How customers were treated",
        lead=" ".join(f"{each.group}: {amount(each.messages)} messages a week." for each in groups),
        tables=tuple(_tables(found)),
        notes=("Messages are decisions that were carried out; a channel's failures are in segue doctor.",),
        data=found,
    )


def _tables(found: Orchestration) -> list[Table]:
    tables = [_treatment(found.groups)]
    if found.journeys:
        tables.append(_ends(found.journeys))
    if found.suppressed:
        rows = tuple((each.reason, f"{each.times:,}", percent(each.share)) for each in found.suppressed[:SHOWN])
        caption = "Why candidates lost"
        tables.append(Table(head=("reason", "times", "share"), rows=rows, right=(1, 2), caption=caption))
    return tables


def _treatment(groups: tuple[GroupPressure, ...]) -> Table:
    return Table(
        head=("group", "customers", "messages a week", "channels", "silent", "opt-outs per 1,000", "withdrew"),
        rows=tuple(
            (
                each.group,
                f"{each.customers:,}",
                amount(each.messages),
                amount(each.channels),
                percent(each.silent),
                amount(each.opt_outs),
                percent(each.withdrew),
            )
            for each in groups
        ),
        right=tuple(range(1, 7)),
    )


def _ends(journeys: tuple[JourneyEnds, ...]) -> Table:
    rows = [
        (
            each.journey,
            f"{each.entered:,}",
            f"{each.reached:,}",
            f"{each.out:,}",
            f"{each.under_way:,}",
            each.most_common,
        )
        for each in journeys
    ]
    head = ("journey", "entered", "came to the end or goal", "left before", "under way", "most common end")
    return Table(head=head, rows=tuple(rows), right=(1, 2, 3, 4), caption="How runs end")
