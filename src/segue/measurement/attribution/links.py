"""Sankey links of contact paths: from contact to contact, and where they end: in a conversion or in none."""

from segue.measurement.attribution.paths import Paths
from segue.measurement.paths.results import SankeyLink

CONVERSION, NONE = "(conversion)", "(none)"


def contact_links(paths: Paths, *, steps: int = 6) -> tuple[SankeyLink, ...]:
    """Return the links of the first ``steps`` contacts; ``cases`` are paths. Conversions without contacts have none."""
    rows = paths.duck.execute(
        f"""
        WITH links AS (
            SELECT generate_subscripts(path[2:{steps + 1}], 1) AS place, unnest(path[:-2][:{steps}]) AS source,
                unnest(path[2:{steps + 1}]) AS target, conversions + nulls AS paths
            FROM {paths.table} WHERE len(path) > 1
            UNION ALL
            SELECT len(path), path[-1], '{CONVERSION}', conversions FROM {paths.table} WHERE len(path) <= {steps}
            UNION ALL
            SELECT len(path), path[-1], '{NONE}', nulls FROM {paths.table} WHERE len(path) <= {steps}
        )
        SELECT place, source, target, sum(paths) AS number FROM links WHERE source IS NOT NULL
        GROUP BY place, source, target HAVING number > 0 ORDER BY place, number DESC, source, target
        """
    ).fetchall()
    return tuple(
        SankeyLink(step=place, source=source, target=target, cases=round(number))
        for place, source, target, number in rows
    )
