"""Sequences: which order, timing and combination of channels worked, for whom.

A decision is one of a sequence when its customer had been sent something shortly before. Chance chose how to go on,
with a logged probability; so those who went on one way are compared with those who went on another after the same
beginning, by augmented inverse probability weighting (J. Robins, A. Rotnitzky and L. Zhao, JASA 89, 1994): unbiased by
the probabilities, sharpened by a cross-fitted model of rewards. What came before is the same on both sides, and is not
claimed to have caused anything; ``beyond`` says how much more a step does here than after another beginning.

Many sequences are looked at, so that some would seem to work by luck: verdicts rest on p-values by S. Holm's method
(Scandinavian Journal of Statistics 6, 1979): one false word in twenty such lists, at most.
"""

from collections.abc import Iterator, Sequence
from statistics import NormalDist
from typing import Any, TypeAlias

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from segue.learning.frames import Frame
from segue.learning.off_policy import DEFAULT, Interval, LoggedBandit, evaluate, fixed, interval, predict_rewards
from segue.learning.off_policy.overlap import overlap_of
from segue.learning.past_contacts import Past
from segue.model.time import DAY

Array: TypeAlias = np.ndarray[Any, Any]

EFFECTIVE_SAMPLES = 100.0
"""Fewer effective decisions than this on either side are not enough evidence."""

SIGNIFICANT = 0.05
EVERYBODY = "everybody"
NOTHING, ANYTHING, SILENCE = "nothing", "anything", "silence"
GAPS = ((DAY, "within 1 day"), (3 * DAY, "1 to 3 days"), (7 * DAY, "3 to 7 days"), (1 << 62, "over 7 days"))

HELPED, HARMED = "helped", "harmed"
NO_DIFFERENCE, NOT_ENOUGH = "no difference seen", "not enough evidence"


class Insight(Struct, frozen=True, kw_only=True):
    """What going on in one way did, after one beginning, for one segment.

    Attributes:
        kind: ``action``, ``channel``, ``timing`` or ``combination``.
        before, then: the beginning and how it went on.
        followed, others: decisions that went on so, and otherwise.
        customers: whose decisions these were.
        effective_samples: of the smaller side.
        effect: reward of a decision that goes on so, less that of one that goes on otherwise; None with too few.
        beyond: how much more than after all other beginnings; None where that is not known.
        p_value: by Holm's method over the whole list; 1 with too few.
        verdict: ``helped``, ``harmed``, ``no difference seen``, ``not enough evidence``.
    """

    kind: str
    segment: str
    before: str
    then: str
    followed: int
    others: int
    customers: int
    effective_samples: float
    effect: Interval | None = None
    beyond: Interval | None = None
    p_value: float = 1.0
    verdict: str = NOT_ENOUGH


class _Step(Struct, frozen=True, eq=False):
    """A way to go on: (n,) the logged probability of it, and whether it was taken; ``rows`` begin alike."""

    kind: str
    before: str
    then: str
    chance: Array
    taken: Array
    rows: Array


def find_sequences(
    frame: Frame,
    past: Past,
    reward: Array,
    segments: Array | None = None,
    *,
    effective_samples: float = EFFECTIVE_SAMPLES,
) -> list[Insight]:
    """Return every sequence that the log holds, the clearest first.

    Args:
        frame: decisions that chance made (`off_policy.asking.with_chance`).
        past: what had been sent before each of them.
        reward: (n,) what came of each.
        segments: (n,) to whom; everybody where None.
        effective_samples: fewer on either side are not enough evidence.
    """
    steps = list(_steps(frame, past))
    names = np.full(len(frame), EVERYBODY, dtype=object) if segments is None else segments
    units = np.unique(frame.customer_id.astype(str), return_inverse=True)[1]
    found: list[Insight] = []
    for segment in sorted(set(names.tolist())):
        people = _People(str(segment), names == segment, frame.x[:, 1:], reward, units, effective_samples)
        found += [people.judge(step) for step in steps]
    return sorted(_adjusted(found), key=lambda each: (each.verdict == NOT_ENOUGH, each.p_value, each.kind, each.before))


