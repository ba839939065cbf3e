"""Settings of the embedded runtime; the defaults are measured (`bench/embedded.py`), few need another value."""

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta, Struct

from segue.model.catalogue import Definition, DurationText, Name

Rate = Annotated[float, Meta(gt=0)]


class Ramp(Definition, frozen=True, kw_only=True):
    """Warming a sender up: how many messages it sends on the first days.

    Attributes:
        start: the first day, ``2026-03-01`` (UTC).
        daily: at most so many on the first day, the second, ...; spread over the day. After the last only the channel's
            rate holds.
    """

    start: Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    daily: Annotated[tuple[Annotated[int, Meta(ge=1)], ...], Meta(min_length=1)]


class ChannelLimits(Definition, frozen=True, kw_only=True):
    """How fast a channel may be called; stands beside its ``type`` in ``segue.yaml``.

    Attributes:
        rate: calls a second at most, evenly; None for no limit.
        provider: channels that name the same one share its rate (``providers`` in ``segue.yaml``).
        ramp: fewer on the first days.
        breaker_after: after so many failures in a row (``retryable``, or no answer) the channel rests; nothing waiting
            for it is lost.
        breaker_rest: how long it rests; then one message tries whether it works again.
    """

    rate: Rate | None = None
    provider: Name | None = None
    ramp: Ramp | None = None
    breaker_after: Annotated[int, Meta(ge=1)] = 5
    breaker_rest: DurationText = "30s"


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
