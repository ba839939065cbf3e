"""What an experiment says: its split, a reading of every metric in every arm, and groups."""

from typing import Literal, TypeAlias

from msgspec import Struct

from segue.measurement.experiments.description import Kind, Looks
from segue.measurement.experiments.units import Intake
from segue.measurement.statistics.always_valid import Gate
from segue.measurement.statistics.formulas import CAPPED, NO_EFFECT
from segue.measurement.statistics.means import Effect
from segue.measurement.statistics.power import SampleNeeded
from segue.measurement.statistics.split import SplitCheck
from segue.measurement.statistics.subgroups import Interaction, Qini

VerdictKind: TypeAlias = Literal["better", "worse", "no_effect_as_large", "too_small_to_tell", "too_few_converters"]


class Verdict(Struct, frozen=True):
    """What may be concluded, and the sentence that says it; ``formula`` is the rule it follows."""

    kind: VerdictKind
    words: str
    formula: str = NO_EFFECT


class Capping(Struct, frozen=True):
    """Amounts above ``cap`` counted as ``cap``; the effect ``plain``, without that, is for information."""

    cap: float
    is_from_before: bool
    plain_control: float
    plain_arm: float
    plain: Effect
    formula: str = CAPPED


class Reading(Struct, frozen=True, kw_only=True):
    """One metric of one arm beside the control.

    ``control_mean`` and ``arm_mean`` are raw, without adjustment; ``effect`` is what is judged. ``p_adjusted`` accounts
    for the other comparisons by ``adjusted_by``. ``reduction`` is the share of the variance that covariates took away.
    """

    metric: str
    kind: Kind
    arm: str
    is_primary: bool
    control_units: int
    arm_units: int
    control_mean: float
    arm_mean: float
    gate: Gate
    effect: Effect
    p_adjusted: float
    adjusted_by: str
    variance_by: tuple[str, ...]
    reduction: float
    smallest_seen: float
    needed: SampleNeeded | None
    capping: Capping | None
    verdict: Verdict


class GroupReading(Struct, frozen=True, kw_only=True):
    """The effect on one group of customers; ``p_adjusted`` by Benjamini-Hochberg over all groups."""

    group: str
    control_units: int
    arm_units: int
    effect: Effect
    p_adjusted: float
    gate: Gate


class GroupsReading(Struct, frozen=True, kw_only=True):
    """A metric of an arm by group, whether the groups differ, and what choosing by group brings."""

    metric: str
    arm: str
    groups: tuple[GroupReading, ...]
    interaction: Interaction
    qini: Qini | None


class Report(Struct, frozen=True, kw_only=True):
    """All that an experiment says. Where the split is broken there are no readings: none could be believed.

    ``warnings`` say what to mend before it is acted on; ``notes`` say how it was read.
    """

    control: str
    units: dict[str, int]
    looks: Looks
    intake: Intake
    split: SplitCheck | None
    headline: str
    readings: tuple[Reading, ...] = ()
    by: str = ""
    groups: tuple[GroupsReading, ...] = ()
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
