"""Who plays: our policy as it ships, Vowpal Wabbit in many settings, and two well-known baselines.

A player says with which probabilities it would choose; is told at once what was chosen (`book`), what comes of it when
it comes (`reward`), and when nothing more will come (`close`). So each may treat late outcomes in its own way.
"""

from collections.abc import Callable, Sequence
from math import sqrt
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from bench.policy_streams import Stream
from segue.core.decisioning.draws import inverse_gap, thompson
from segue.core.decisioning.models.factored import FactoredLearner, Head, Lesson, Shape

Floats = NDArray[np.float64]

GREED = 20.0
"""`segue.model.workspace.PolicySpec.greed`."""

PUBLISH_EVERY = 20
"""Decisions between two publications; Vowpal Wabbit and the baselines decide by what they learnt just now."""

HALF_LIFE, FORGET_EVERY = 5_000, 500
"""In decisions (the product's `Learning.half_life` is in days): one constant for all streams, changing or not."""


class Player(Protocol):
    """One learner on one stream."""

    def decide(self, row: int) -> Sequence[float]:
        """Return a probability for each arm."""
        ...

    def book(self, row: int, arm: int, probability: float) -> None:
        """Take note that ``arm`` was chosen for ``row``."""
        ...

    def reward(self, row: int, amount: float) -> None:
        """Take note of what came of ``row``."""
        ...

    def close(self, row: int) -> None:
        """Take note that nothing more comes of ``row``."""
        ...


class Ours:
    """The factored model and its draws, with what the product has by default, on every stream the same.

    Args:
        late: what to do about outcomes that come late: ``booked`` takes "nothing yet" at its word until corrected, as
            the product does; ``waiting`` learns nothing before it knows.
    """

    def __init__(self, stream: Stream, seed: int, draw: str = "inverse_gap", late: str = "booked") -> None:
        inputs = tuple(str(place) for place in range(stream.x.shape[1]))
        self._learner = FactoredLearner(Shape(inputs, (Head("reward", "logit"),)))
        self._stream, self._draw = stream, draw
        self._late = late if stream.delays is not None else "booked"
        self._open: dict[int, tuple[int, Lesson | None, float]] = {}
        self._booked = 0
        self._publish()

    def decide(self, row: int) -> Sequence[float]:
        x = self._stream.x[row]
        if self._draw == "thompson":
            beliefs = self._panel.believe(x)
            return thompson(beliefs.effects[:, 0] - self._stream.costs, beliefs.effect_variances[:, 0])
        return inverse_gap(self._panel.worths(x, [1.0]) - self._stream.costs, self._gamma, self._scale)

    def book(self, row: int, arm: int, probability: float) -> None:
        lesson = None
        if self._late != "waiting":
            lesson = self._learner.observe(self._stream.x[row], self._stream.arms[arm])
        self._open[row] = arm, lesson, 0.0
        self._booked += 1
        if self._booked % FORGET_EVERY == 0:
            self._learner.forget(1.0 - 0.5 ** (FORGET_EVERY / HALF_LIFE))
        if self._booked % PUBLISH_EVERY == 0:
            self._publish()

    def reward(self, row: int, amount: float) -> None:
        arm, lesson, known = self._open[row]
        if lesson is not None:
            lesson = self._learner.correct(lesson, [amount])
        self._open[row] = arm, lesson, known + amount

    def close(self, row: int) -> None:
        arm, lesson, amount = self._open.pop(row)
        if lesson is None:
            self._learner.observe(self._stream.x[row], self._stream.arms[arm], [amount])

    def _publish(self) -> None:
        model = self._learner.publish()
        self._panel = model.panel(self._stream.arms)
        self._gamma, self._scale = GREED * sqrt(model.weight), model.scale([1.0])


class VowpalWabbit:
    """``cb_explore_adf`` with the same factors as namespaces, each crossed with the inputs; costs are -rewards.

    Args:
        options: an exploration and its setting.
        is_eager: learn "nothing came" at once, and what comes as another example; else learn each once, when it is
            known or its window is over.
    """

    def __init__(self, stream: Stream, seed: int, options: str, is_eager: bool = False) -> None:
        from vowpalwabbit import Workspace  # type: ignore[import-untyped]

        names = sorted({name for words in stream.words for name, _ in words})
        crossed = " ".join(f"-q s{name}" for name in names)
        bounds = "--cb_min_cost -1 --cb_max_cost 0" if options.startswith("--regcb") else ""
        self._vw = Workspace(f"--cb_explore_adf {options} {bounds} {crossed} --random_seed {seed + 1} --quiet")
        self._arms = [" ".join(f"|{name} {word}" for name, word in words) or "|a silence" for words in stream.words]
        self._tail = "\n".join(self._arms)
        self._stream, self._is_eager = stream, is_eager
        self._open: dict[int, tuple[int, float]] = {}

    def decide(self, row: int) -> Sequence[float]:
        scores = self._vw.predict(f"{self._context(row)}\n{self._tail}")
        total = sum(scores)  # regcbopt's may sum to more than 1 where arms tie
        return [score / total for score in scores]

    def book(self, row: int, arm: int, probability: float) -> None:
        self._open[row] = arm, probability
        if self._is_eager:
            self._learn(row, 0.0)

    def reward(self, row: int, amount: float) -> None:
        self._learn(row, amount)
        if not self._is_eager:
            del self._open[row]

    def close(self, row: int) -> None:
        if row in self._open:
            if not self._is_eager:
                self._learn(row, 0.0)
            del self._open[row]

    def _learn(self, row: int, amount: float) -> None:
        arm, probability = self._open[row]
        lines = list(self._arms)
        lines[arm] = f"0:{self._stream.costs[arm] - amount:.6g}:{probability:.6g} {lines[arm]}"
        self._vw.learn("\n".join([self._context(row), *lines]))

    def _context(self, row: int) -> str:
        features = " ".join([f"{place}:{value:.5g}" for place, value in enumerate(self._stream.x[row].tolist())])
        return f"shared |s {features}"


