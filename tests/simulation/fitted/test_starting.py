"""Starting from the customers as they were."""

from segue.model.time import WEEK, Instant
from segue.runtimes.publishing import published
from segue.simulation.fitted.history import last_event, read_history
from segue.simulation.fitted.starting import start_at, start_now
from tests.cli.town import town
from tests.simulation.fitted.towns import opened


def test_customers_know_what_had_happened_by_then_and_nothing_later() -> None:
    with opened(town()) as (duck, store):
        until = last_event(duck)
        cut = Instant(until - WEEK)
        then, running = start_at(store, cut), published(store)
        assert running is not None
        now = start_now(store, running)
        early = read_history(duck, cut)

    assert len(then.customers) == len(now.customers) == 150
    assert max(each.profile.last_seen for each in then.customers.values()) < cut
    assert max(each.profile.last_seen for each in now.customers.values()) >= cut
    sent = sum(contact.state == "confirmed" for each in then.customers.values() for contact in each.contacts.ledger)
    month = early.contacts.at > cut - 7 * 86_400_000_000
    assert sent >= int(month.sum())
    assert then.workspace is not None
    assert then.workspace.name == "learning_shop"
    assert now.at >= until - 1
    assert now.learned
    assert now.learned != then.learned


def test_a_history_ends_where_it_is_told_to() -> None:
    with opened(town()) as (duck, _):
        until = last_event(duck)
        cut = Instant(until - WEEK)
        early, late = read_history(duck, cut), read_history(duck, until)

    assert early.events.at.max() < cut <= late.events.at.max()
    assert (early.contacts.at < cut).sum() <= len(late.contacts.at)
    assert early.kinds == late.kinds == ("ordered", "visited")
    assert late.channels == ("email", "post")
    assert min(late.ghosts, late.silences) > 0
    assert 0.5 < (late.contacts.probability < 1.0).mean() < 1.0
