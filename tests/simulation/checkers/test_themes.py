from msgspec.structs import replace

from segue.model.time import DAY, HOUR
from segue.simulation.checkers.evidence import Handed
from segue.simulation.checkers.themes import check_themes
from tests.simulation.checkers.breaking import BOB, NOON, deliver, entry, handed, history, merged


def themed(action: str, at: int, **fields: object) -> Handed:
    return handed(deliver(f"{action}{at}", action=action, decided_at=at, **fields), at=at, since=1)


def test_a_theme_that_begins_while_its_rival_is_live_is_found() -> None:
    spring, autumn = themed("spring_offer", NOON), themed("autumn_news", NOON + 3 * DAY - 1)
    assert len(list(check_themes(history(entry(), handed=(spring, autumn))))) == 1


def test_a_theme_may_follow_the_other_and_another_customer_has_their_own() -> None:
    spring, autumn = themed("spring_offer", NOON), themed("autumn_news", NOON + 3 * DAY)
    assert list(check_themes(history(entry(), handed=(spring, autumn)))) == []
    other = themed("autumn_news", NOON + HOUR, who=BOB)
    assert list(check_themes(history(entry(), handed=(spring, other)))) == []


def test_somebody_who_turned_out_to_be_two_may_have_had_two() -> None:
    spring, autumn = themed("spring_offer", NOON), themed("autumn_news", NOON + HOUR)
    assert list(check_themes(history(entry(merged()), handed=(spring, autumn)))) == []


def test_what_each_had_decided_may_reach_the_one_that_they_turn_out_to_be() -> None:
    spring = themed("spring_offer", NOON)
    autumn = replace(themed("autumn_news", NOON + HOUR), at=NOON + 4 * DAY)
    before, after = (entry(merged(), now=NOON + days * DAY) for days in (2, 5))
    assert list(check_themes(history(before, handed=(spring, autumn)))) == []
    assert len(list(check_themes(history(after, handed=(spring, autumn))))) == 1