class _People(Struct, frozen=True, eq=False):
    """The decisions (n,) about a segment."""

    segment: str
    inside: Array
    x: Array
    reward: Array
    units: Array
    effective_samples: float

    def judge(self, step: _Step) -> Insight:
        """Return what going on by ``step`` did to these people."""
        log = self._log(step, step.rows)
        followed = int(log.action.sum())
        insight = Insight(
            kind=step.kind,
            segment=self.segment,
            before=step.before,
            then=step.then,
            followed=followed,
            others=len(log) - followed,
            customers=len(np.unique(self.units[step.rows & self.inside])),
            effective_samples=_least_samples(log),
        )
        if insight.effective_samples < self.effective_samples:
            return insight
        value, influence = _effect(log)
        elsewhere = self._log(step, (step.chance > 0.0) & (step.chance < 1.0) & ~step.rows)
        is_known = _least_samples(elsewhere) >= self.effective_samples
        beyond = _apart(log, elsewhere) if is_known else None
        return replace(insight, effect=interval(value, influence, log.unit), beyond=beyond)

    def _log(self, step: _Step, rows: Array) -> LoggedBandit:
        """Return the decisions ``rows`` as a log of two actions: going on otherwise, and so."""
        mine = rows & self.inside
        taken, chance = step.taken[mine].astype(np.int64), step.chance[mine]
        return LoggedBandit(
            actions=("otherwise", "so"),
            x=self.x[mine],
            action=taken,
            probability=np.where(taken == 1, chance, 1.0 - chance),
            reward=self.reward[mine],
            unit=self.units[mine],
        )


def _steps(frame: Frame, past: Past) -> Iterator[_Step]:
    """Yield each way to go on after each beginning that the log holds."""
    gaps = np.array([_bucket(gap) for gap in past.gap.tolist()], dtype=object)
    kinds: tuple[tuple[str, Array, Array, Array], ...] = (
        ("action", past.action, frame.action, frame.options.action),
        ("channel", past.channel, frame.channel, frame.options.channel),
        ("timing", gaps, *_as_contact(frame)),
        ("combination", past.channels, frame.channel, frame.options.channel),
    )
    for kind, before, done, options in kinds:
        ways = sorted(set(options.tolist()) - {""}) if kind != "timing" else [ANYTHING]
        chances = {way: _chance(frame, options == way) for way in [*ways, *([""] if kind == "action" else [])]}
        for beginning in sorted(set(before.tolist())):
            if kind in ("timing", "combination") and not beginning:
                continue
            for way, chance in chances.items():
                rows = (before == beginning) & (chance > 0.0) & (chance < 1.0)
                if rows.any():
                    yield _Step(kind, beginning or NOTHING, way or SILENCE, chance, done == way, rows)


def _as_contact(frame: Frame) -> tuple[Array, Array]:
    """Return what was done and what could be done, as `ANYTHING` or nothing."""
    return tuple(
        np.where(actions == "", "", ANYTHING).astype(object) for actions in (frame.action, frame.options.action)
    )  # type: ignore[return-value]


def _chance(frame: Frame, which: Array) -> Array:
    """Return (n,) the logged probability of the options that ``which`` (m,) marks."""
    return np.bincount(frame.options.row, weights=np.where(which, frame.options.probability, 0.0), minlength=len(frame))


def _bucket(gap: int) -> str:
    return next(words for most, words in GAPS if gap < most) if gap >= 0 else ""


def _least_samples(log: LoggedBandit) -> float:
    if not len(log):
        return 0.0
    return min(overlap_of(log, fixed(log, side)).effective_samples for side in (0, 1))


def _effect(log: LoggedBandit) -> tuple[float, Array]:
    """Return the doubly robust difference between the two ways, and (n,) the decisions' influence on it."""
    predicted = predict_rewards(log)
    so, otherwise = (evaluate(log, fixed(log, side), predicted).estimates[DEFAULT] for side in (1, 0))
    apart = so.less(otherwise)
    return apart.value, apart.influence


def _apart(here: LoggedBandit, elsewhere: LoggedBandit) -> Interval:
    """Return the difference of two effects on different decisions, of customers that may be in both."""
    (one, ours), (other, theirs) = _effect(here), _effect(elsewhere)
    count = len(ours) + len(theirs)
    influence = np.concatenate([ours * (count / len(ours)), -theirs * (count / len(theirs))])
    return interval(one - other, influence, np.concatenate([here.unit, elsewhere.unit]))


def _adjusted(found: Sequence[Insight]) -> Iterator[Insight]:
    """Yield the insights with Holm's p-values and what follows from them."""
    tested = sorted((each for each in found if each.effect is not None), key=_p_value)
    highest = 0.0
    for rank, each in enumerate(tested):
        highest = max(highest, min(_p_value(each) * (len(tested) - rank), 1.0))
        assert each.effect is not None
        verdict = NO_DIFFERENCE
        if highest < SIGNIFICANT:
            verdict = HELPED if each.effect.value > 0.0 else HARMED
        yield replace(each, p_value=highest, verdict=verdict)
    yield from (each for each in found if each.effect is None)


def _p_value(insight: Insight) -> float:
    """Return the p-value that fits the interval: 0.05 where its nearer end is 0."""
    effect = insight.effect
    assert effect is not None
    reach = effect.value - effect.low if effect.value > 0.0 else effect.high - effect.value
    if not reach > 0.0 or reach == float("inf"):
        return 1.0
    normal = NormalDist()
    return 2.0 * normal.cdf(-abs(effect.value) / reach * normal.inv_cdf(0.975))
