"""What learning.yaml may say: values within their range, and a reward that is a name and a number."""

from typing import Any

import msgspec
import pytest

from segue.model.learning import Churn, Learning, Objective, Reward
from tests.builders import reread, stored


def read(**fields: Any) -> Learning:
    return msgspec.convert(fields, Learning)


def test_nothing_said_is_the_usual() -> None:
    assert read() == Learning()
    assert read(objectives={"sold": {"event": "ordered"}}).objectives == {"sold": Objective(event="ordered")}
    assert read(churn={"event": "ordered"}).churn == Churn(event="ordered", means="staying", within="60d", among="180d")


@pytest.mark.parametrize(
    "fields",
    [
        {"objectives": {"sold": {"event": "ordered", "at_most": 0}}},
        {"bias": [{"trait": "region", "least_ratio": 1.2}]},
        {"bias": [{"trait": "region", "least_ratio": 0}]},
        {"windows": {"email": "a while"}},
        {"churn": {"event": "ordered", "means": "sleeping"}},
        {"churn": {"within": "60d"}},
        {"objective": {}},
    ],
)
def test_what_makes_no_sense_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        read(**fields)


def test_a_reward_is_stored_by_position() -> None:
    assert reread(Reward("sold", 2.5)) == Reward("sold", 2.5) == stored(Reward, ["sold", 2.5])