class Disjoint:
    """LinTS (Agrawal and Goyal 2013) or LinUCB (Li et al. 2010): one ridge regression for each arm, no shared parts.

    Late rewards correct it exactly, as ours; its draws are 0 or 1.
    """

    def __init__(self, stream: Stream, seed: int, width: float, is_sampled: bool) -> None:
        count, size = len(stream.arms), stream.x.shape[1]
        self._stream, self._width, self._is_sampled = stream, width, is_sampled
        self._inverse = np.repeat(np.eye(size)[None], count, axis=0)
        self._sums = np.zeros((count, size))
        self._theta = np.zeros((count, size))
        self._arm: dict[int, int] = {}
        self._rng = np.random.default_rng((seed, 7))

    def decide(self, row: int) -> Sequence[float]:
        x = self._stream.x[row]
        spread = np.sqrt((self._inverse @ x) @ x) * self._width
        noise = self._rng.standard_normal(len(spread)) if self._is_sampled else 1.0
        return [float(place) for place in np.arange(len(spread)) == (self._theta @ x + spread * noise).argmax()]

    def book(self, row: int, arm: int, probability: float) -> None:
        self._arm[row] = arm
        moved = self._inverse[arm] @ self._stream.x[row]
        self._inverse[arm] -= np.outer(moved, moved) / (1.0 + moved @ self._stream.x[row])
        self.reward(row, -float(self._stream.costs[arm]))

    def reward(self, row: int, amount: float) -> None:
        arm = self._arm[row]
        self._sums[arm] += amount * self._stream.x[row]
        self._theta[arm] = self._inverse[arm] @ self._sums[arm]

    def close(self, row: int) -> None:
        del self._arm[row]


class Uniform:
    """Every arm alike."""

    def __init__(self, stream: Stream, seed: int) -> None:
        self._probabilities = [1.0 / len(stream.arms)] * len(stream.arms)

    def decide(self, row: int) -> Sequence[float]:
        return self._probabilities

    def book(self, row: int, arm: int, probability: float) -> None: ...

    def reward(self, row: int, amount: float) -> None: ...

    def close(self, row: int) -> None: ...


GRID = (
    "--squarecb --gamma_scale 10",
    "--squarecb --gamma_scale 10 -l 2",
    "--squarecb --gamma_scale 100",
    "--squarecb --gamma_scale 1000",
    "--regcb --mellowness 0.001",
    "--regcbopt --mellowness 0.001",
    "--bag 5",
    "--softmax --lambda 10",
    "--softmax --lambda 20 -l 2",
    "--softmax --lambda 60",
    "--epsilon 0.05",
    "--epsilon 0.02 -l 2",
)
"""The settings of Vowpal Wabbit that did best of some thirty that were tried on these streams, two or more for each
kind of exploration; a figure compares with the best of them in hindsight, stream by stream."""

LATE = ("--squarecb --gamma_scale 10 -l 2", "--squarecb --gamma_scale 100", "--regcbopt --mellowness 0.001", "--bag 5")
MANY_ARMS = ("--squarecb --gamma_scale 100", "--bag 5", "--softmax --lambda 60", "--epsilon 0.05")


def players(stream: str) -> dict[str, tuple[Callable[..., Player], tuple[Any, ...]]]:
    """Return who plays ``stream``, by name: (class, arguments). Rivals' names begin with ``vw``."""
    found: dict[str, tuple[Callable[..., Player], tuple[Any, ...]]] = {
        "ours": (Ours, ()),
        "ours, thompson": (Ours, ("thompson",)),
    }
    if stream == "delay":
        found["ours, booked"] = (Ours, ("inverse_gap", "booked"))
        found["ours, waiting"] = (Ours, ("inverse_gap", "waiting"))
        for options in LATE:
            found[f"vw {options}"] = (VowpalWabbit, (options,))
            found[f"vw {options}, eager"] = (VowpalWabbit, (options, True))
    else:
        for options in MANY_ARMS if stream == "open_bandit" else GRID:
            found[f"vw {options}"] = (VowpalWabbit, (options,))
    for width in (0.1, 0.3):
        found[f"LinTS {width}"] = (Disjoint, (width, True))
    for width in (0.1, 0.5):
        found[f"LinUCB {width}"] = (Disjoint, (width, False))
    found["random"] = (Uniform, ())
    return found
