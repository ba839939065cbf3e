from random import Random

from segue.model.time import DAY, parse_instant
from segue.simulation.faults.residents import ACTIVE, FACTS, PEOPLE, device_of, known_by, log_in, tell, user_of
from segue.simulation.faults.schedule import NONE, Faults

BEGIN = parse_instant("2026-03-26T10:00:00Z")


def test_everybody_tells_their_facts_in_order_and_once() -> None:
    told = tell(Random(1), BEGIN, NONE)
    assert len(told) == len({each.fact.event_id for each in told}) == PEOPLE + PEOPLE // 2 + FACTS
    assert [each.arrives for each in told] == sorted(each.arrives for each in told)
    assert all(BEGIN <= each.fact.at <= BEGIN + each.arrives for each in told), "nothing is told before it happens"
    assert told[-1].arrives < ACTIVE * 2


def test_sources_repeat_themselves_come_late_and_have_wrong_clocks() -> None:
    told = tell(Random(1), BEGIN, Faults(event_doubled=0.3, event_late=0.3, event_early=0.3))
    assert len(told) > PEOPLE + FACTS + 10
    lags = [BEGIN + each.arrives - each.fact.at for each in told]
    assert max(lags) > DAY
    assert min(lags) < 0


def test_somebody_logs_in_on_one_of_the_devices_that_they_are_known_by() -> None:
    fact = log_in("login", BEGIN, 3, Random(1))
    assert set(fact.identifiers) <= set(known_by(3))
    assert user_of(3) in fact.identifiers
    assert {device_of(3, Random(seed)) for seed in range(50)} == set(known_by(3)) - {user_of(3)}
