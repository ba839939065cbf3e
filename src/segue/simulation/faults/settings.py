"""Settings: how the process works. Small batches, queues and rounds, so that little happens in one step."""

from random import Random

from segue.channels.settings import ChannelLimits
from segue.runtimes.embedded import Settings

RATES = (None, 1 / 600, 1 / 40_000)
"""How fast channels may be called: some so slowly that much has changed when a message's turn comes."""
LIMITED = ("email", "push")


def draw_settings(chance: Random) -> Settings:
    """Return the settings of a seed.

    The clock is looked at seldom where nothing else wakes the process up: a bell that is not rung is missed the longer.
    """
    return Settings(
        batch_max=16,
        queue_max=64,
        timer_poll_seconds=chance.choice((10_800.0, 43_200.0)),
        snapshot_seconds=chance.choice((60.0, 3600.0, 21_600.0)),
        snapshot_chunk=chance.choice((2, 5, 200)),
        channel_workers=chance.choice((1, 2, 4)),
        channel_backlog=chance.choice((1, 3, 10_000)),
        hot_customers=chance.choice((1, 4, 10_000)),
        channel_limits={name: ChannelLimits(rate=chance.choice(RATES)) for name in LIMITED},
        manages_gc=False,
    )
