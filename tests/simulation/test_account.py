"""Accounts: what is counted is what the log says."""

from collections import Counter

import numpy as np
import pytest

from segue.model.commands import Deliver
from segue.model.deliveries import DeliveryStatus
from segue.model.events import ConsentChanged, DeliveryReported, Tracked
from segue.ports.store import Entry
from segue.simulation.account import BLOCKS, Accounts, gather
from tests.simulation.shop import learning_shop
from tests.simulation.test_crowd import crowd

LOG: list[Entry] = []
ACCOUNTS = crowd(learning_shop("random"), count=60, weeks=4, log=LOG).live_together()


def total(name: str) -> float:
    return float(ACCOUNTS.total(name).sum())


def test_events_receipts_opt_outs_and_rewards_are_those_of_the_log() -> None:
    events = Counter(entry.event.name for entry in LOG if isinstance(entry.event, Tracked))
    assert {name: total(f"event/{name}") for name in events} == events
    told = Counter(entry.event.status for entry in LOG if isinstance(entry.event, DeliveryReported))
    for status in (DeliveryStatus.OPENED, DeliveryStatus.CLICKED, DeliveryStatus.BOUNCED):
        assert total(f"report/{status}") == told[status] > 0
    assert total("opt_out") == sum(isinstance(e.event, ConsentChanged) and not e.event.granted for e in LOG) > 0
    margin = sum(reward.amount for entry in LOG for reward in entry.rewards if reward.objective == "margin")
    assert total("reward/margin") == pytest.approx(margin)
    assert total("sum/ordered") == pytest.approx(margin)


def test_a_contact_is_a_message_that_was_accepted_and_could_arrive() -> None:
    accepted = sum(isinstance(e.event, DeliveryReported) and e.event.status == DeliveryStatus.ACCEPTED for e in LOG)
    issued = sum(isinstance(command, Deliver) for entry in LOG for command in entry.commands)
    bounced = total("report/bounced")
    assert total("contact") <= accepted - bounced
    assert 0 < total("contact") < issued, "some calls failed, some addresses are dead"


def test_who_left_has_days_until_then_and_who_stayed_all_of_them() -> None:
    days, gone = ACCOUNTS.column("days"), ACCOUNTS.column("event/cancelled") > 0
    assert gone.sum() > 3
    assert (days[~gone] == 28.0).all()
    assert (days[gone] < 28.0).all()


def test_weeks_add_up_to_the_whole() -> None:
    for name, weeks in ACCOUNTS.weekly.items():
        assert weeks.sum() == pytest.approx(ACCOUNTS.columns[name].sum()), name


def test_what_never_happened_is_nought() -> None:
    assert not ACCOUNTS.column("event/flew").any()
    assert not ACCOUNTS.total("flew").any()


def test_parts_are_gathered_in_the_order_of_residents_whatever_they_counted() -> None:
    first = Accounts(0, 2, {"a": np.array([1.0, 2.0])}, {"a": np.array([3.0])})
    second = Accounts(2, 1, {"b": np.array([5.0])}, {"b": np.array([5.0])})
    whole = gather([second, first])
    assert (whole.first, whole.count) == (0, 3)
    assert whole.columns["a"].tolist() == [1.0, 2.0, 0.0]
    assert whole.columns["b"].tolist() == [0.0, 0.0, 5.0]
    assert {name: values.tolist() for name, values in whole.weekly.items()} == {"a": [3.0], "b": [5.0]}


def test_weeks_are_the_sums_of_their_blocks() -> None:
    for name, weeks in ACCOUNTS.weekly.items():
        assert ACCOUNTS.blocks[name].shape == (BLOCKS, len(weeks))
        assert ACCOUNTS.blocks[name].sum(axis=0) == pytest.approx(weeks)
        assert ACCOUNTS.blocks[name].sum() == pytest.approx(ACCOUNTS.column(name).sum())
