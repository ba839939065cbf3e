"""A market is judged on weeks that it has not seen."""

from segue.model.time import WEEK
from segue.simulation.fitted.history import last_event
from segue.simulation.fitted.validating import validate
from tests.cli.town import town
from tests.simulation.fitted.towns import opened


def test_what_came_lies_within_what_was_foretold() -> None:
    with opened(town()) as (duck, store):
        until = last_event(duck)
        found = validate(duck, store, until, markets=6, seed=1)
    assert found is not None

    assert (found.weeks, found.until - found.cut, found.customers) == (1, WEEK, 150)
    names = {each.name for each in found.totals}
    assert names >= {"contact/email", "contact/post", "event/ordered", "event/visited", "opt_out/email"}
    assert sum(each.is_inside for each in found.totals) >= len(found.totals) - 1
    assert "of 6 counts lie within their 90% intervals" in found.verdict
    visits = next(each for each in found.totals if each.name == "event/visited")
    assert 0.85 < visits.predicted.value / visits.actual < 1.15


def test_a_log_of_two_weeks_is_too_short() -> None:
    with opened(town()) as (duck, store):
        until = last_event(duck)
        duck.execute(
            f'CREATE OR REPLACE VIEW events AS SELECT * FROM events_tail WHERE epoch_us("at") > {until - 2 * WEEK}'
        )

        assert validate(duck, store, until, markets=2, seed=1) is None
