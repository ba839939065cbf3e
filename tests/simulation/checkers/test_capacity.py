from segue.model.time import DAY
from segue.simulation.checkers.capacity import check_capacities
from tests.simulation.checkers.breaking import BOB, NOON, deliver, handed, history


def test_a_second_text_decided_on_one_day_is_found_whoever_gets_it() -> None:
    first, second = deliver(channel="sms"), deliver("d2", BOB, "sms")
    assert len(list(check_capacities(history(handed=(handed(first), handed(second)))))) == 1
    later = deliver("d2", BOB, "sms", decided_at=NOON + DAY)
    assert list(check_capacities(history(handed=(handed(first), handed(later))))) == []


def test_two_attempts_at_one_delivery_take_one_share() -> None:
    texted = deliver(channel="sms")
    assert list(check_capacities(history(handed=(handed(texted, took=False), handed(texted))))) == []


def test_a_budget_counts_what_messages_cost() -> None:
    letters = [handed(deliver(f"d{n}", channel="letter", action="autumn_news")) for n in range(3)]
    assert list(check_capacities(history(handed=tuple(letters[:2])))) == []
    assert len(list(check_capacities(history(handed=tuple(letters))))) == 1
