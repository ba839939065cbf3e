"""Responses: who opens, clicks, withdraws consent or leaves, as chances that depend on the contact and the customer."""

from typing import NamedTuple

import numpy as np

from segue.model.time import WEEK
from segue.simulation.fitted.design import healed
from segue.simulation.fitted.history import Flags, Floats
from segue.simulation.fitted.model import Evidence
from segue.simulation.fitted.regression import Prior, customer_offsets, fit_regression

_OPENS, _CLICKS, _OPT_OUTS, _LEAVING = -1.0, -1.5, -6.0, -5.0


class Responses(NamedTuple):
    """A part of `Fit`, whose names it has."""

    opens: Floats
    opens_more: Floats
    clicks: Floats
    clicks_more: Floats
    opt_outs: Floats
    own_opt_outs: dict[str, float]
    leaving: Floats


def fit_responses(evidence: Evidence, mass: Floats, rng: np.random.Generator | None) -> Responses:
    """Return the responses.

    Args:
        mass: (N,) how much each customer counts.
        rng: for a market that could have made the log as well.
    """
    contacts, until = evidence.history.contacts, evidence.history.until
    telling = tells_of(evidence)
    told = np.isin(contacts.channel, [place for place, tells in enumerate(telling) if tells])
    clicked = contacts.clicked_at < until
    opened = (contacts.opened_at < until) | clicked
    opens, opens_more = _chances(evidence, told, opened, _OPENS, mass, rng, differs=True)
    clicks, clicks_more = _chances(evidence, told & opened, clicked, _CLICKS, mass, rng, differs=True)
    everywhere = np.ones(len(told), dtype=bool)
    opt_outs, _ = _chances(evidence, everywhere, contacts.opted_out_at < until, _OPT_OUTS, mass, rng, differs=False)
    return Responses(
        opens, opens_more, clicks, clicks_more, opt_outs, _own(evidence, mass), _leaving(evidence, mass, rng)
    )


def tells_of(evidence: Evidence) -> list[bool]:
    """Return whether each channel has ever told of an open or a click."""
    contacts, until = evidence.history.contacts, evidence.history.until
    heard = (contacts.opened_at < until) | (contacts.clicked_at < until)
    return [bool(heard[contacts.channel == place].any()) for place in range(len(evidence.history.channels))]


def _chances(
    evidence: Evidence,
    rows: Flags,
    happened: Flags,
    base: float,
    mass: Floats,
    rng: np.random.Generator | None,
    *,
    differs: bool,
) -> tuple[Floats, Floats]:
    """Return weights (p,) and what each customer adds (N,) for what happened of the contacts in ``rows``."""
    prior = _shifted(evidence.design.prior(base), rng)
    count = len(evidence.history.customers)
    offsets, spread = np.zeros(count), 0.0
    if not rows.any():
        return prior.means, offsets
    x, y = evidence.x[rows], happened[rows].astype(np.float64)
    whose = evidence.history.contacts.customer[rows]
    counted = mass[whose] * evidence.counts[rows]
    fitted = fit_regression("chances", x, y, prior, mass=counted, offset=offsets[whose])
    for _ in range(2 if differs else 0):
        offsets, spread = customer_offsets(y, x @ fitted.weights, whose, count, counted)
        fitted = fit_regression("chances", x, y, prior, mass=counted, offset=offsets[whose], start=fitted, rounds=1)
    if rng is not None and spread:
        chances = 1.0 / (1.0 + np.exp(-(x @ fitted.weights + offsets[whose])))
        curve = np.bincount(whose, weights=chances * (1.0 - chances), minlength=count) + 1.0 / spread**2
        offsets = offsets + rng.standard_normal(count) / np.sqrt(curve)
    return fitted.weights, offsets


def _shifted(prior: Prior, rng: np.random.Generator | None) -> Prior:
    if rng is None:
        return prior
    return Prior(prior.means + prior.spreads * rng.standard_normal(len(prior.means)), prior.spreads, prior.groups)


def _own(evidence: Evidence, mass: Floats) -> dict[str, float]:
    """Return how often consent is withdrawn without a contact, a week and customer."""
    weeks = float((mass * evidence.weeks).sum())
    found: dict[str, float] = {}
    for customer, channel, _ in evidence.history.withdrawals:
        found[channel] = found.get(channel, 0.0) + float(mass[customer]) / weeks
    return found


def _leaving(evidence: Evidence, mass: Floats, rng: np.random.Generator | None) -> Floats:
    """Return the weights of the log-odds of leaving in a week; empty where no event ends it."""
    if evidence.ending < 0:
        return np.zeros(0)
    x, y, whose = _weeks(evidence)
    width = x.shape[1]
    groups = np.array([-1, -1, *[0] * (width - 2)], dtype=np.int64)
    spreads = np.array([2.0, 0.5, *[0.5] * (width - 2)])
    prior = _shifted(Prior(np.array([_LEAVING, *[0.0] * (width - 1)]), spreads, groups), rng)
    return fit_regression("chances", x, y, prior, mass=mass[whose], offset=np.zeros(len(y))).weights


def _weeks(evidence: Evidence) -> tuple[Floats, Floats, np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """Return a row for every whole week of every customer: intercept, fatigue, traits; whether they left; who it is."""
    history = evidence.history
    events = history.events
    left = {
        int(c): int(at)
        for c, k, at in zip(events.customer, events.kind, events.at, strict=True)
        if k == evidence.ending
    }
    sent: dict[int, list[int]] = {}
    for customer, at in zip(history.contacts.customer.tolist(), history.contacts.at.tolist(), strict=True):
        sent.setdefault(customer, []).append(at)
    rows, ends, whose = [], [], []
    for customer in range(len(history.customers)):
        since, gone = int(history.since[customer]), left.get(customer, history.until)
        for begin in range(since, min(gone + 1, history.until - WEEK + 1), WEEK):
            tired = sum(healed(1.0, begin - at) for at in sent.get(customer, ()) if at < begin)
            rows.append([1.0, tired, *evidence.traits.values[customer]])
            ends.append(float(customer in left and gone < begin + WEEK))
            whose.append(customer)
    shape = (len(rows), 2 + len(evidence.traits.names))
    return np.array(rows).reshape(shape), np.array(ends), np.array(whose, dtype=np.int64)
