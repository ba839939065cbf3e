from segue.runtimes.versions import changed_journeys
from segue.simulation.faults.town import initial_world, published, workspace


def test_every_change_can_be_published_after_the_one_before() -> None:
    assert published(0) == workspace()
    for number in range(3):
        assert changed_journeys(published(number), published(number + 1))
        assert initial_world(number + 1).workspace == published(number + 1)
    assert published(4) == published(1)


def test_the_town_has_what_the_invariants_speak_of() -> None:
    town = workspace()
    assert {spec.family for spec in town.channels} == {"message", "audience", "placement"}
    assert sum(spec.contact_trait == "email" for spec in town.channels) == 2, "two senders share a mailbox"
    assert town.capacities
    assert town.contact_rules.quiet_hours
    assert town.groups["holdout"] > 0
    assert {theme.exclusive for theme in town.themes.values()} == {"season"}
    assert {cap.scope for cap in town.contact_rules.caps} == {"all", "theme", "channel"}
