"""Fitting: the parameters that make a log most likely, and others that could have made it.

What customers do is a sum of three intensities: what they do of their own accord at their rate and at their hours, what
follows another event of theirs within hours, and what contacts lead to beyond both (a marked Hawkes process; Hawkes
1971). Which of them an event is due to is never seen; expectation and maximisation share each event out over all that
may have led to it (Veen and Schoenberg 2008; delays as histograms: Marsan and Lengline 2008). So what customers would
have done anyway is not credited to messages.

Other markets that could have made the log are fitted with customers weighted at random (Bayesian bootstrap; Rubin 1981)
and with beliefs drawn from what is believed beforehand (randomised maximum a posteriori; Bardsley et al. 2014), so that
what the log says nothing about differs from market to market as widely as is believed possible.
"""

import numpy as np

from segue.model.time import DAY
from segue.simulation.fitted.history import Floats, Ints
from segue.simulation.fitted.model import WEEK_HOURS, Evidence, Fit, week_hours
from segue.simulation.fitted.pairs import ANSWER_HOURS, CHAIN_HOURS, observed
from segue.simulation.fitted.regression import Regression, fit_regression, shrunk
from segue.simulation.fitted.responses import Responses, fit_responses

STEPS, AGAIN = 40, 12
_ANSWERS, _CHAINS = len(ANSWER_HOURS) - 1, len(CHAIN_HOURS) - 1
_BASE = float(np.log(0.01))
_MOST_CHILDREN = 0.9


