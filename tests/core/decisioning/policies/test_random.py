import pytest

from segue.core.catalogue import Scored
from segue.core.decisioning.context import Context
from segue.core.decisioning.policies.random import RandomPolicy

SILENCE = Scored("", "", 0.0, 0.0)


@pytest.mark.parametrize("others", [0, 1, 2, 5])
def test_every_candidate_and_silence_have_the_same_probability(others: int) -> None:
    candidates = [*(Scored(f"offer_{n}", "email", float(n), -float(n)) for n in range(others)), SILENCE]
    assert RandomPolicy().probabilities(Context(), candidates) == (1.0 / (others + 1),) * (others + 1)
