"""The counterfactual path model, which fractribution calls Shapley: a path's rate less its rate without one contact.

A conversion is shared among the contacts of its path in proportion to max(0, rate(path) - rate(path without the
contact)), a rate being conversions / (conversions + nulls) of exactly that path, 0 where nobody took it. Where no
contact has a difference, the last one gets it. Source: Google, fractribution (2019).
"""

from segue.measurement.attribution.paths import Paths, summarise
from segue.measurement.attribution.results import PathAttribution
from segue.measurement.attribution.sharing import credits_of

_Path = tuple[str, ...]


def counterfactual_shares(paths: Paths) -> PathAttribution:
    """Return the credits of the counterfactual model, most conversions first."""
    table = summarise(paths).table
    rows = paths.duck.execute(f"SELECT path, conversions, value, nulls FROM {table}").fetchall()
    rates = {tuple(path): conversions / (conversions + nulls or 1.0) for path, conversions, _, nulls in rows}
    sums: dict[str, tuple[float, float]] = {}
    for path, conversions, value, _ in rows:
        if not conversions:
            continue
        for channel, weight in zip(path, weights_of(tuple(path), rates), strict=True):
            before = sums.get(channel, (0.0, 0.0))
            sums[channel] = before[0] + weight * conversions, before[1] + weight * value
    without = sum(conversions for path, conversions, _, _ in rows if not path)
    credits = credits_of([(channel, *both) for channel, both in sums.items()])
    return PathAttribution(
        model="counterfactual", formula="path-counterfactual", credits=credits, without_contacts=without
    )


def weights_of(path: _Path, rates: dict[_Path, float]) -> list[float]:
    """Return the part that each contact of ``path`` gets; they add up to 1."""
    if not path:
        return []
    if len(path) == 1:
        return [1.0]
    own = rates.get(path, 0.0)
    gains = [max(0.0, own - rates.get(path[:place] + path[place + 1 :], 0.0)) for place in range(len(path))]
    whole = sum(gains)
    return [gain / whole for gain in gains] if whole else [0.0] * (len(path) - 1) + [1.0]
