"""Model: the parameters of a fitted market, and what is fitted from."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from segue.core.decisioning.rewards import channel_window, objectives_of
from segue.model.catalogue import Action
from segue.model.workspace import Workspace
from segue.simulation.fitted.design import Design, Traits, make_design, read_traits, tiredness
from segue.simulation.fitted.history import Floats, History, Ints
from segue.simulation.fitted.pairs import Pairs, answer_pairs, chain_pairs

WEEK_HOURS = 168
MOST_COUNTED = 20.0
USUAL_WINDOW = 7 * 86_400_000_000


class Evidence(Struct, frozen=True, eq=False):
    """What a market is fitted from: a history, and what is computed of it once.

    Attributes:
        traits: of the history's N customers.
        x: (m, p) the design of all contacts.
        answers: the kinds of events that contacts are believed to lead to.
        windows: (m,) how long after each contact its answers are looked for, in microseconds.
        starts: (m,) when they begin: at the click, or at the contact.
        counts: (m,) how much each contact counts, for how likely it was (`weigh`).
        ending: the kind of event by which a customer leaves; -1 for none.
        weeks: (N,) for how long each customer was watched.
    """

    history: History
    traits: Traits
    design: Design
    x: Floats
    answers: tuple[int, ...]
    windows: Ints
    starts: Ints
    counts: Floats
    chains: Pairs
    causes: Pairs
    ending: int
    weeks: Floats


class Fit(Struct, frozen=True, eq=False):
    """One market: the parameters for N customers and K kinds of events.

    Attributes:
        rates: (N, K) events a week of their own accord that follow no other.
        extra: (K,) of these on a day that has one: how many more.
        profile: (K, 168) shares of the hours of a week, Monday 0 UTC first.
        chain: (K, K) how many events of the second kind an event of the first leads to.
        chain_delay: (K, K, bins) shares of the delays of `CHAIN_HOURS`.
        chain_more: (N, K) by what that is multiplied for each customer.
        answer: by kind, weights of the logarithm of how many events a contact leads to beyond all that: (p + 2,), the
            last two for a contact that was opened, and clicked.
        answer_delay: by kind, (channels, bins) shares of the delays of `ANSWER_HOURS`.
        answer_more: by kind, (N,) by what that is multiplied for each customer.
        opens, clicks: weights (p,) of the log-odds of opening, and of clicking what was opened; by what channel tells.
        opens_more, clicks_more: (N,) what each customer adds.
        opt_outs: weights (p,) of the log-odds of withdrawing consent because of a contact.
        own_opt_outs: a week and customer, without one, by channel or ``*``.
        leaving: weights of the log-odds of leaving in a week: intercept, fatigue, traits.
    """

    rates: Floats
    extra: Floats
    profile: Floats
    chain: Floats
    chain_delay: Floats
    chain_more: Floats
    answer: dict[int, Floats]
    answer_delay: dict[int, Floats]
    answer_more: dict[int, Floats]
    opens: Floats
    opens_more: Floats
    clicks: Floats
    clicks_more: Floats
    opt_outs: Floats
    own_opt_outs: dict[str, float]
    leaving: Floats


def gather_evidence(
    history: History, known: Mapping[str, Mapping[str, Any]], workspace: Workspace, more: tuple[Action, ...] = ()
) -> Evidence:
    """Return what a market is fitted from.

    Args:
        known: the traits of each customer.
        workspace: as it ran: what counts as a success, windows, natures of actions.
        more: actions that the log may not know yet.
    """
    traits = read_traits([known.get(name, {}) for name in history.customers])
    actions = {each.action: each for each in (*workspace.actions, *more)}
    channels = {each.name: channel_window(each, workspace) for each in workspace.channels}
    windows = {name: channels.get(name, USUAL_WINDOW) for name in history.channels}
    design = make_design(history, tuple(actions.values()), tuple(channels), traits)
    contacts = history.contacts
    starts = np.where(contacts.clicked_at < history.until, contacts.clicked_at, contacts.at)
    lengths = np.array([windows[name] for name in history.channels], dtype=np.int64)
    ending = ending_of(workspace)
    return Evidence(
        history=history,
        traits=traits,
        design=design,
        x=design.matrix(history, traits, tiredness(history)),
        answers=answers_of(history, workspace, ending),
        windows=lengths[contacts.channel] if len(lengths) else np.zeros(0, dtype=np.int64),
        starts=starts,
        counts=weigh(history),
        chains=chain_pairs(history),
        causes=answer_pairs(history, windows, starts),
        ending=history.kinds.index(ending) if ending in history.kinds else -1,
        weeks=_watched(history, ending),
    )


def weigh(history: History) -> Floats:
    """Return how much each contact counts (m,): how often its action came by its channel over how likely it was then.

    A policy's own log is full of its favourites; unweighted, a model that is a little wrong is right for those only
    (stabilised inverse probabilities; Robins, Hernan and Brumback 2000). What was not drawn counts once.
    """
    contacts = history.contacts
    drawn = (contacts.probability > 0.0) & (contacts.probability < 1.0)
    counts = np.ones(len(contacts.at))
    if drawn.any():
        ways = contacts.action[drawn] * max(len(history.channels), 1) + contacts.channel[drawn]
        share = np.bincount(ways)[ways] / drawn.sum()
        ratio = share / contacts.probability[drawn]
        counts[drawn] = np.minimum(ratio / ratio.mean(), MOST_COUNTED)
    return counts


def ending_of(workspace: Workspace) -> str:
    """Return the event by which a customer leaves, as ``learning.churn`` declares it; "" where it does not."""
    churn = workspace.learning.churn
    return churn.event if churn is not None and churn.means == "leaving" else ""


def successes_of(workspace: Workspace) -> tuple[str, ...]:
    """Return the tracked events that the workspace is after: successes of actions, objectives, goals of journeys."""
    found = {each.converted_by for each in workspace.actions if each.converted_by}
    found |= {each.event for each in objectives_of(workspace).values()}
    found |= {each.goal.event for each in workspace.journeys if each.goal is not None}
    return tuple(sorted(found & set(workspace.events)))


def answers_of(history: History, workspace: Workspace, ending: str) -> tuple[int, ...]:
    """Return the kinds that contacts are believed to lead to: successes; any but leaving where none is declared."""
    wanted = [name for name in successes_of(workspace) if name != ending]
    chosen = [place for place, name in enumerate(history.kinds) if name in wanted]
    if not wanted:
        chosen = [place for place, name in enumerate(history.kinds) if name != ending]
    return tuple(chosen)


def _watched(history: History, ending: str) -> Floats:
    """Return for how many weeks each customer was watched: from when they were first seen, until they left."""
    until = np.full(len(history.customers), history.until, dtype=np.int64)
    if ending in history.kinds:
        left = history.events.kind == history.kinds.index(ending)
        np.minimum.at(until, history.events.customer[left], history.events.at[left])
    return np.asarray(np.maximum(until - history.since, 3_600_000_000) / (7 * 86_400_000_000), dtype=np.float64)


def week_hours(at: NDArray[np.int64]) -> Ints:
    """Return the hour of the week (Monday 0 UTC is 0) of each moment."""
    # 1970-01-01 was a Thursday.
    return np.asarray((at // 3_600_000_000 + 72) % WEEK_HOURS)