class Fitter:
    """Fits `Evidence`.

    Args:
        rng: for a market that could have made the log as well; None for the most likely one.
    """

    def __init__(self, evidence: Evidence, rng: np.random.Generator | None = None) -> None:
        self._evidence, self._rng = evidence, rng
        history = evidence.history
        self._history, self._count, self._kinds = history, len(history.customers), len(history.kinds)
        drawn = rng.exponential(size=self._count) if rng is not None else np.ones(self._count)
        self._mass = drawn * (self._count / max(float(drawn.sum()), 1e-9))
        events = history.events
        self._event_mass = self._mass[events.customer]
        self._hour = week_hours(events.at)
        self._of_kind = {kind: np.flatnonzero(events.kind == kind) for kind in range(self._kinds)}
        causes = evidence.causes
        kinds = events.kind[causes.event]
        self._causes = {kind: np.flatnonzero(kinds == kind) for kind in evidence.answers}
        clicked = (history.contacts.clicked_at < history.until).astype(float)
        opened = np.maximum((history.contacts.opened_at < history.until).astype(float), clicked)
        self._x = np.column_stack([evidence.x, opened, clicked])
        prior = evidence.design.prior(_BASE)
        self._prior = type(prior)(
            self._shifted(np.append(prior.means, [0.0, 0.0]), np.append(prior.spreads, [1.0, 1.0])),
            np.append(prior.spreads, [1.0, 1.0]),
            np.append(prior.groups, [-1, -1]),
        )

    def _shifted(self, means: Floats, spreads: Floats) -> Floats:
        return means if self._rng is None else means + spreads * self._rng.standard_normal(len(means))

    def fit(self, start: Fit | None = None) -> Fit:
        """Return the parameters; from those of ``start`` on, where it is given."""
        self._begin(start)
        for _ in range(STEPS if start is None else AGAIN):
            self._share_out()
            self._maximise()
        responses = fit_responses(self._evidence, self._mass, self._rng)
        return self._close(responses)

    # -- where to begin -----------------------------------------------------------------------------------------

    def _begin(self, start: Fit | None) -> None:
        evidence, kinds = self._evidence, self._kinds
        history = self._history
        counts = np.zeros((self._count, kinds))
        np.add.at(counts, (history.events.customer, history.events.kind), 1.0)
        self._roots = (counts.sum(axis=0) / evidence.weeks.sum())[None, :].repeat(self._count, axis=0)
        self._profile = np.full((kinds, WEEK_HOURS), 1.0 / WEEK_HOURS)
        self._chain = np.full((kinds, kinds), 0.05)
        self._chain_delay = np.full((kinds, kinds, _CHAINS), 1.0 / _CHAINS)
        self._chain_more = np.ones((self._count, kinds))
        self._shapes: dict[str, Floats] = {}
        self._answer: dict[int, Regression] = {}
        self._answer_delay: dict[int, Floats] = {}
        self._answer_more: dict[int, Floats] = {}
        for kind in evidence.answers:
            self._answer[kind] = Regression(self._prior.means, self._prior.spreads)
            self._answer_delay[kind] = np.full((len(history.channels), _ANSWERS), 1.0 / _ANSWERS)
            self._answer_more[kind] = np.ones(self._count)
        if start is not None:
            self._roots, self._profile, self._chain = start.rates, start.profile, start.chain
            self._chain_delay, self._chain_more = start.chain_delay, start.chain_more
            self._answer = {kind: Regression(each, self._prior.spreads) for kind, each in start.answer.items()}
            self._answer_delay, self._answer_more = dict(start.answer_delay), dict(start.answer_more)

    # -- expectation --------------------------------------------------------------------------------------------

    def _share_out(self) -> None:
        """Share every event out over what may have led to it."""
        events, chains, causes = self._history.events, self._evidence.chains, self._evidence.causes
        root = self._roots[events.customer, events.kind] * self._profile[events.kind, self._hour]
        first, second = events.kind[chains.parent], events.kind[chains.event]
        led = self._chain[first, second] * self._chain_delay[first, second, chains.bin] / chains.width
        led *= self._chain_more[events.customer[chains.event], second]
        answered = np.zeros(len(causes.event))
        contacts = self._history.contacts
        for kind, rows in self._causes.items():
            expected = self._expected(kind)
            parent = causes.parent[rows]
            delay = self._answer_delay[kind][contacts.channel[parent], causes.bin[rows]]
            answered[rows] = expected[parent] * delay / causes.width[rows]
        total = root + _sums(chains.event, weights=led, minlength=len(root))
        total += _sums(causes.event, weights=answered, minlength=len(root))
        total = np.maximum(total, 1e-300)
        self._root_share = root / total
        self._chain_share = led / total[chains.event]
        self._answer_share = answered / total[causes.event]

    def _expected(self, kind: int) -> Floats:
        """Return how many events of ``kind`` each contact leads to (m,), within all time."""
        linear = np.clip(self._x @ self._answer[kind].weights, -30.0, 3.0)
        return np.exp(linear) * self._answer_more[kind][self._history.contacts.customer]

    # -- maximisation -------------------------------------------------------------------------------------------

    def _maximise(self) -> None:
        for kind in range(self._kinds):
            self._maximise_roots(kind)
        self._maximise_chains()
        for kind in self._evidence.answers:
            self._maximise_answers(kind)

    def _maximise_roots(self, kind: int) -> None:
        rows, weeks = self._of_kind[kind], self._evidence.weeks
        events = self._history.events
        # A customer is watched from their first event on, so that it tells nothing of how often they come.
        share = self._root_share[rows] * (events.at[rows] > self._history.since[events.customer[rows]])
        counts = _sums(events.customer[rows], weights=share, minlength=self._count)
        usual = float((self._mass * counts).sum() / (self._mass * weeks).sum())
        shape, more = shrunk(counts, usual * weeks, self._mass)
        self._roots[:, kind] = usual * more
        self._shapes[f"root/{kind}"] = np.stack([shape + counts, shape / max(usual, 1e-12) + weeks])
        by_hour = _sums(self._hour[rows], weights=share * self._event_mass[rows], minlength=WEEK_HOURS)
        self._profile[kind] = _smooth(by_hour)

    def _maximise_chains(self) -> None:
        events, chains, kinds = self._history.events, self._evidence.chains, self._kinds
        first, second = events.kind[chains.parent], events.kind[chains.event]
        share = self._chain_share * self._event_mass[chains.event]
        cells = (first * kinds + second) * _CHAINS + chains.bin
        found = _sums(cells, weights=share, minlength=kinds * kinds * _CHAINS).reshape(kinds, kinds, _CHAINS)
        tried = np.zeros((self._count, kinds))
        np.add.at(tried, (events.customer, events.kind), 1.0)
        whole = found.sum(axis=2)
        expected_of = (self._mass[:, None, None] * tried[:, :, None] * self._chain_more[:, None, :]).sum(axis=0)
        self._chain = np.minimum(whole / (expected_of + 1.0), _MOST_CHILDREN)
        self._chain_delay = (found + 0.1) / (found + 0.1).sum(axis=2, keepdims=True)
        counts = np.zeros((self._count, kinds))
        np.add.at(counts, (events.customer[chains.event], second), self._chain_share)
        for kind in range(kinds):
            expected = tried @ self._chain[:, kind]
            shape, self._chain_more[:, kind] = shrunk(counts[:, kind], expected, self._mass)
            self._shapes[f"chain/{kind}"] = np.stack([shape + counts[:, kind], shape + expected])

    def _maximise_answers(self, kind: int) -> None:
        evidence, contacts = self._evidence, self._history.contacts
        if not len(contacts.at):
            return
        rows = self._causes[kind]
        parent, share = evidence.causes.parent[rows], self._answer_share[rows]
        y = _sums(parent, weights=share, minlength=len(contacts.at))
        seen = observed(
            self._history.until, evidence.starts, evidence.windows, self._answer_delay[kind][contacts.channel]
        )
        mass = self._mass[contacts.customer] * evidence.counts
        offset = np.log(np.maximum(seen * self._answer_more[kind][contacts.customer], 1e-9))
        before = self._answer[kind]
        self._answer[kind] = fit_regression(
            "counts", self._x, y, self._prior, mass=mass, offset=offset, start=before, rounds=1
        )
        linear = np.exp(np.clip(self._x @ self._answer[kind].weights, -30.0, 3.0)) * seen
        counts = _sums(contacts.customer, weights=y, minlength=self._count)
        expected = _sums(contacts.customer, weights=linear, minlength=self._count)
        shape, self._answer_more[kind] = shrunk(counts, expected, self._mass)
        self._shapes[f"answer/{kind}"] = np.stack([shape + counts, shape + expected])
        self._answer_delay[kind] = self._delays(rows, parent, share * mass[parent])

    def _delays(self, rows: Ints, parent: Ints, share: Floats) -> Floats:
        """Return the shares of delays by channel, each channel's drawn a little to all of them."""
        channels = len(self._history.channels)
        cells = self._history.contacts.channel[parent] * _ANSWERS + self._evidence.causes.bin[rows]
        found = _sums(cells, weights=share, minlength=channels * _ANSWERS).reshape(channels, _ANSWERS)
        reach = np.zeros(channels)
        np.maximum.at(reach, self._history.contacts.channel, self._evidence.windows / 3.6e9)
        open_to = ANSWER_HOURS[:-1][None, :] < reach[:, None]
        lengths = np.where(open_to, np.minimum(ANSWER_HOURS[1:], reach[:, None]) - ANSWER_HOURS[:-1], 0.0)
        even = lengths / np.maximum(lengths.sum(axis=1, keepdims=True), 1e-9)
        usual = found.sum(axis=0) + even.mean(axis=0)
        pooled = np.where(open_to, usual / usual.sum(), 0.0)
        mixed = found + 3.0 * pooled / np.maximum(pooled.sum(axis=1, keepdims=True), 1e-9)
        return np.asarray(mixed / np.maximum(mixed.sum(axis=1, keepdims=True), 1e-9))

    # -- the market ---------------------------------------------------------------------------------------------

    def _close(self, responses: Responses) -> Fit:
        """Return the parameters, those of single customers drawn where the market is."""
        if self._rng is not None:
            for kind in range(self._kinds):
                self._roots[:, kind] = _gammas(self._rng, self._shapes[f"root/{kind}"])
                self._chain_more[:, kind] = _gammas(self._rng, self._shapes[f"chain/{kind}"])
            for kind in self._evidence.answers:
                if f"answer/{kind}" in self._shapes:
                    self._answer_more[kind] = _gammas(self._rng, self._shapes[f"answer/{kind}"])
        return Fit(
            rates=self._roots,
            extra=np.array([self._extra(kind) for kind in range(self._kinds)]),
            profile=self._profile,
            chain=self._chain,
            chain_delay=self._chain_delay,
            chain_more=self._chain_more,
            answer={kind: each.weights for kind, each in self._answer.items()},
            answer_delay=self._answer_delay,
            answer_more=self._answer_more,
            **responses._asdict(),
        )

    def _extra(self, kind: int) -> float:
        """Return how many more events of their own accord there are on a day that has one."""
        rows = self._of_kind[kind]
        rows = rows[self._root_share[rows] > 0.5]
        events = self._history.events
        days = np.stack([events.customer[rows], events.at[rows] // DAY])
        found, counts = np.unique(days, axis=1, return_counts=True)
        mass = self._mass[found[0]]
        return float((mass * (counts - 1)).sum() / mass.sum()) if mass.sum() else 0.0


def fit_market(evidence: Evidence) -> Fit:
    """Return the most likely market."""
    return Fitter(evidence).fit()


def draw_markets(evidence: Evidence, count: int, seed: int) -> list[Fit]:
    """Return ``count`` markets that could have made the log."""
    best = fit_market(evidence)
    return [Fitter(evidence, np.random.default_rng((seed, number))).fit(_copy(best)) for number in range(count)]


def _sums(places: Ints, weights: Floats, minlength: int) -> Floats:
    return np.asarray(np.bincount(places, weights=weights, minlength=minlength), dtype=np.float64)


def _copy(fit: Fit) -> Fit:
    """Return a fit whose arrays may be changed."""
    plain = {name: getattr(fit, name) for name in fit.__struct_fields__}
    return Fit(**{name: each.copy() for name, each in plain.items()})


def _gammas(rng: np.random.Generator, shape_and_rate: Floats) -> Floats:
    return np.asarray(rng.gamma(shape_and_rate[0]) / np.maximum(shape_and_rate[1], 1e-12))


def _smooth(by_hour: Floats) -> Floats:
    """Return shares of the hours of the week: what was counted, drawn to hour of the day times day of the week."""
    table = by_hour.reshape(7, 24) + 1e-3
    whole = table.sum()
    apart = (table.sum(axis=1, keepdims=True) + 2.0) * (table.sum(axis=0, keepdims=True) + 0.5)
    mixed = table + 50.0 * apart / apart.sum()
    return np.asarray((mixed / (whole + 50.0)).ravel() / (mixed / (whole + 50.0)).sum())
