"""Followers: the audiences that reinforce a theme. They are joined when it has a contact, and left when it is over."""

from collections.abc import Iterable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from segue.core.catalogue import ActionPlan
from segue.core.decisioning.candidates import Showing, showing_of
from segue.model.catalogue import Theme
from segue.model.customers import Membership
from segue.model.decisions import Candidate
from segue.model.ids import CustomerId, DeliveryId, derive
from segue.model.time import Instant, parse_duration
from segue.model.workspace import Workspace


class Followers(Struct, frozen=True):
    """What the customer joins when a theme comes to life.

    Attributes:
        audiences: by theme.
        windows: by theme: microseconds it stays live after a contact.
    """

    workspace: str
    audiences: dict[str, tuple[Showing, ...]]
    windows: dict[str, int]


def compile_followers(workspace: Workspace, actions: Mapping[str, ActionPlan]) -> Followers:
    """Return which audiences follow which theme in ``workspace``; placements that do are asked when they are shown."""
    audiences: dict[str, tuple[Showing, ...]] = {}
    for name, plan in actions.items():
        theme = plan.action.theme
        if not plan.action.follows_theme or theme is None:
            continue
        for channel, variant in plan.variants.items():
            if variant.channel.family == "audience":
                showing = showing_of(f"theme:{theme}", name, channel)
                audiences[theme] = (*audiences.get(theme, ()), showing)
    windows: dict[str, int] = {
        theme: parse_duration(workspace.themes.get(theme, Theme()).window) for theme in audiences
    }
    return Followers(workspace.name, audiences, windows)


def join_followers(
    themes: Iterable[str],
    memberships: tuple[Membership, ...],
    followers: Followers,
    customer_id: CustomerId,
    now: Instant,
) -> list[Candidate]:
    """Return candidates for the audiences that reinforce ``themes``, all of which have just had a contact.

    Who is a member for the theme already is not asked again: `prolong` moves the end of the membership.

    Args:
        memberships: the customer's.
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
            keep=followers.windows[theme],
        )
        for theme in themes
        for showing in followers.audiences.get(theme, ())
        if (showing.channel, showing.action) not in joined
    ]


def prolong(
    themes: Iterable[str], memberships: Iterable[Membership], followers: Followers, now: Instant
) -> list[Membership]:
    """Return ``memberships``; those that follow one of ``themes`` last until its window after ``now``."""
    until = {
        (showing.channel, showing.action): Instant(now + followers.windows[theme])
        for theme in themes
        for showing in followers.audiences.get(theme, ())
    }
    return [
        replace(m, until=max(m.until, until.get((m.channel, m.action), m.until))) if not m.run_id else m
        for m in memberships
    ]
