"""The outbox between decisions: what is due, what ended runs leave behind, when to wake up."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from segue.core.delivery.commands import leave_audience
from segue.model.commands import Command
from segue.model.customers import Held, InFlight, Membership, Outbox
from segue.model.decisions import Candidate, Reason
from segue.model.ids import CustomerId, RunId
from segue.model.runs import Ended
from segue.model.time import NEVER, Instant

_T = TypeVar("_T")

_ORDERLY = ("done",)
"""Ends after which what was proposed still goes out: the run came to its end, nothing interrupted it."""


WITHDRAWN = "exit_event"
"""Why a proposal is wanted no more though its run goes on: an event led the run elsewhere."""


class Opened(Struct, frozen=True):
    """The outbox at the start of a transition, without what is due.

    Attributes:
        due: held candidates to be judged again, because their time has come or their run ended; all channels of one
            proposal together, since one of them is sent at most.
        retries: messages whose retry is due.
        commands: removals from audiences, which go before everything else.
        dropped: messages between two attempts whose run was interrupted, with the reason: there is no next attempt.
    """

    outbox: Outbox
    due: tuple[Candidate, ...]
    retries: tuple[InFlight, ...]
    commands: tuple[Command, ...]
    dropped: tuple[tuple[InFlight, str], ...] = ()


_NOTHING = Outbox()
_NOTHING_DUE = Opened(_NOTHING, (), (), ())


def open_outbox(
    outbox: Outbox,
    ended: tuple[Ended, ...],
    withdrawn: tuple[tuple[RunId, int], ...],
    is_wanted: Callable[[Membership], bool],
    is_paused: Callable[[Candidate], bool],
    customer_id: CustomerId,
    now: Instant,
    *,
    is_here: bool = False,
) -> Opened:
    """Return what is due now, and the outbox without it.

    Args:
        withdrawn: (run, occurrence) of proposals that are wanted no more though their run goes on.
        is_wanted: tells whether a membership is still allowed and of use.
        is_paused: tells whether the run that proposed a candidate stands still.
        is_here: the customer is there at this moment: no better one needs to be waited for.
    """
    if outbox == _NOTHING:
        return _NOTHING_DUE
    reasons: dict[str, str] = {end.run_id: end.reason for end in ended}
    why = _Interruptions(reasons, withdrawn)
    held = tuple(_outliving(h, reasons, why) for h in outbox.held)
    closes = any(h.reason == Reason.POOLED and h.release_at <= now for h in held)
    awake = {h.candidate.delivery_id: None for h in held if _is_due(h, reasons, why, closes, is_paused, is_here, now)}
    dropped = tuple(f for f in outbox.in_flight if f.retry_at != NEVER and why.of(f.candidate))
    retries = tuple(f for f in outbox.in_flight if _may_try_again(f, is_paused, now) and f not in dropped)
    left = tuple(m for m in outbox.memberships if _is_over(m, reasons, is_wanted, now))
    rest = Outbox(
        held=tuple(h for h in held if h.candidate.delivery_id not in awake),
        in_flight=tuple(
            replace(f, cancelled=why.of(f.candidate)) if why.of(f.candidate) else f
            for f in outbox.in_flight
            if f not in retries and f not in dropped
        ),
        memberships=tuple(m for m in outbox.memberships if m not in left),
    )
    return Opened(
        outbox=rest,
        due=tuple(_pooled(h, now) for h in held if h.candidate.delivery_id in awake),
        retries=retries,
        commands=tuple(leave_audience(m, customer_id, now) for m in _last_members(left, rest.memberships)),
        dropped=tuple((f, why.of(f.candidate)) for f in dropped),
    )


def outliving(candidate: Candidate, runs: Mapping[str, object], ended: Mapping[str, str]) -> Candidate:
    """Return ``candidate``, on its own where its run came to its end in order, now or before: it may still go out.

    Args:
        runs: the runs that are alive.
        ended: why runs ended in this transition.
    """
    end = ended.get(candidate.run_id)
    is_interrupted = end is not None and end not in _ORDERLY
    return candidate if candidate.run_id in runs or is_interrupted else replace(candidate, run_id=RunId(""))


def next_due(outbox: Outbox) -> Instant:
    """Return when the outbox wants attention: a release, a retry, the end of a membership, an answer to be read."""
    if outbox.answers:
        return Instant(0)
    due = NEVER
    # Loops, because mostly all three are empty, and this is asked after every event.
    for held in outbox.held:
        due = min(due, held.release_at)
    for flight in outbox.in_flight:
        due = min(due, flight.retry_at)
    for membership in outbox.memberships:
        due = min(due, membership.until)
    return due


def merge_outboxes(ours: Outbox, theirs: Outbox) -> Outbox:
    """Return both outboxes as one; what is in both stands once."""
    return Outbox(
        held=_union(
            ours.held, theirs.held, lambda h: (h.candidate.delivery_id, h.candidate.action, h.candidate.channel)
        ),
        in_flight=_union(ours.in_flight, theirs.in_flight, lambda f: f.candidate.delivery_id),
        memberships=_union(ours.memberships, theirs.memberships, lambda m: m.delivery_id),
        answers=(*ours.answers, *theirs.answers),
    )


def _union(ours: tuple[_T, ...], theirs: tuple[_T, ...], key: Callable[[_T], object]) -> tuple[_T, ...]:
    known = {key(item): item for item in theirs}
    known |= {key(item): item for item in ours}
    return tuple(known.values())


def _is_over(
    membership: Membership,
    reasons: Mapping[str, str],
    is_wanted: Callable[[Membership], bool],
    now: Instant,
) -> bool:
    return membership.until <= now or membership.run_id in reasons or not is_wanted(membership)


def _is_due(
    held: Held,
    reasons: Mapping[str, str],
    why: "_Interruptions",
    closes: bool,
    is_paused: Callable[[Candidate], bool],
    is_here: bool,
    now: Instant,
) -> bool:
    if held.release_at <= now or held.candidate.run_id in reasons or why.of(held.candidate):
        return True
    if held.reason == Reason.POOLED:
        return closes  # the first pool to close is the moment of decision for all of them
    if held.reason == Reason.RECEPTIVE_DEFERRED:
        return is_here
    return held.reason == Reason.PAUSED_HELD and not is_paused(held.candidate)


def _may_try_again(flight: InFlight, is_paused: Callable[[Candidate], bool], now: Instant) -> bool:
    """Tell whether the next attempt is due: its time has come, or the pause that it waits for is over."""
    return flight.retry_at <= now or (flight.waits_for == Reason.PAUSED_HELD and not is_paused(flight.candidate))


def _pooled(held: Held, now: Instant) -> Candidate:
    """Return the candidate as it comes out: one that has waited for rivals does not do so again."""
    return replace(held.candidate, pooled_until=now) if held.reason == Reason.POOLED else held.candidate


def _last_members(left: tuple[Membership, ...], stay: tuple[Membership, ...]) -> tuple[Membership, ...]:
    """Return one of ``left`` for each audience that nothing else keeps the customer in."""
    kept = [_audience(membership) for membership in stay if not membership.is_ghost]
    leaving = {_audience(membership): membership for membership in left if not membership.is_ghost}
    return tuple(m for audience, m in leaving.items() if m.kind == "audience" and audience not in kept)


def _audience(membership: Membership) -> tuple[str, str, str, str]:
    # Two customers who turned out to be one are two members for the platform: each of them leaves.
    return membership.kind, membership.channel, membership.target, membership.joined_as


class _Interruptions:
    """Why what was proposed is wanted no more."""

    def __init__(self, reasons: Mapping[str, str], withdrawn: tuple[tuple[RunId, int], ...]) -> None:
        self._reasons = reasons
        self._withdrawn = withdrawn

    def of(self, candidate: Candidate) -> str:
        """Return the reason against ``candidate``, "" for none."""
        ended = self._reasons.get(candidate.run_id, "")
        if ended and ended not in _ORDERLY:
            return ended
        return WITHDRAWN if (candidate.run_id, candidate.occurrence) in self._withdrawn else ""


def _outliving(held: Held, reasons: Mapping[str, str], why: _Interruptions) -> Held:
    """Return what waits without its run, where that ended in order: the proposal stands on its own from now on."""
    if held.candidate.run_id not in reasons or why.of(held.candidate):
        return held
    return replace(held, candidate=replace(held.candidate, run_id=RunId("")))
