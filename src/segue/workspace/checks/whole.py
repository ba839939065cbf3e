"""segue.yaml itself: it exists, its zones exist, its groups leave room, its policy is known."""

from collections.abc import Iterator

from segue.core.decisioning.policies import LADDERS
from segue.model.assignments import HOLDOUT, RANDOM, RULES
from segue.model.time import is_zone
from segue.workspace.checks.names import refer
from segue.workspace.draft import Draft
from segue.workspace.findings import Finding, Place
from segue.workspace.schema import suggest

_GROUPS = (HOLDOUT, RANDOM, RULES)
POLICIES = tuple(LADDERS)


def check_segue(draft: Draft) -> Iterator[Finding]:
    """Yield what is wrong in ``segue.yaml``."""
    if ("segue", "") not in draft.documents:
        instruction = "Write one with at least a name, or make a workspace with `segue init`."
        yield Finding("SG105", Place("segue.yaml"), "There is no segue.yaml.", instruction)
        return
    segue = draft.segue
    yield from _check_zone(draft, segue.zone, "zone")
    for country, zone in segue.country_zones.items():
        yield from _check_zone(draft, zone, "country_zones", country)
    if segue.hours_by is not None:
        traits = draft.names("features", "traits")
        yield from refer("trait", segue.hours_by, traits, draft.at("segue", "", "hours_by"))
    for group in segue.groups:
        if group not in _GROUPS:
            at = draft.at_key("segue", "", "groups", group)
            yield Finding("SG702", at, f"There is no group {group!r}.", suggest(group, _GROUPS, "groups"))
    if (total := sum(segue.groups.values())) >= 1:
        reason = f"The groups add up to {total:g}, which leaves nobody for the agent group."
        yield Finding("SG701", draft.at_key("segue", "", "groups"), reason, "Make them add up to less than 1.")
    yield from _check_holdouts(draft)
    if segue.policy.name not in POLICIES:
        at = draft.at("segue", "", "policy", "name")
        reason = f"There is no policy {segue.policy.name!r}."
        yield Finding("SG706", at, reason, suggest(segue.policy.name, POLICIES, "policies"))


def _check_holdouts(draft: Draft) -> Iterator[Finding]:
    channels = [channel.name for channel in draft.workspace.channels]
    journeys = [journey.journey for journey in draft.workspace.journeys]
    for name, holdout in draft.segue.holdouts.items():
        for kind, there, named in (("channel", channels, holdout.channels), ("journey", journeys, holdout.journeys)):
            for index, each in enumerate(named):
                yield from refer(kind, each, there, draft.at("segue", "", "holdouts", name, f"{kind}s", index))
        if not holdout.channels and not holdout.journeys:
            at = draft.at_key("segue", "", "holdouts", name)
            instruction = (
                "Give `channels` or `journeys`; to hold customers out of everything, `groups: {holdout: 0.1}`."
            )
            yield Finding("SG708", at, f"The holdout {name!r} leaves nothing out.", instruction)


def _check_zone(draft: Draft, zone: str, *path: str) -> Iterator[Finding]:
    if not is_zone(zone):
        at = draft.at("segue", "", *path)
        yield Finding("SG402", at, f"There is no time zone {zone!r}.", 'Use an IANA name such as "Europe/London".')
