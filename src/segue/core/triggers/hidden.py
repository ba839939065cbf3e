"""Hidden features: what triggers need to know about the past, folded by `core.profiles` like any feature."""

from collections.abc import Mapping

from segue.core.triggers.absences import absence_feature
from segue.core.triggers.counts import count_feature
from segue.model.catalogue import FeatureSpec
from segue.model.triggers import AbsenceTrigger, CountTrigger, Trigger


def hidden_features(triggers: Mapping[str, Trigger]) -> dict[str, FeatureSpec]:
    """Return the features that ``triggers`` need, by name; they must be folded with the declared ones."""
    hidden = {hidden_name(name): _feature(trigger) for name, trigger in triggers.items()}
    return {name: spec for name, spec in hidden.items() if spec is not None}


def hidden_name(trigger: str) -> str:
    """Return the name of the hidden feature that ``trigger`` reads."""
    return f"_trigger_{trigger}"


def _feature(trigger: Trigger) -> FeatureSpec | None:
    match trigger:
        case CountTrigger():
            return count_feature(trigger)
        case AbsenceTrigger():
            return absence_feature(trigger)
        case _:
            return None
