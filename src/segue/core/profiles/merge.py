"""Merge two profiles that turned out to be one customer's.

Each event was folded into exactly one of the two, and a customer is absorbed at most once, so features add up: nothing
is counted twice. Of a trait the later statement stays. Of consent the strictest: a withdrawal that either side knows
beats what the other side granted, whenever it did.
"""

from collections.abc import Mapping
from math import ldexp
from typing import Any

from msgspec.structs import replace

from segue.core.expressions.exact import add_exactly
from segue.core.expressions.states import layout, state_key
from segue.core.profiles.consents import fold_consent
from segue.core.profiles.states import add_earliest, add_latest, order_of
from segue.model.catalogue import FeatureSpec
from segue.model.consents import Consent
from segue.model.customers import Profile
from segue.model.time import Instant


def merge_profiles(ours: Profile, theirs: Profile, features: Mapping[str, FeatureSpec]) -> Profile:
    """Return both profiles as one.

    Args:
        features: every feature that is folded, hidden ones too; the state of one that is no longer declared is dropped.
    """
    seen = [at for at in (ours.first_seen, theirs.first_seen) if at]
    traits, trait_times = _merge_traits(ours, theirs)
    return Profile(
        first_seen=min(seen, default=Instant(0)),
        last_seen=max(ours.last_seen, theirs.last_seen),
        traits=traits,
        trait_times=trait_times,
        features=_merge_features(ours.features, theirs.features, features),
        consents=_merge_consents(ours.consents, theirs.consents),
        unusable=tuple(sorted({*ours.unusable, *theirs.unusable})),
    )


def _merge_traits(ours: Profile, theirs: Profile) -> tuple[dict[str, Any], dict[str, Instant]]:
    traits, times = dict(ours.traits), dict(ours.trait_times)
    for name, value in theirs.traits.items():
        at = theirs.trait_times.get(name, Instant(0))
        if name not in traits or at > times.get(name, Instant(0)):
            traits[name], times[name] = value, at
    return traits, times


def _merge_consents(ours: tuple[Consent, ...], theirs: tuple[Consent, ...]) -> tuple[Consent, ...]:
    merged: tuple[Consent, ...] = ()
    for word in (*_insist(ours, theirs), *_insist(theirs, ours)):
        merged = fold_consent(merged, word)
    return merged


def _insist(words: tuple[Consent, ...], others: tuple[Consent, ...]) -> tuple[Consent, ...]:
    """Return ``words`` with every withdrawal as late as the other side's latest word."""
    latest = max((word.at for word in others), default=Instant(0))
    return tuple(word if word.granted else replace(word, at=max(word.at, latest)) for word in words)


def _merge_features(
    ours: dict[str, Any], theirs: dict[str, Any], features: Mapping[str, FeatureSpec]
) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for name, spec in features.items():
        key = state_key(name, spec)
        states = [state[key] for state in (ours, theirs) if key in state]
        if states:
            merged[key] = states[0] if len(states) == 1 else _merge_states(spec, *states)
    return merged


def _merge_states(spec: FeatureSpec, ours: Any, theirs: Any) -> Any:
    match layout(spec):
        case "tally":
            return ours + theirs
        case "partials":
            return _add_all(ours, theirs)
        case "decayed":
            return _merge_decayed(ours, theirs)
        case "instants" if type(ours[0]) is int and type(theirs[0]) is int:
            return sorted([*ours, *theirs])
        case "instants":
            return _merge_amounts(_as_amounts(ours), _as_amounts(theirs))
        case "amounts":
            return _merge_amounts(ours, theirs)
        case "moment":
            return min(ours, theirs) if spec.kind == "first" else max(ours, theirs)
        case "stated":
            return add_earliest(ours, *theirs) if spec.kind == "first" else add_latest(ours, *theirs)
        case "seen":
            return {key: max(ours.get(key, -1), theirs.get(key, -1)) for key in dict.fromkeys([*ours, *theirs])}


def _add_all(partials: list[float], amounts: list[float]) -> list[float]:
    for amount in amounts:
        partials = add_exactly(partials, amount)
    return partials


def _merge_decayed(ours: list[float], theirs: list[float]) -> list[float]:
    newer, older = (ours, theirs) if ours[0] >= theirs[0] else (theirs, ours)
    age = int(older[0]) - int(newer[0])
    return [newer[0], *_add_all(newer[1:], [ldexp(partial, age) for partial in older[1:]])]


def _as_amounts(state: list[Any]) -> list[Any]:
    return [state, [1] * len(state)] if type(state[0]) is int else state


def _merge_amounts(ours: list[Any], theirs: list[Any]) -> list[Any]:
    pairs = sorted(
        [*zip(*ours, strict=True), *zip(*theirs, strict=True)], key=lambda pair: (pair[0], order_of(pair[1]))
    )
    return [[at for at, _ in pairs], [value for _, value in pairs]]
