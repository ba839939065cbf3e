"""value: what is left of later counts, and where the model cannot tell, it says why."""

from math import inf, nan

import numpy as np
import pytest
from msgspec.structs import replace

from segue.core.catalogue import Scored
from segue.core.decisioning.context import Context
from segue.core.decisioning.policies.value import HAZARD, LATER, RESPONSE, ValuePolicy
from segue.core.decisioning.policy import Unready
from segue.model.catalogue import ChannelSpec
from segue.model.learning import Learning, Objective
from segue.model.snapshots import LongTermModel, ModelSnapshot, PropensityModel
from segue.model.time import DAY, Instant
from segue.model.workspace import PolicySpec, Workspace
from tests.builders import workspace
from tests.core.decisioning.models.long_term_models import a_model

NOW = Instant(1_000 * DAY)
NAMES = ("one", "orders", "age", "fatigue_dose")
SILENCE = Scored("", "", 0.0, 0.0)
EMAIL = Scored("offer", "email", 0.0, 9.0, {"cost": 0.5})
SMS = Scored("offer", "sms", 0.0, 9.0, {"cost": 0.5, "price": 0.25, "subsidy": 0.125})


def a_shop(model: LongTermModel | PropensityModel | None = None, age_days: int = 1, **changes: object) -> Workspace:
    body = model or a_model()
    trained = Instant(NOW - age_days * DAY)
    snapshot = ModelSnapshot(
        kind="long_term", version="v1", trained_from=Instant(0), trained_to=trained, rows=9, body=body
    )
    return replace(workspace(policy=PolicySpec(name="value"), models={"long_term": snapshot}), **changes)


def context(dose: float = 0.0, **changes: object) -> Context:
    return replace(Context((1.0, 0.0, 0.0, dose), NAMES, "message", NOW), **changes)


def ask(policy: ValuePolicy, about: Context, *candidates: Scored, slot: float = 0.0) -> list[float]:
    silence = replace(SILENCE, total=slot)
    return list(policy.probabilities(about, [*policy.score(about, candidates), silence]))


def why_not(policy: ValuePolicy, about: Context) -> str:
    with pytest.raises(Unready) as unready:
        policy.score(about, [EMAIL])
    return unready.value.reason


def test_the_total_is_now_plus_later_less_cost_and_prices_plus_subsidy() -> None:
    email, sms = ValuePolicy(a_shop()).score(context(), [EMAIL, SMS])

    assert email.scores == pytest.approx({"cost": 0.5, RESPONSE: 4.0, LATER: -4.0, HAZARD: 0.0, "total": -0.5})
    assert sms.total == sms.scores["total"] == 2.0 - 8.0 - 0.5 - 0.25 + 0.125


def test_a_lever_multiplies_what_a_contact_brings_now_and_not_what_it_takes_of_later() -> None:
    wanted = replace(EMAIL, scores={"lever": 3.0, "cost": 0.5})

    assert ValuePolicy(a_shop()).score(context(), [wanted])[0].total == 12.0 - 4.0 - 0.5


def test_silence_is_kept_where_a_contact_takes_more_of_later_than_it_brings_now() -> None:
    flat = a_model(later=np.full((2, 3), 10.0).tobytes())

    assert ask(ValuePolicy(a_shop()), context(), EMAIL)[-1] > 0.99
    assert ask(ValuePolicy(a_shop(flat)), context(), EMAIL)[0] > 0.99


def test_who_is_tired_already_loses_less_by_one_more() -> None:
    bent = a_model(later=np.array([[10.0, 4.0, 3.0]] * 2).tobytes())

    rested, tired = (ValuePolicy(a_shop(bent)).score(context(dose), [EMAIL])[0] for dose in (0.0, 1.0))

    assert (rested.scores[LATER], tired.scores[LATER]) == (-6.0, -1.0)


