"""Followers: what reinforces a theme while it is live. Audiences are joined, placements filled; nothing interrupts."""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from segue.core.catalogue import ActionPlan
from segue.core.decisioning.candidates import Showing
from segue.model.customers import Membership
from segue.model.decisions import Candidate
from segue.model.ids import CustomerId, DeliveryId, derive
from segue.model.time import NEVER, Instant, parse_duration
from segue.model.workspace import Workspace


class Followers(Struct, frozen=True):
    """What follows which theme.

    Attributes:
        audiences: by theme: what the customer joins when the theme comes to life.
        placements: by placement: (theme, what is shown there while it is live).
        windows: by theme: microseconds it stays live after a contact.
    """

    workspace: str
    audiences: dict[str, tuple[Showing, ...]]
    placements: dict[str, tuple[tuple[str, Showing], ...]]
    windows: dict[str, int]


def compile_followers(workspace: Workspace, actions: Mapping[str, ActionPlan]) -> Followers:
    """Return what follows which theme in ``workspace``."""
    audiences: dict[str, tuple[Showing, ...]] = {}
    placements: dict[str, tuple[tuple[str, Showing], ...]] = {}
    for name, plan in actions.items():
        theme = plan.action.theme
        if not plan.action.follows_theme or theme is None:
            continue
        source = f"theme:{theme}"
        for channel, variant in plan.variants.items():
            key = f"{source}/{name}/{channel}"
            showing = Showing(source, name, channel, key, derive(source, name, channel, size=4))
            if variant.channel.family == "audience":
                audiences[theme] = (*audiences.get(theme, ()), showing)
            elif variant.channel.family == "placement":
                placement = variant.variant.placement or ""
                placements[placement] = (*placements.get(placement, ()), (theme, showing))
    windows: dict[str, int] = {name: parse_duration(theme.window) for name, theme in workspace.themes.items()}
    return Followers(workspace.name, audiences, placements, windows)


def join_followers(
    themes: Iterable[str],
    memberships: tuple[Membership, ...],
    followers: Followers,
    customer_id: CustomerId,
    now: Instant,
) -> list[Candidate]:
    """Return candidates for the audiences that reinforce ``themes``, all of which have just had a contact.

    Who is a member for the theme already is not asked again: `prolong` moves the end of the membership.
    """
    joined = {(m.channel, m.action) for m in memberships if not m.run_id}
    return [
        Candidate(
            key=showing.key,
            action=showing.action,
            channel=showing.channel,
            source=showing.source,
            delivery_id=DeliveryId(derive("follow", followers.workspace, customer_id, showing.digest, now)),
            deadline=now,
            proposed_at=now,
            on_cap="skip",
            on_lost="skip",
            keep=followers.windows.get(theme, NEVER),
        )
        for theme in themes
        for showing in followers.audiences.get(theme, ())
        if (showing.channel, showing.action) not in joined
    ]


def fill_placement(
    placement: str, event_id: str, live: Iterable[str], followers: Followers, now: Instant
) -> list[Candidate]:
    """Return what shows the ``live`` themes in ``placement``."""
    shown = derive("show", event_id)
    themes = tuple(live)
    return [
        Candidate(
            key=showing.key,
            action=showing.action,
            channel=showing.channel,
            source=showing.source,
            delivery_id=DeliveryId(shown + showing.digest),
            deadline=now,
            proposed_at=now,
            on_cap="skip",
            on_lost="skip",
        )
        for theme, showing in followers.placements.get(placement, ())
        if theme in themes
    ]
