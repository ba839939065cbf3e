"""Priors by kind of block."""

import numpy as np
import pytest

from segue.core.decisioning.models.shape import Prior


def test_each_kind_has_its_prior_and_constants_are_wider() -> None:
    prior = Prior(kinds=(("shared", 0.3), ("own", 0.1)), other=0.2, level=2.0, base=3.0)

    assert prior.variances("shared", 3) == pytest.approx([9.0, 0.09, 0.09])
    assert prior.variances("own:offer/email", 2) == pytest.approx([0.04, 0.01])
    assert prior.variances("theme:spring", 2) == pytest.approx([0.16, 0.04])


def test_the_variance_along_x_is_that_of_the_weights() -> None:
    prior, x = Prior(), np.array([1.0, 2.0, -0.5])

    assert prior.variance("channel:email") * prior.along(x) == pytest.approx(x**2 @ prior.variances("channel:email", 3))


def test_what_an_action_does_on_one_channel_alone_is_expected_to_be_half_a_main_effect() -> None:
    prior = Prior()

    own, channel, action = (
        prior.variance(block) ** 0.5 for block in ("own:offer/email", "channel:email", "action:offer")
    )
    assert own == pytest.approx(channel / 2.0)
    assert own < action / 2.0
