"""Traits, features and events: a feature computes from an event that exists, and from a property that it has."""

from collections.abc import Iterator

from segue.model.catalogue import FeatureSpec
from segue.workspace.checks.names import check_event, check_length, check_property
from segue.workspace.draft import Draft
from segue.workspace.findings import Finding

_NEEDS_PROPERTY = ("sum", "distinct")
_REFUSES_PROPERTY = ("count", "recency")
_DECAYS = ("count", "sum")


def check_features(draft: Draft) -> Iterator[Finding]:
    """Yield what is wrong in ``features.yaml``."""
    for name, feature in draft.workspace.features.items():
        if name in draft.workspace.traits:
            at = draft.at_key("features", "", "features", name)
            yield Finding("SG205", at, f"{name!r} is a trait and a feature.", "Give one of the two another name.")
        yield from check_event(draft, feature.event, draft.at("features", "", "features", name, "event"))
        yield from _check_property(draft, name, feature)
        yield from check_length(feature.window, draft.at("features", "", "features", name, "window"))
        yield from check_length(feature.half_life, draft.at("features", "", "features", name, "half_life"))
        yield from _check_memory(draft, name, feature)


def _check_property(draft: Draft, name: str, feature: FeatureSpec) -> Iterator[Finding]:
    at = draft.at("features", "", "features", name, "of")
    if feature.of is None:
        if feature.kind in _NEEDS_PROPERTY:
            reason = f"A feature of kind {feature.kind} needs a property."
            yield Finding("SG202", at, reason, "Add of: the name of one of the event's properties.")
        return
    if feature.kind in _REFUSES_PROPERTY:
        yield Finding("SG201", at, f"A feature of kind {feature.kind} takes no property.", "Leave out `of`.")
        return
    yield from check_property(draft, feature.event, feature.of, at)


def _check_memory(draft: Draft, name: str, feature: FeatureSpec) -> Iterator[Finding]:
    if feature.half_life is None:
        return
    at = draft.at("features", "", "features", name, "half_life")
    if feature.kind not in _DECAYS:
        yield Finding("SG201", at, f"A feature of kind {feature.kind} does not decay.", "Leave out `half_life`.")
    elif feature.window is not None:
        reason = "A feature has either a window or a half-life."
        yield Finding("SG204", at, reason, "Leave one of the two out.")
