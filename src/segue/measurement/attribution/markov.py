"""Markov removal effects in closed form: exact, without simulation.

Paths are a chain of order 1: start, channels, conversion or none. Removing a channel sends everybody who would come to
it to "none". With N = (I - Q)^-1 of the chain's steps Q between channels, a the share of paths that start in each
channel, and c the share of a channel's steps that convert: n = aN counts visits, n_j / N_jj is the probability of ever
coming to channel j, h = Nc that of converting from it. So removing j loses n_j h_j / N_jj of all conversions, ah.

Source: Anderl, Becker, von Wangenheim and Schumann 2016, Mapping the customer journey; Kemeny and Snell 1960, 3.2
(fundamental matrix).
"""

from typing import TYPE_CHECKING

import numpy as np

from segue.measurement.attribution.paths import Paths
from segue.measurement.attribution.results import ChannelCredit, PathAttribution
from segue.model.errors import SegueError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_START, _CONVERSION, _NONE = "(start)", "(conversion)", "(none)"


def removal_effects(paths: Paths) -> PathAttribution:
    """Return the conversions shared in proportion to the channels' removal effects.

    Money is shared in the same proportion: the chain does not know what a conversion is worth.
    """
    steps = paths.duck.execute(_transitions(paths)).fetchall()
    totals = f"""
        SELECT sum(conversions) FILTER (len(path) > 0), sum(value) FILTER (len(path) > 0),
            sum(conversions) FILTER (len(path) = 0)
        FROM {paths.table}
    """
    conversions, value, without = paths.duck.execute(totals).fetchall()[0]
    if not conversions:
        raise SegueError("No path converts.", "Choose a period with conversions, or an outcome that happened.")
    effects = effects_of([(str(one), str(other), float(count)) for one, other, count in steps])
    whole = sum(effects.values())
    credits = tuple(
        ChannelCredit(
            channel=channel,
            conversions=conversions * effect / whole,
            value=value * effect / whole,
            share=effect / whole,
            removal_effect=effect,
        )
        for channel, effect in sorted(effects.items(), key=lambda item: (-item[1], item[0]))
    )
    return PathAttribution(
        model="markov", formula="path-markov", credits=credits, without_contacts=float(without or 0.0)
    )


def effects_of(steps: list[tuple[str, str, float]]) -> dict[str, float]:
    """Return each channel's removal effect, 0 to 1, from counted steps (from, to, how often).

    ``from`` may be "(start)", ``to`` "(conversion)" or "(none)".
    """
    channels = sorted({one for one, _, _ in steps} - {_START})
    place = {channel: index for index, channel in enumerate(channels)}
    between = np.zeros((len(channels), len(channels)))
    start, convert, leave = np.zeros(len(channels)), np.zeros(len(channels)), np.zeros(len(channels))
    for one, other, count in steps:
        if one == _START:
            start[place[other]] += count
        elif other == _CONVERSION:
            convert[place[one]] += count
        elif other == _NONE:
            leave[place[one]] += count
        else:
            between[place[one], place[other]] += count
    lost = _lost(start, between, convert, leave)
    return dict(zip(channels, lost.tolist(), strict=True))


def _lost(
    start: "NDArray[np.float64]",
    between: "NDArray[np.float64]",
    convert: "NDArray[np.float64]",
    leave: "NDArray[np.float64]",
) -> "NDArray[np.float64]":
    out = between.sum(axis=1) + convert + leave
    fundamental = np.linalg.inv(np.eye(len(out)) - between / out[:, None])
    visits = (start / start.sum()) @ fundamental
    converts = fundamental @ (convert / out)
    lost: NDArray[np.float64] = visits / np.diag(fundamental) * converts / float(visits @ (convert / out))
    return lost


def _transitions(paths: Paths) -> str:
    """Return the query of (from, to, how often) with the paths' two ends."""
    return f"""
        WITH used AS (
            SELECT path, conversions, nulls, conversions + nulls AS weight FROM {paths.table} WHERE len(path) > 0
        ),
        steps AS (
            SELECT unnest(path[:-2]) AS one, unnest(path[2:]) AS other, weight FROM used WHERE len(path) > 1
            UNION ALL SELECT '{_START}', path[1], weight FROM used
            UNION ALL SELECT path[-1], '{_CONVERSION}', conversions FROM used
            UNION ALL SELECT path[-1], '{_NONE}', nulls FROM used
        )
        SELECT one, other, sum(weight) FROM steps GROUP BY one, other HAVING sum(weight) > 0
    """
