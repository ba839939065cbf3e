"""Worth: what carrying a variant out is likely to bring for this customer, and what keeping the slot would.

    total = value x lift x lever x affinity x preference x context weights
            - cost - what it uses of scarce things at their prices + the subsidy of reach targets that are behind

What does not depend on the customer is compiled; where nothing else is known the compiled score is returned as it is.
"""

from typing import TYPE_CHECKING

from msgspec import Struct

from segue.core.catalogue import ActionPlan, Scored, VariantPlan, capped_categories
from segue.core.decisioning.arms import REPEAT
from segue.core.decisioning.context import NOTHING_SEEN, Context, ContextPlan, read_context, repeats
from segue.core.decisioning.opportunity import SlotCap, compile_slot_caps, opportunity_cost
from segue.core.shared import ReachPlan, SharedPlan, price, subsidy, uses_of
from segue.core.view import View
from segue.model.customers import Contacts
from segue.model.time import DAY
from segue.model.workspace import Workspace

if TYPE_CHECKING:
    from segue.core.decisioning.models.factored import Factored

PREFERENCE_TRAIT = "preferred_channel"
PREFERRED = 1.5
"""How much more an offer is worth on the channel that the customer prefers."""

USUAL_RESPONSE = 0.2
"""Share of messages that people open or click: whoever does so is neither better nor worse than most."""

PRIOR_CONTACTS = 5.0
"""How many contacts weigh as much as not knowing the customer."""

LEAST_AFFINITY, MOST_AFFINITY = 0.5, 2.0
TELLING_AFTER = 3 * DAY
"""A message that was not opened by then counts as ignored."""

CONTEXT_WEIGHT = "context_weight"

_SILENCE = Scored("", "", 0.0, 0.0)


class WorthPlan(Struct, frozen=True):
    """What of a workspace bears on worth.

    Attributes:
        caps: those whose slots have an opportunity cost; none where the workspace switched it off, or where nothing
            that takes a slot has a value: then offers need not be counted either.
        charged: categories that take such a slot.
        has_preference: customers can say which channel they prefer.
        hears_back: some channel tells of opens or clicks.
        has_weights: some action has context weights.
        is_static: worth is the same for every customer.
    """

    shared: SharedPlan
    caps: tuple[SlotCap, ...]
    charged: tuple[str, ...]
    has_preference: bool
    hears_back: bool
    has_weights: bool
    is_static: bool


def compile_worth(workspace: Workspace, shared_plan: SharedPlan) -> WorthPlan:
    """Return the plan of ``workspace``."""
    rules = workspace.contact_rules
    capped = capped_categories(rules) if rules.opportunity_cost else ()
    has_value = any(action.value > 0.0 and action.category in capped for action in workspace.actions)
    has_preference = PREFERENCE_TRAIT in workspace.traits
    hears_back = any(channel.hears_back for channel in workspace.channels)
    has_weights = any(action.context_weights for action in workspace.actions)
    return WorthPlan(
        shared=shared_plan,
        caps=compile_slot_caps(rules.caps) if has_value else (),
        charged=capped if has_value else (),
        has_preference=has_preference,
        hears_back=hears_back,
        has_weights=has_weights,
        is_static=not (has_preference or hears_back or has_weights or shared_plan.uses or shared_plan.aims),
    )


