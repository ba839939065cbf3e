"""Path models that share each conversion by where contacts stand: first, last, linear, Shapley, position, time decay.

With the usual game of a set of channels, v(S) = conversions of the paths that use only channels of S, each path is a
unanimity game of its distinct channels. So the exact Shapley value is: a conversion in equal parts to the distinct
channels of its path. No enumeration of coalitions is needed.
"""

from segue.measurement.attribution.paths import Paths
from segue.measurement.attribution.results import ChannelCredit, PathAttribution
from segue.model.errors import SegueError

_WEIGHTS: dict[str, str] = {
    "first": "(place = 1)::DOUBLE",
    "last": "(place = length)::DOUBLE",
    "linear": "1.0 / length",
    "shapley": "1.0 / (kinds * repeats)",
    "position": (
        "CASE WHEN length = 1 THEN 1.0 WHEN length = 2 THEN 0.5"
        " WHEN place IN (1, length) THEN $ends ELSE (1.0 - 2.0 * $ends) / (length - 2) END"
    ),
    "time_decay": "decayed / decay_sum",
}
SHARING_MODELS = tuple(_WEIGHTS)
"""The models that `share_conversions` knows."""


def share_conversions(paths: Paths, model: str, *, half_life_days: float = 7.0, ends: float = 0.4) -> PathAttribution:
    """Return the credits of ``model``, one of `SHARING_MODELS`, sorted by conversions.

    ``half_life_days`` is time decay's: a contact that much older counts half. ``ends`` is position's: what the first
    and the last contact get each; the others share the rest.

    share_conversions(paths, "linear").conversions()
    """
    if model not in _WEIGHTS:
        raise SegueError(f"There is no path model {model!r}.", f"The models are {', '.join(_WEIGHTS)}.")
    if model == "time_decay" and not paths.has_times:
        raise SegueError("These paths have no times.", "Collect them from contacts and conversions, or use 'position'.")
    rows = paths.duck.execute(_query(paths, model, half_life_days, ends)).fetchall()
    (without,) = paths.duck.execute(f"SELECT sum(conversions) FROM {paths.table} WHERE len(path) = 0").fetchall()[0]
    return PathAttribution(
        model=model,
        formula=f"path-{model.replace('_', '-')}",
        credits=credits_of(rows),
        without_contacts=without or 0.0,
    )


def credits_of(rows: list[tuple[str, float, float]]) -> tuple[ChannelCredit, ...]:
    """Return the credits of (channel, conversions, value), most conversions first."""
    total = sum(conversions for _, conversions, _ in rows) or 1.0
    return tuple(
        ChannelCredit(channel=channel, conversions=conversions, value=value, share=conversions / total)
        for channel, conversions, value in sorted(rows, key=lambda row: (-row[1], row[0]))
    )


def _query(paths: Paths, model: str, half_life_days: float, ends: float) -> str:
    """Return the query of (channel, conversions, value): two levels, of only what the model needs."""
    needs = {
        "shapley": ", len(list_distinct(path)) AS kinds",
        "time_decay": f", list_sum(list_transform(ages, lambda a: pow(0.5, a / {half_life_days}))) AS decay_sum, ages",
    }.get(model, "")
    more = {
        "shapley": ", count(*) OVER (PARTITION BY path_id, channel) AS repeats",
        "time_decay": f", pow(0.5, ages[place] / {half_life_days}) AS decayed",
    }.get(model, "")
    weight = _WEIGHTS[model].replace("$ends", repr(ends))
    return f"""
        WITH placed AS (
            SELECT row_number() OVER () AS path_id, unnest(path) AS channel, generate_subscripts(path, 1) AS place,
                len(path) AS length, conversions, value{needs}
            FROM {paths.table} WHERE conversions > 0 OR value <> 0
        ), weighed AS (SELECT *{more} FROM placed)
        SELECT channel, sum(conversions * ({weight})) AS conversions, sum(value * ({weight})) AS value
        FROM weighed GROUP BY channel
    """