def test_a_contact_pays_the_dearer_of_patience_and_slot_and_not_both() -> None:
    cheap = a_model(later=np.array([[10.0, 8.0, 6.0]] * 2).tobytes())
    policy, taking = ValuePolicy(a_shop(cheap)), replace(EMAIL, takes_slot=True)
    # It brings 4 now, takes 2 of later and costs 0.5: 1.5 are left. A slot worth less than 2 changes nothing.

    assert ask(policy, context(), taking, slot=1.9) == ask(policy, context(), taking)
    assert ask(policy, context(), taking, slot=3.4)[0] > 0.9
    assert ask(policy, context(), taking, slot=3.6)[0] < 0.1
    assert ask(policy, context(), EMAIL, slot=50.0)[0] > 0.9


def test_what_interrupts_nobody_does_not_tire() -> None:
    banner = replace(EMAIL, channel="website")
    shop = a_shop(channels=(ChannelSpec(name="website", family="placement"),))

    assert ValuePolicy(shop).score(context(), [banner])[0].scores[LATER] == 0.0


def test_what_was_never_seen_gets_its_small_reach_only() -> None:
    flat = a_model(later=np.full((2, 3), 10.0).tobytes())

    found = ask(ValuePolicy(a_shop(flat)), context(), replace(EMAIL, action="new"), EMAIL)

    assert found[0] <= 0.02
    assert ask(ValuePolicy(a_shop(flat)), context(), replace(EMAIL, action="new"))[0] == pytest.approx(0.02)


def test_the_more_was_learnt_from_the_less_is_left_to_what_seems_worse() -> None:
    little, much = (ValuePolicy(a_shop(a_model(effective_rows=rows))) for rows in (100.0, 1_000_000.0))

    assert ask(little, context(), EMAIL)[0] > 10.0 * ask(much, context(), EMAIL)[0] > 0.0


def test_many_customers_get_what_each_would_get_alone() -> None:
    policy, chance = ValuePolicy(a_shop()), np.random.default_rng(3)
    contexts = np.column_stack([np.ones(50), chance.normal(size=(50, 2)), chance.uniform(0.0, 3.0, 50)])
    candidates = (EMAIL, replace(SMS, takes_slot=True, scores={"lever": 2.0}), replace(EMAIL, action="new"))

    many = policy.many(NAMES, contexts, (*candidates, replace(SILENCE, total=1.0)))

    for row, odds in zip(contexts, many, strict=True):
        alone = ask(policy, context(values=tuple(row.tolist())), *candidates, slot=1.0)
        assert alone == pytest.approx(odds.tolist(), abs=1e-12)


def test_it_says_why_it_cannot_decide() -> None:
    assert why_not(ValuePolicy(workspace()), context()) == "no_model"
    assert why_not(ValuePolicy(a_shop(age_days=31)), context()) == "stale_model"
    assert (
        why_not(ValuePolicy(a_shop()), context(names=("one", "orders", "seen", "fatigue_dose"))) == "missing_input:age"
    )
    assert why_not(ValuePolicy(a_shop(a_model(later=b"\0" * 8))), context()) == "corrupt_model"
    assert why_not(ValuePolicy(a_shop(PropensityModel({}))), context()) == "corrupt_model"


@pytest.mark.parametrize("odd", [nan, inf, -inf])
def test_a_number_that_is_none_is_not_decided_about(odd: float) -> None:
    assert why_not(ValuePolicy(a_shop()), context(odd)) == "not_finite"


def test_a_model_of_other_objective_weights_is_not_asked() -> None:
    sold = {"sold": Objective(event="bought", value=10.0)}
    model = a_model(objectives={"sold": 10.0})

    same = a_shop(model, learning=Learning(objectives=sold))
    other = a_shop(model, learning=Learning(objectives={"sold": replace(sold["sold"], weight=2.0)}))

    assert len(ValuePolicy(same).score(context(), [EMAIL])) == 1
    assert why_not(ValuePolicy(other), context()) == "stale_model"


def test_silence_alone_is_certain() -> None:
    assert ask(ValuePolicy(a_shop()), context()) == [1.0]
