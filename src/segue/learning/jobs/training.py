"""What a job hands over: a snapshot, whether it may be published, and what a person wants to know of it."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from segue import __version__
from segue.model.snapshots import ModelBody, ModelSnapshot, version_of
from segue.model.time import Instant, format_instant


class Gate(Struct, frozen=True):
    """A figure that has to reach a limit before a model is published; ``is_least`` where the limit is the least."""

    name: str
    value: float
    limit: float
    is_least: bool = False

    @property
    def holds(self) -> bool:
        """Whether the figure is on the right side of its limit; one that is not known is not."""
        return self.value >= self.limit if self.is_least else self.value <= self.limit

    def __str__(self) -> str:
        wanted = "at least" if self.is_least else "at most"
        return f"{self.name} {self.value:.4g}, {wanted} {self.limit:.4g} {'holds' if self.holds else 'is missed'}"


class Training(Struct, frozen=True, kw_only=True):
    """A trained model with its verdicts.

    Attributes:
        gates: all of them have to hold.
        before: figures of the model that decides now, on the same rows; its version under ``before_version``.
        drivers: what drives the model: shares of the inputs, the largest first, by action ("" for a model of one).
        notes: what was left out and why, in sentences.
        details: tables for the card.
    """

    snapshot: ModelSnapshot
    gates: tuple[Gate, ...]
    before_version: str = ""
    before: dict[str, float] = {}
    drivers: dict[str, dict[str, float]] = {}
    notes: tuple[str, ...] = ()
    details: dict[str, Any] = {}

    @property
    def is_fit(self) -> bool:
        """Whether every gate holds."""
        return all(gate.holds for gate in self.gates)

    @property
    def missed(self) -> tuple[Gate, ...]:
        """The gates that do not hold."""
        return tuple(gate for gate in self.gates if not gate.holds)


def snapshot_of(
    kind: str, body: ModelBody, *, since: int, until: Instant, rows: int, metrics: Mapping[str, float]
) -> ModelSnapshot:
    """Return the snapshot of a model that was trained on ``rows`` decisions or customers between two moments."""
    return ModelSnapshot(
        kind=kind,
        version=version_of(body),
        trained_from=Instant(int(since)),
        trained_to=until,
        rows=rows,
        metrics={name: float(value) for name, value in metrics.items()},
        body=body,
    )


def card_of(training: Training) -> dict[str, Any]:
    """Return what is written beside the snapshot for people to read; floats that are not finite become null."""
    snapshot = training.snapshot
    return {
        "kind": snapshot.kind,
        "version": snapshot.version,
        "trained_from": format_instant(snapshot.trained_from),
        "trained_to": format_instant(snapshot.trained_to),
        "rows": snapshot.rows,
        "metrics": snapshot.metrics,
        "gates": [
            {
                "name": gate.name,
                "value": gate.value,
                "limit": gate.limit,
                "is_least": gate.is_least,
                "holds": gate.holds,
            }
            for gate in training.gates
        ],
        "before": {"version": training.before_version, "metrics": training.before},
        "drivers": training.drivers,
        "notes": list(training.notes),
        "details": training.details,
        "segue": __version__,
    }
