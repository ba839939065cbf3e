"""Merge the profiles of two customers who turned out to be one.

An event was folded into exactly one of the two, so their running states hold disjoint events and combine exactly: the
merged state is the one that folding all events into one profile would have given.
"""

from collections.abc import Mapping
from functools import reduce
from typing import Any

from segue.core.expressions.exact import add_exactly, merge_decayed
from segue.core.expressions.states import layout, state_key
from segue.core.profiles.hours import merge_hours
from segue.core.profiles.states import add_earliest, add_latest, merge_amounts, merge_instants, merge_seen, merge_values
from segue.model.catalogue import FeatureSpec
from segue.model.consents import ANY, Consent, latest_word
from segue.model.customers import Profile
from segue.model.time import Instant


def merge_profiles(ours: Profile, theirs: Profile, features: Mapping[str, FeatureSpec]) -> Profile:
    """Return both profiles as one: the latest traits, all events counted, the strictest consents.

    Args:
        features: all that are folded, hidden ones too; a state that none of them reads is kept as it is.
    """
    newer = [name for name, at in theirs.trait_times.items() if at > ours.trait_times.get(name, at - 1)]
    traits = {name: value for name, value in ours.traits.items() if name not in newer}
    traits |= {name: theirs.traits[name] for name in newer if name in theirs.traits}
    return Profile(
        first_seen=min(ours.first_seen or theirs.first_seen, theirs.first_seen or ours.first_seen),
        last_seen=max(ours.last_seen, theirs.last_seen),
        traits=traits,
        trait_times={**ours.trait_times, **{name: theirs.trait_times[name] for name in newer}},
        features=_merge_features(ours.features, theirs.features, features),
        consents=strictest(ours.consents, theirs.consents),
        unusable=tuple(sorted(dict.fromkeys((*ours.unusable, *theirs.unusable)))),
        hours=merge_hours(ours.hours, theirs.hours),
        there_at=max(ours.there_at, theirs.there_at),
    )


def strictest(ours: tuple[Consent, ...], theirs: tuple[Consent, ...]) -> tuple[Consent, ...]:
    """Return one word for each channel and purpose that either has spoken of; a withdrawal by either stands.

    Each side's own last word is found first, then the two are compared. A word is as late as the last one behind it, so
    that a withdrawal which was made later and arrives later still overrules it; the broader ones (``*``) lie a
    microsecond or two before the more specific, so that none of these overrules another.
    """
    both = (*ours, *theirs)
    channels = sorted({ANY: None, **{word.channel: None for word in both}})
    purposes = sorted({ANY: None, **{word.purpose: None for word in both}})
    words = [_strictest(channel, purpose, ours, theirs) for channel in channels for purpose in purposes]
    return tuple(word for word in words if word is not None)


def _strictest(channel: str, purpose: str, ours: tuple[Consent, ...], theirs: tuple[Consent, ...]) -> Consent | None:
    said = [word for side in (ours, theirs) if (word := latest_word(side, channel, purpose)) is not None]
    if not said:
        return None
    word = min(said, key=lambda word: (word.granted, -word.at, word.source))
    latest, breadth = max(word.at for word in said), (channel == ANY) + (purpose == ANY)
    return Consent(channel, purpose, word.granted, Instant(latest - breadth), word.source)


def _merge_features(
    ours: dict[str, Any], theirs: dict[str, Any], features: Mapping[str, FeatureSpec]
) -> dict[str, Any]:
    merged = {**theirs, **ours}
    for name, spec in features.items():
        key = state_key(name, spec)
        if key in ours and key in theirs:
            merged[key] = _merge_states(spec, ours[key], theirs[key])
    return merged


def _merge_states(spec: FeatureSpec, ours: Any, theirs: Any) -> Any:
    match layout(spec):
        case "tally":
            return ours + theirs
        case "partials":
            return reduce(add_exactly, theirs, ours)
        case "decayed":
            return merge_decayed(ours, theirs)
        case "instants" if type(ours[0]) is int and type(theirs[0]) is int:
            return merge_instants(ours, theirs)
        case "instants":
            return merge_amounts(_as_amounts(ours), _as_amounts(theirs))
        case "amounts" if spec.kind == "sum":
            return merge_amounts(ours, theirs)
        case "amounts":
            return merge_values(ours, theirs)
        case "moment":
            return min(ours, theirs) if spec.kind == "first" else max(ours, theirs)
        case "stated":
            return add_earliest(ours, *theirs) if spec.kind == "first" else add_latest(ours, *theirs)
        case "seen":
            return merge_seen(ours, theirs)


def _as_amounts(state: list[Any]) -> list[Any]:
    return [state, [1] * len(state), len(state)] if type(state[0]) is int else state
