"""One door to the path models, by name."""

from segue.measurement.attribution.counterfactual import counterfactual_shares
from segue.measurement.attribution.markov import removal_effects
from segue.measurement.attribution.paths import Paths
from segue.measurement.attribution.results import PathAttribution
from segue.measurement.attribution.sharing import SHARING_MODELS, share_conversions

PATH_MODELS = (*SHARING_MODELS, "markov", "counterfactual")
"""Every path model, all descriptive."""


def attribute(paths: Paths, model: str) -> PathAttribution:
    """Return the credits of ``model``, one of `PATH_MODELS`, with its usual settings.

    attribute(collect_paths(duck, "contacts", "conversions"), "markov").conversions()
    """
    if model == "markov":
        return removal_effects(paths)
    if model == "counterfactual":
        return counterfactual_shares(paths)
    return share_conversions(paths, model)