class Worth:
    """Worth for one customer at one moment; looks up once what many candidates share.

    Args:
        seen: what policies see of the customer; nothing where none learns.
        learned: what the online learner had published.
    """

    def __init__(
        self,
        view: View,
        contacts: Contacts,
        plan: WorthPlan,
        seen: ContextPlan = NOTHING_SEEN,
        learned: "Factored | None" = None,
    ) -> None:
        self._view = view
        self._contacts = contacts
        self._plan = plan
        self._seen = seen
        self._learned = learned
        self._values: tuple[float, ...] | None = None
        self._affinity: dict[str, float] = {}
        self._prices: dict[str, float] = {}
        self._granted: dict[str, float] = {}
        self._weights: dict[str, float] = {}
        self._repeats: dict[str, float] = {}

    def of(self, action: ActionPlan, variant: VariantPlan) -> Scored:
        """Return what is known of the worth of ``variant``; what obliges has its own."""
        static = variant.scored
        if action.is_obliged:
            return static
        if not variant.interrupts:
            weight = self._weight(action)
            return static if weight == 1.0 else _scored(static, {CONTEXT_WEIGHT: weight}, {})
        scored = static if self._plan.is_static else self._personal(action, variant)
        if not self._seen.names or not (repeated := self._repeated(action.action.action)):
            return scored
        scores = {**scored.scores, REPEAT: repeated}
        return Scored(
            *(scored.action, scored.channel, scored.priority, scored.total, scores, scored.latency, scored.takes_slot)
        )

    def context(self, slot: str) -> Context:
        """Return what policies are told about the customer when ``slot`` is decided."""
        if self._values is None:
            self._values = read_context(self._view, self._contacts, self._seen)
        return Context(self._values, self._seen.names, slot, self._view.now, self._learned)

    def _personal(self, action: ActionPlan, variant: VariantPlan) -> Scored:
        static, channel = variant.scored, variant.channel.name
        factors: dict[str, float] = {}
        if variant.channel.hears_back and (affinity := self._affinity_to(channel)) != 1.0:
            factors["affinity"] = affinity
        if self._plan.has_preference and self._view.traits.get(PREFERENCE_TRAIT) == channel:
            factors["preference"] = PREFERRED
        if (weight := self._weight(action)) != 1.0:
            factors[CONTEXT_WEIGHT] = weight
        extras: dict[str, float] = {}
        if charge := self._charge(action, variant):
            extras["price"] = -charge
        if granted := self._subsidy(action, variant):
            extras["subsidy"] = granted
        return _scored(static, factors, extras) if factors or extras else static

    def silence(self, category: str) -> Scored:
        """Return silence's score against candidates of ``category``: what the slot brings if it is kept."""
        if category not in self._plan.charged:
            return _SILENCE
        cost = opportunity_cost(self._view, self._contacts, category, self._plan.caps)
        return Scored("", "", 0.0, cost, {"opportunity_cost": cost}) if cost else _SILENCE

    def _repeated(self, action: str) -> float:
        known = self._repeats.get(action)
        if known is None:
            known = self._repeats[action] = repeats(self._contacts, action, self._view.now)
        return known

    def _affinity_to(self, channel: str) -> float:
        """Return how much more than most this customer responds on ``channel``; 1 where nothing is known."""
        known = self._affinity.get(channel)
        if known is None:
            known = self._affinity[channel] = _affinity(channel, self._contacts, self._view.now)
        return known

    def _weight(self, action: ActionPlan) -> float:
        """Return the product of the context weights whose condition holds."""
        name = action.action.action
        weight = self._weights.get(name)
        if weight is None:
            weight = 1.0
            for condition, factor in action.weights:
                if self._view.holds(condition):
                    weight *= factor
            self._weights[name] = weight
        return weight

    def _subsidy(self, action: ActionPlan, variant: VariantPlan) -> float:
        """Return what ``variant`` is worth on top for the reach targets that it serves; below 0 where another customer
        ought to have the contact.
        """
        granted = 0.0
        for aim in self._plan.shared.aims.get((action.action.action, variant.channel.name), ()):
            granted += self._granted_by(aim)
        return granted

    def _granted_by(self, aim: ReachPlan) -> float:
        known = self._granted.get(aim.name)
        if known is None:
            view = self._view
            is_meant = view.holds(aim.who)
            part = is_meant - aim.share  # of a floor, all the others pay for those for whom it is meant
            rate = subsidy(view.shared.paces, aim, view.now) if part else 0.0
            known = self._granted[aim.name] = part * rate
        return known

    def _charge(self, action: ActionPlan, variant: VariantPlan) -> float:
        """Return what ``variant`` uses of scarce things, at their prices; what they do not stop does not pay either."""
        charge = 0.0
        for capacity, amount in uses_of(self._plan.shared, action, variant):
            if action.action.category in self._plan.shared.capacities[capacity].obeys:
                charge += amount * self._price_of(capacity)
        return charge

    def _price_of(self, capacity: str) -> float:
        known = self._prices.get(capacity)
        if known is None:
            view = self._view
            known = self._prices[capacity] = price(view.shared, self._plan.shared, capacity, view.now)
        return known


def _scored(static: Scored, factors: dict[str, float], extras: dict[str, float]) -> Scored:
    """Return ``static`` with its worth times ``factors``, and ``extras`` on top of what is left after cost."""
    worth = static.total + static.scores["cost"]
    for factor in factors.values():
        worth *= factor
    total = worth - static.scores["cost"] + sum(extras.values())
    shown = {name: abs(extra) if name == "price" else extra for name, extra in extras.items()}
    scores = {**static.scores, **factors, "total": total, **shown}
    return Scored(static.action, static.channel, static.priority, total, scores, static.latency, static.takes_slot)


def _affinity(channel: str, contacts: Contacts, now: int) -> float:
    told = engaged = 0
    for contact in contacts.ledger:
        if contact.channel == channel and contact.at <= now - TELLING_AFTER and contact.state != "ghost":
            told += 1
            engaged += contact.engaged_at > 0
    if not told:
        return 1.0
    response = (engaged + PRIOR_CONTACTS * USUAL_RESPONSE) / (told + PRIOR_CONTACTS)
    return min(max(response / USUAL_RESPONSE, LEAST_AFFINITY), MOST_AFFINITY)
