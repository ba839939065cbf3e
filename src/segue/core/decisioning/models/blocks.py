"""The working state of a factored model: one Gaussian for each block, updated along one direction at a time."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from segue.core.decisioning.models.shape import SHARED, Arm, Prior

Floats = NDArray[np.float64]
REMEMBERED_ARMS = 4_096
CAVITY_STEPS, CAVITY_PRECISION = 60, 1e-12
MOST_LEFT = 0.999
"""A lesson leaves a block less variance along x than noise and other blocks have: of which, this much at most.
Forgetting and rounding must not push it over.
"""


class Active(NamedTuple):
    """The blocks of an arm, the shared one first: their rows (m,) and scales (m,)."""

    rows: NDArray[np.intp]
    scales: Floats


class Line(NamedTuple):
    """The direction of one x: by how much each block moves along (m, d), and its variance there (m,)."""

    moves: Floats
    shares: Floats


class Blocks:
    """Means (B, H, d), covariances (F, d, d) of each block, one F for each curvature, counts (B,) of B blocks, by name.

    A lesson puts new covariances in the place of those of its own blocks and changes none: to lend them costs nothing.

    Attributes:
        spreads: (F, d, d) of each of the B blocks.
    """

    def __init__(self, prior: Prior, size: int, heads: int, families: int) -> None:
        self.prior = prior
        self.rows: dict[str, int] = {}
        self.means: Floats = np.zeros((0, heads, size))
        self.spreads: list[Floats] = []
        self._families = families
        self.counts: Floats = np.zeros(0)
        self._active: dict[Arm, Active] = {}
        self._is_lent = False
        self.add([SHARED])

    @property
    def covariances(self) -> Floats:
        """(F, B, d, d), a copy."""
        return np.stack(self.spreads, axis=1)

    @covariances.setter
    def covariances(self, covariances: Floats) -> None:
        self.spreads = apart(covariances)

    def active(self, arm: Arm) -> Active:
        """Return the blocks of ``arm``; those that were not known start at their prior."""
        known = self._active.get(arm)
        if known is None:
            self.add([name for name, _ in arm if name not in self.rows])
            rows = np.array([0, *(self.rows[name] for name, _ in arm)], dtype=np.intp)
            known = Active(rows, np.array([1.0, *(scale for _, scale in arm)]))
            if len(self._active) >= REMEMBERED_ARMS:
                self._active.clear()
            self._active[arm] = known
        return known

    def add(self, names: list[str]) -> None:
        """Add blocks at their prior, in this order; each name once."""
        names = list(dict.fromkeys(names))
        if not names:
            return
        size = self.means.shape[2]
        for name in names:
            self.rows[name] = len(self.rows)
            self.spreads.append(np.repeat(np.diag(self.prior.variances(name, size))[None], self._families, axis=0))
        self.means = np.concatenate((self.means, np.zeros((len(names), *self.means.shape[1:]))))
        self.counts = np.concatenate((self.counts, np.zeros(len(names))))

    def lend(self) -> None:
        """Promise not to change means and counts any more: the next change copies."""
        self._is_lent = True

    def own(self) -> None:
        """Make arrays that may be changed; call it before any change."""
        if self._is_lent:
            self.means, self.counts = self.means.copy(), self.counts.copy()
            self._is_lent = False

    def expected(self, active: Active, x: Floats) -> Floats:
        """Return the linear predictors (H,)."""
        return active.scales @ (self.means[active.rows] @ x)

    def along(self, family: int, active: Active, x: Floats) -> Line:
        """Return what a lesson about ``x`` moves."""
        spreads = np.stack([self.spreads[row][family] for row in active.rows.tolist()])
        moves = (spreads @ x) * active.scales[:, None]
        return Line(moves, (moves @ x) * active.scales)

    def shift(self, active: Active, heads: list[int], line: Line, steps: Floats) -> None:
        """Add ``steps`` (one a head) times the line's moves to the means."""
        self.means[active.rows[:, None], heads] += line.moves[:, None, :] * steps[:, None]

    def along_each(self, first: int, active: Active, x: Floats) -> Line:
        """Return the lines of all families from ``first`` on: moves (F, m, d) and shares (F, m)."""
        spreads = np.stack([self.spreads[row][first:] for row in active.rows.tolist()], axis=1)
        moves = (spreads @ x) * active.scales[:, None]
        return Line(moves, (moves @ x) * active.scales)

    def shift_each(self, active: Active, heads: list[int], lines: Line, steps: Floats) -> None:
        """Add to the means of each of ``heads`` its step times the moves of its own family."""
        self.means[active.rows[:, None], heads] += lines.moves.transpose(1, 0, 2) * steps[:, None]

    def narrow_each(self, first: int, active: Active, lines: Line, factors: list[float]) -> None:
        """Take from each family from ``first`` on its own factor, 0 or above, times the outer product of its moves."""
        roots = lines.moves * np.array([factor**0.5 for factor in factors])[:, None, None]
        for place, row in enumerate(active.rows.tolist()):
            root, before = roots[:, place], self.spreads[row]
            after = before[first:] - root[:, :, None] * root[:, None, :]
            self.spreads[row] = np.concatenate((before[:first], after)) if first else after

    def narrow(self, family: int, active: Active, line: Line, factor: float) -> None:
        """Take ``factor`` times the moves' outer product from the covariances; below 0 gives it back."""
        root = line.moves * abs(factor) ** 0.5
        outer = root[:, :, None] * root[:, None, :]
        for more, row in zip(outer if factor < 0.0 else -outer, active.rows.tolist(), strict=True):
            self.spreads[row] = self.spreads[row].copy()
            self.spreads[row][family] += more

    def forget(self, families: list[list[int]], keep: float) -> None:
        """Weigh all information by ``keep``; the prior fills up.

        Args:
            families: the heads that use each covariance.
        """
        size = self.means.shape[2]
        priors = np.array([self.prior.variances(name, size) for name in self.rows])
        diagonal, covariances = np.arange(size), self.covariances
        for family, heads in enumerate(families):
            information = np.linalg.inv(covariances[family])
            held = information @ self.means[:, heads].transpose(0, 2, 1)
            information *= keep
            information[:, diagonal, diagonal] += (1.0 - keep) / priors
            widened = np.linalg.inv(information)
            widened = (widened + widened.transpose(0, 2, 1)) / 2.0
            self.means[:, heads] = keep * (widened @ held).transpose(0, 2, 1)
            covariances[family] = widened
        self.covariances = covariances
        self.counts *= keep


def apart(covariances: Floats) -> list[Floats]:
    """Return covariances (F, B, d, d) block by block: (F, d, d) of each."""
    return list(np.ascontiguousarray(covariances.transpose(1, 0, 2, 3)))


def cavity(line: Line, noise: float) -> tuple[Line, float]:
    """Return ``line`` as it was before a lesson with ``noise`` that is in it now, and the total variance then.

    A lesson leaves a block with ``after = before (1 - before / total)`` of its variance along x, ``total`` being the
    noise and all blocks' ``before``. That is solved block by block: exactly for a single one.
    """
    after: list[float] = line.shares.tolist()
    before, total = list(after), noise + sum(after)
    for _ in range(CAVITY_STEPS):
        last = total
        for place, share in enumerate(after):
            others = total - before[place]
            total -= before[place]
            before[place] = others * share / max(others - share, (1.0 - MOST_LEFT) * others)
            total += before[place]
        if abs(total - last) <= CAVITY_PRECISION * total:
            break
    known = np.array(before)
    return Line(line.moves * (total / (total - known))[:, None], known), total
