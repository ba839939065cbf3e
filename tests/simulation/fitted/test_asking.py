"""What-if questions about a town whose truth is known: the real town is run both ways to hold the answers against."""

from functools import cache

import pytest
from msgspec import structs

from segue.model.errors import SegueError
from segue.runtimes.publishing import published
from segue.simulation.figures import Estimate
from segue.simulation.fitted.asking import CHANGED, NOW, Question, WhatIf, ask
from segue.workspace import load
from tests.cli.town import town
from tests.simulation.fitted.towns import changed, lived, no_post, one_a_week, opened, sale_alone, teapots, truth

WEEKS = 2


def _ask(folder_changed: object, **settings: object) -> WhatIf:
    folder = changed(folder_changed)  # type: ignore[arg-type]
    settings = {"weeks": WEEKS, "markets": 3, "validates": False, **settings}
    question = Question(changed=load(folder).workspace, **settings)  # type: ignore[arg-type]
    with opened(town()) as (duck, store):
        running = published(store)
        assert running is not None
        return ask(question, running, duck, store)


def _ahead(found: WhatIf, figure: str) -> Estimate:
    told = found.of(CHANGED, figure)
    assert told is not None
    assert told.ahead is not None
    return told.ahead


@cache
def _fewer() -> WhatIf:
    return _ask(one_a_week)


def test_a_tighter_cap_does_what_it_truly_does() -> None:
    found = _fewer()
    (contacts_now, orders_now), (contacts_then, orders_then) = truth(town()), truth(lived(one_a_week))
    messages, orders = _ahead(found, "messages"), _ahead(found, "event/ordered")

    assert messages.low < contacts_then - contacts_now < messages.high < 0.0
    assert orders.low < WEEKS * (orders_then - orders_now) < orders.high
    assert orders.value < 0.0
    assert found.gaps == ()
    assert [each.words for each in found.differences] == ["caps three_a_week: limit is 1 instead of 3"]


def test_what_contacts_have_no_part_in_stays_as_it_is() -> None:
    visits = _ahead(_fewer(), "event/visited")

    assert (visits.value, visits.error) == (0.0, 0.0)


def test_without_the_offers_that_work_there_are_fewer_orders() -> None:
    found = _ask(sale_alone)
    orders_now, orders_then = truth(town())[1], truth(lived(sale_alone))[1]
    orders = _ahead(found, "event/ordered")

    assert orders.low < WEEKS * (orders_then - orders_now) < orders.high
    assert orders.value < 0.0


def test_without_a_channel_its_contacts_go_to_the_other() -> None:
    found = _ask(no_post, customers=80, markets=2)

    assert _ahead(found, "contact/post").high < 0.0 < _ahead(found, "contact/email").value
    post = found.of(CHANGED, "contact/post")
    assert post is not None
    assert post.estimate.value == 0.0


def test_a_policy_goes_on_with_what_the_log_has_taught_it() -> None:
    with opened(town()) as (duck, store):
        running = published(store)
        assert running is not None
        bandit = structs.replace(running, policy=structs.replace(running.policy, name="bandit"))
        found = ask(Question(changed=bandit, weeks=1, markets=2, validates=False), running, duck, store)

    # Who begins with nothing learnt sends far less at first, until it dares.
    assert abs(_ahead(found, "messages").value) < 0.2
    assert [each.words for each in found.differences] == ["name is bandit instead of random"]


def test_what_was_never_sent_gets_words_instead_of_a_number() -> None:
    found = _ask(teapots, customers=60, markets=2, weeks=1)
    (gap,) = found.gaps

    assert (gap.about, gap.is_decisive, gap.contacts) == ("action teapots", True, 0)
    assert gap.words == "The log says nothing about teapots to these customers: 0 contacts."
    assert found.of(CHANGED, "conversions") is None
    assert found.of(NOW, "conversions") is not None
    assert found.of(CHANGED, "messages") is not None
    assert "messages" not in found.withheld


def test_the_same_question_gets_the_same_answer() -> None:
    first, second = (_ask(one_a_week, customers=40, markets=2, weeks=1) for _ in range(2))

    assert first == second
    assert first.customers == 40


def test_nothing_is_known_of_an_empty_log() -> None:
    with opened(town()) as (duck, store):
        running = published(store)
        assert running is not None
        duck.execute("CREATE OR REPLACE VIEW deliveries AS SELECT * FROM deliveries_tail WHERE false")
        with pytest.raises(SegueError, match="no contact yet"):
            ask(Question(changed=running), running, duck, store)
