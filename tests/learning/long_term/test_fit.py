"""From a log to a policy: what is learnt is reported, repeats, and beats looking at the next purchase only."""

import msgspec
import numpy as np
import pytest

from segue.core.decisioning.models.long_term import LongTerm
from segue.learning.long_term import LongTermSettings, fit_long_term
from segue.model.errors import SegueError
from segue.model.snapshots import LongTermModel
from tests.learning.long_term.logs import ARMS, DECAY, DOSES, Shop, a_log

SHOP = Shop(contact=0.0, wear=1.2, leave=-4.5, anger=1.2)


def test_the_report_says_what_was_learnt_from() -> None:
    log = a_log(customers=100)
    model, report = fit_long_term(log)

    assert report.rows == len(log.arm)
    assert report.contacts == (log.arm >= 0).sum() == sum(model.evidence.values())
    assert report.rewards == (log.reward > 0.0).sum()
    assert report.withdrawals == log.opted_out.sum()
    assert report.effective_rows == pytest.approx(model.effective_rows)
    assert min(report.dose_lost) >= 0.0


def test_the_same_log_gives_the_same_model_to_the_byte_and_it_survives_being_stored() -> None:
    log = a_log(customers=100)
    one, two = fit_long_term(log)[0], fit_long_term(log)[0]

    assert msgspec.msgpack.encode(one) == msgspec.msgpack.encode(two)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(one), type=LongTermModel) == one


def test_nothing_is_learnt_from_contacts_alone() -> None:
    log = a_log(customers=20)

    with pytest.raises(SegueError, match="Explore"):
        fit_long_term(msgspec.structs.replace(log, arm=np.zeros(len(log.arm), dtype=int)))


def test_rewards_may_be_harms() -> None:
    log = a_log(customers=100)
    model, _ = fit_long_term(msgspec.structs.replace(log, reward=-log.reward))

    assert LongTerm(model).weigh(np.zeros((1, 1)), np.zeros(1), ARMS).gain.max() < 0.0


def brought(model: LongTermModel, looks_ahead: bool) -> float:
    """Return what greedy decisions bring a customer of the shop in 90 days."""
    chance, known = np.random.default_rng(9), LongTerm(model)
    orders, counts, is_here, total = chance.normal(size=2_000), np.zeros((2_000, 2)), np.ones(2_000, dtype=bool), 0.0
    for _ in range(90):
        dose = counts @ DOSES
        seen = np.column_stack([orders, counts.sum(axis=1), np.log1p(counts)])
        weighed = known.weigh(*known.read(seen), ARMS)
        worth = weighed.gain + (weighed.later if looks_ahead else 0.0)
        sent = is_here & (worth.max(axis=1) > 0.0)
        logit = np.where(sent, SHOP.contact + SHOP.slope * orders - SHOP.wear * dose, SHOP.idle)
        total += float((chance.random(2_000) < 1.0 / (1.0 + np.exp(-logit))).sum()) * SHOP.amount
        left = sent & (chance.random(2_000) < 1.0 / (1.0 + np.exp(-SHOP.leave - SHOP.anger * dose)))
        counts[np.arange(2_000), worth.argmax(axis=1)] += sent
        counts *= DECAY
        is_here &= ~left
    return total / 2_000


def test_looking_ahead_brings_more_than_looking_at_the_next_purchase() -> None:
    model, _ = fit_long_term(a_log(SHOP, customers=600), LongTermSettings())

    assert brought(model, looks_ahead=True) > 1.1 * brought(model, looks_ahead=False)
