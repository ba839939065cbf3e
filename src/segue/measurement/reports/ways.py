"""The ways that customers take through each journey: as drawn, past it, beside it, and where they leave."""

from msgspec import Struct

from segue.measurement.drawing import Ribbon, sankey
from segue.measurement.paths import detours, drop_off, journey_steps, read_cases, sankey_links, shortcuts, whole_ways
from segue.measurement.paths.results import Detour, DropOff, SankeyLink, Shortcut, WholeWay
from segue.measurement.reports.period import Period
from segue.measurement.reports.sections import Section, Table, percent

QUIET_DAYS = 14.0
"""Whoever has not moved for so long counts as gone."""

SHOWN = 8


class JourneyWays(Struct, frozen=True, kw_only=True):
    """What runs of one journey did."""

    journey: str
    links: tuple[SankeyLink, ...]
    ways: tuple[WholeWay, ...]
    shortcuts: tuple[Shortcut, ...]
    detours: tuple[Detour, ...]
    drop_off: DropOff


def ways_section(period: Period) -> Section | None:
    """Return the ways through every journey that somebody went into; None where nobody did."""
    there = {name for (name,) in period.rows("SELECT DISTINCT journey FROM steps WHERE to_step <> ''")}
    journeys = [journey for journey in period.workspace.journeys if journey.journey in there]
    found = []
    for journey in journeys:
        cases = read_cases(period.duck, journey_steps(journey.journey))
        expected = tuple(step.id for step in journey.steps)
        in_order = len(expected) > 1
        found.append(
            JourneyWays(
                journey=journey.journey,
                links=sankey_links(cases),
                ways=whole_ways(cases, limit=SHOWN),
                shortcuts=shortcuts(cases, expected) if in_order else (),
                detours=detours(cases, expected) if in_order else (),
                drop_off=drop_off(cases, expected[-1:], now=period.end, quiet_days=QUIET_DAYS),
            )
        )
    if not found:
        return None
    return Section(
        name="ways",
        title="The ways customers take",
        lead=" ".join(_sentence(each) for each in found),
        tables=tuple(table for each in found for table in _tables(each)),
        notes=(
            "Steps in the order of the journey's file are what is expected. Customers choose their ways, so nothing "
            f"here says what a step causes. Whoever has not moved for {QUIET_DAYS:g} days counts as gone.",
        ),
        data=tuple(found),
        drawings=tuple(
            sankey(
                [
                    Ribbon(step=link.step, source=link.source, target=link.target, amount=link.cases)
                    for link in each.links
                ],
                title=f"Ways through {each.journey}",
            )
            for each in found
            if each.links
        ),
    )


def _sentence(each: JourneyWays) -> str:
    way = each.ways[0]
    return f"{each.journey}: {each.drop_off.cases:,} runs; {percent(way.share)} went {' > '.join(way.activities)}."


def _tables(each: JourneyWays) -> list[Table]:
    ways = [(" > ".join(way.activities), f"{way.cases:,}", percent(way.share)) for way in each.ways]
    tables = [
        Table(head=("way", "runs", "share"), rows=tuple(ways), right=(1, 2), caption=f"{each.journey}: whole ways")
    ]
    left = [
        (where.activity, f"{where.cases:,}", f"{where.left:,}", percent(where.share))
        for where in each.drop_off.by_activity
    ]
    if left:
        head = ("step", "runs", "ended there", "share")
        tables.append(
            Table(head=head, rows=tuple(left[:SHOWN]), right=(1, 2, 3), caption=f"{each.journey}: where they leave")
        )
    aside = [
        (f"past {', '.join(jump.skipped)} to {jump.target}", f"{jump.cases:,}", percent(jump.share))
        for jump in each.shortcuts
    ]
    aside += [
        (
            f"{'back to' if way.is_return else 'aside to'} {way.activity}",
            f"{way.cases:,}",
            f"{percent(way.went_on)} went on",
        )
        for way in each.detours
    ]
    if aside:
        caption = f"{each.journey}: shortcuts and detours"
        tables.append(Table(head=("way", "runs", ""), rows=tuple(aside[:SHOWN]), right=(1,), caption=caption))
    return tables
