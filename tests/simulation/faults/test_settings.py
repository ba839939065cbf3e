from random import Random

from segue.simulation.faults.settings import LIMITED, RATES, draw_settings
from segue.simulation.faults.town import workspace


def test_seeds_run_the_process_in_different_ways() -> None:
    drawn = [draw_settings(Random(seed)) for seed in range(50)]
    assert draw_settings(Random(1)) == drawn[1]
    assert {each.channel_workers for each in drawn} == {1, 2, 4}
    assert {limits.rate for each in drawn for limits in each.channel_limits.values()} == set(RATES)


def test_the_channels_that_are_slow_are_in_town() -> None:
    assert set(LIMITED) <= {spec.name for spec in workspace().channels}
