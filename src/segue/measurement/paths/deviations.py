"""Shortcuts and detours: where cases leave an expected order of steps, and what became of them."""

from segue.measurement.literals import listed
from segue.measurement.paths.cases import Cases
from segue.measurement.paths.results import Detour, Shortcut
from segue.model.errors import SegueError


def shortcuts(cases: Cases, expected: tuple[str, ...]) -> tuple[Shortcut, ...]:
    """Return the jumps over expected steps, most frequent first.

    A jump is the first arrival at a step by a case that had come at most two or more steps less far. ``share`` is of
    all cases that came to the target.
    """
    has_arrived = f"(farthest = {len(expected)})::INTEGER"
    rows = cases.duck.execute(
        f"""
        {_marked(cases, expected)}, arrivals AS (
            SELECT case_id, reached_before, expected_place FROM marked WHERE expected_place > reached_before
        ), ends AS (SELECT case_id, max(expected_place) AS farthest FROM marked GROUP BY case_id)
        SELECT reached_before, expected_place, count(*) AS number,
            count(*) / sum(count(*)) OVER (PARTITION BY expected_place),
            avg({has_arrived}), sum({has_arrived})
        FROM arrivals JOIN ends USING (case_id) GROUP BY reached_before, expected_place
        ORDER BY number DESC, expected_place, reached_before
        """
    ).fetchall()
    by_all_steps = {target: (number, arrived) for before, target, number, _, _, arrived in rows if before == target - 1}
    return tuple(
        Shortcut(
            source=expected[before - 1] if before else "",
            target=expected[target - 1],
            skipped=expected[before : target - 1],
            cases=number,
            share=share,
            arrived=arrived,
            arrived_others=_ratio(by_all_steps.get(target, (0, 0))),
        )
        for before, target, number, share, arrived, _ in rows
        if before < target - 1
    )


def detours(cases: Cases, expected: tuple[str, ...]) -> tuple[Detour, ...]:
    """Return the activities outside the expected order, most cases first.

    These are activities that are no expected step, and expected steps gone back to. Repeating the present step is
    neither. What follows the last expected step is no detour any more.
    """
    rows = cases.duck.execute(
        f"""
        {_marked(cases, expected)}, aside AS (
            SELECT case_id, reached_before, activity, expected_place IS NOT NULL AS is_return, "at", next_gain
            FROM marked WHERE reached_before < {len(expected)}
                AND (expected_place IS NULL OR expected_place < reached_before)
        ), by_case AS (
            SELECT case_id, reached_before, activity, is_return, count(*) AS times, max(next_gain) AS gain,
                min("at") AS begun
            FROM aside GROUP BY ALL
        )
        SELECT reached_before, activity, is_return, count(*) AS number, sum(times),
            avg((gain IS NOT NULL)::INTEGER), median(epoch(gain) - epoch(begun))
        FROM by_case GROUP BY reached_before, activity, is_return ORDER BY number DESC, reached_before, activity
        """
    ).fetchall()
    return tuple(
        Detour(
            after=expected[before - 1] if before else "",
            activity=activity,
            is_return=is_return,
            cases=number,
            times=int(times),
            went_on=went_on,
            median_seconds=seconds,
        )
        for before, activity, is_return, number, times, went_on, seconds in rows
    )


def _marked(cases: Cases, expected: tuple[str, ...]) -> str:
    """Return the WITH clause of ``marked``: events with their expected place (NULL for none), how far their case had
    come before, and when it next came further.
    """
    if len(set(expected)) < max(2, len(expected)):
        raise SegueError("An expected order has two different steps or more.", "Name each step once, in order.")
    return f"""
        WITH placed AS (
            SELECT *, nullif(list_position({listed(expected)}, activity), 0) AS expected_place FROM {cases.table}
        ), farther AS (
            SELECT *, coalesce(max(expected_place) OVER before, 0) AS reached_before FROM placed
            WINDOW before AS (PARTITION BY case_id ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
        ), marked AS (
            SELECT *, min("at") FILTER (expected_place > reached_before) OVER later AS next_gain FROM farther
            WINDOW later AS (PARTITION BY case_id ORDER BY place ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)
        )
    """


def _ratio(pair: tuple[int, int]) -> float:
    number, arrived = pair
    return arrived / number if number else 0.0
