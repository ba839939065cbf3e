"""What is learnt from: objectives, what models see of a customer, windows, gates. ``learning.yaml`` declares it."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from segue.model.catalogue import Definition, DurationText, Expression, Name


class Objective(Definition, frozen=True, kw_only=True):
    """Something that counts for or against a decision: what it is worth each time that it happens.

    Attributes:
        event: its name as rules see it: a tracked event, ``message_clicked``, ``consent_changed`` (a withdrawal, with
            ``where: not event.granted``).
        where: a condition on the event's properties.
        of: the property that holds the amount, such as the margin of an order; every event counts 1 without.
        value: what one of it is worth, in the workspace's currency; below 0 for what does harm.
        weight: how much it counts beside the other objectives; applied when deciding, so that a change needs no
            learning anew.
        at_most: a single amount above this counts as this.
    """

    event: str
    where: Expression | None = None
    of: str | None = None
    value: float = 1.0
    weight: float = 1.0
    at_most: Annotated[float, Meta(gt=0)] | None = None
    description: str = ""


class BiasCheck(Definition, frozen=True, kw_only=True):
    """Groups that models must not contact at too different rates; a model that does is not published.

    Attributes:
        trait: the trait that names the group.
        least_ratio: the lowest group's rate over the highest's.
    """

    trait: Name
    least_ratio: Annotated[float, Meta(gt=0, le=1)] = 0.8


class Gates(Definition, frozen=True, kw_only=True):
    """What a model has to show on data it was not trained on before it is published.

    Attributes:
        calibration_error: expected calibration error at most.
        auc: area under the ROC curve at least.
        effective_samples: of an off-policy estimate, at least.
        margin: how far the lower bound of a policy's gain may lie below 0, as a share of what it replaces.
    """

    calibration_error: float = 0.05
    auc: float = 0.52
    effective_samples: int = 1000
    margin: float = 0.0


class Churn(Definition, frozen=True, kw_only=True):
    """Who is about to leave within a time: the probability of it, as a trait of each customer.

    Attributes:
        event: what tells: an order, a visit, a cancellation.
        means: ``staying``: who does not do it within the time has left; ``leaving``: who does it has.
        among: who could leave: those who did what means staying within this time; all known customers but those who did
            what means leaving within this time.
        trait: the trait (of type number) that `segue score` writes.
    """

    event: str
    means: Literal["staying", "leaving"] = "staying"
    within: DurationText = "60d"
    among: DurationText = "180d"
    trait: Name = "churn_risk"


class Lifetime(Definition, frozen=True, kw_only=True):
    """What a customer will bring within ``horizon``, from their orders so far, as a trait of each customer.

    Attributes:
        event: an order.
        of: its property that holds the amount, such as the margin.
        trait: the trait (of type number) that `segue score` writes.
    """

    event: str
    of: str
    horizon: DurationText = "365d"
    trait: Name = "lifetime_value"


class Learning(Definition, frozen=True, kw_only=True):
    """``learning.yaml``: what the policies that learn are after, and what they see.

    Attributes:
        objectives: by name; where there are none, every action's success (``converted_by``) at its value.
        context: traits and features that models see; where empty all numbers and booleans.
        windows: for how long after a decision what happens counts for it, by channel; an opportunity's is the longest
            of its channels.
        doses: how much a contact tires, by channel, where that is known: 1 for an e-mail, 3 for a call. What is not
            said is learnt, which takes many decisions.
        half_life: what was learnt so long ago counts half.
        publish_every: how often what was learnt is put to use.
        max_age: a model trained longer ago than this is not used any more.
        bias: groups to be contacted at similar rates.
        churn: who is about to leave; not trained where it is not declared.
        lifetime: what customers will bring; not trained where it is not declared.
    """

    objectives: dict[Name, Objective] = {}
    context: tuple[Name, ...] = ()
    windows: dict[Name, DurationText] = {}
    doses: dict[Name, Annotated[float, Meta(ge=0)]] = {}
    half_life: DurationText = "180d"
    publish_every: DurationText = "5s"
    max_age: DurationText = "30d"
    gates: Gates = Gates()
    bias: tuple[BiasCheck, ...] = ()
    churn: Churn | None = None
    lifetime: Lifetime | None = None


class Reward(Struct, frozen=True, array_like=True):
    """An event's number for learning: how much of which objective happened. The amount is before value and weight."""

    objective: str
    amount: float
