"""Settings of the embedded runtime; the defaults are measured (`bench/embedded.py`), few need another value."""

from collections.abc import Mapping

from msgspec import Struct

from segue.channels.settings import ChannelLimits


class Settings(Struct, frozen=True, kw_only=True):
    """How the embedded runtime works.

    Attributes:
        batch_max: events in one group commit at most.
        linger_seconds: how long a commit waits for more events; a decision request does not wait.
        queue_max: events that may wait for a commit; more are refused as overload.
        dedupe_window: the latest events whose ids are remembered: the same id again is a duplicate for certain.
        hot_customers: how many customers are kept decoded.
        snapshot_seconds: how often changed customers are written behind.
        snapshot_chunk: customers written between two commits: encoding one takes about 10 us, in which nobody is
            answered.
        timer_poll_seconds: the longest sleep, so that a clock that was set forward is noticed.
        channel_workers: calls to one message channel at the same time.
        channel_backlog: commands of one channel kept in memory; more wait in the ledger.
        channel_limits: how fast each channel may be called; no limits where it is not named.
        provider_rates: calls a second at most over all channels that name the provider.
        audience_linger_seconds: how long an audience channel gathers changes for one synchronisation.
        audience_batch_max: changes in one synchronisation at most.
        stop_seconds: how long stopping waits for calls to channels that have begun.
        segment_seconds: how often Parquet segments are written (`start(..., segments=FOLDER)`).
        manages_gc: freeze what is there at the start, and collect only between batches.
    """

    batch_max: int = 256
    linger_seconds: float = 0.002
    queue_max: int = 20_000
    dedupe_window: int = 1_000_000
    hot_customers: int = 10_000
    snapshot_seconds: float = 5.0
    snapshot_chunk: int = 200
    timer_poll_seconds: float = 1.0
    channel_workers: int = 32
    channel_backlog: int = 10_000
    channel_limits: Mapping[str, ChannelLimits] = {}
    provider_rates: Mapping[str, float] = {}
    audience_linger_seconds: float = 0.25
    audience_batch_max: int = 500
    stop_seconds: float = 10.0
    segment_seconds: float = 60.0
    manages_gc: bool = True
