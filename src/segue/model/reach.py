"""Reach targets and fairness floors: how many contacts certain customers are to get."""

from typing import Annotated

from msgspec import Meta

from segue.model.catalogue import Definition, DurationText, Expression, Name


class Reach(Definition, frozen=True, kw_only=True):
    """How many contacts, or which share of them, certain customers are to get.

    While it is behind, a subsidy makes such contacts worth more; it falls as the target is caught up with. The subsidy
    weighs in what is worth most, and nowhere else: nobody is contacted against a rule, a cap or a capacity for it.

    Attributes:
        at_least: contacts in each period; or else
        share: of all contacts that ``channels`` and ``actions`` name, for customers for whom ``who`` holds: a floor.
        per: the period; periods follow one another from 1970-01-01T00:00Z.
        channels, actions: only contacts of these; of all where empty.
        who: only these customers; all where None.
        most: the subsidy never exceeds this, in the workspace's currency; three times what the best of these contacts
            is worth where None.
    """

    at_least: Annotated[int, Meta(ge=1)] | None = None
    share: Annotated[float, Meta(gt=0, lt=1)] | None = None
    per: DurationText = "7d"
    channels: tuple[Name, ...] = ()
    actions: tuple[Name, ...] = ()
    who: Expression | None = None
    most: Annotated[float, Meta(ge=0)] | None = None
    description: str = ""
