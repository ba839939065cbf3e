"""Followers: which audiences a theme's contact brings along, and how long they last."""

from segue.core.catalogue import compile_actions
from segue.core.decisioning.followers import Followers, compile_followers, join_followers, prolong
from segue.model.catalogue import Action, Theme, Variant
from segue.model.customers import Membership
from segue.model.ids import CustomerId
from segue.model.time import DAY, HOUR
from tests.builders import NOW, membership
from tests.properties.shop import a_workspace, an_action

ADA = CustomerId("ada")
AD = Action(
    action="coat_ad", theme="coats", follows_theme=True, variants=(Variant(channel="display", audience="lookers"),)
)


def followers(*actions: Action) -> Followers:
    workspace = a_workspace(actions=actions, journeys=(), rules=(), themes={"coats": Theme(window="3d")})
    return compile_followers(workspace, compile_actions(workspace, {}))


def following(**changes: object) -> Membership:
    return membership(**{"channel": "display", "action": "coat_ad", "run_id": "", "until": NOW + HOUR, **changes})


def test_only_audiences_of_actions_that_follow_their_theme_are_joined() -> None:
    plain = an_action("plain_ad", "display", theme="coats")
    mail = an_action("mail", "email", theme="coats", follows_theme=True)
    joining = join_followers(("coats",), (), followers(AD, plain, mail), ADA, NOW)
    assert [(c.action, c.channel, c.source, c.keep) for c in joining] == [
        ("coat_ad", "display", "theme:coats", 3 * DAY)
    ]


def test_who_follows_already_is_not_asked_again() -> None:
    assert join_followers(("coats",), (following(),), followers(AD), ADA, NOW) == []


def test_a_membership_of_a_journey_does_not_stand_for_the_follower() -> None:
    assert len(join_followers(("coats",), (following(run_id="run-1"),), followers(AD), ADA, NOW)) == 1


def test_each_life_of_a_theme_has_a_key_of_its_own() -> None:
    (first,) = join_followers(("coats",), (), followers(AD), ADA, NOW)
    (second,) = join_followers(("coats",), (), followers(AD), ADA, NOW + DAY)  # type: ignore[arg-type]
    assert first.delivery_id != second.delivery_id


def test_a_membership_lasts_until_the_window_after_the_latest_contact_and_never_less() -> None:
    short, long, other = following(), following(until=NOW + 9 * DAY), following(run_id="run-1")
    found = prolong(("coats",), (short, long, other), followers(AD), NOW)
    assert [m.until for m in found] == [NOW + 3 * DAY, NOW + 9 * DAY, NOW + HOUR]
