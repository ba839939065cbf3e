"""The gate: one function, one order, run again at every release. The first failing reason is the one that is kept.

Journey alive, deadline not over, not paused; consent, contact point, nobody held out there, channel fit; eligibility,
already converted, season, margin, stock, prerequisites; ignored; theme; quiet hours, caps, gap, capacity, send time;
last the arbitration window. A customer's own holdout is no "no" of the gate: they are decided about like anybody, and
the winner becomes a ghost.
"""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from segue.core.arbitration.neighbours import neighbours_at
from segue.core.arbitration.plan import RulesPlan
from segue.core.arbitration.rules.alive import check_alive, check_going
from segue.core.arbitration.rules.capacity import check_capacity
from segue.core.arbitration.rules.channel_fit import check_fit
from segue.core.arbitration.rules.consent import check_consent
from segue.core.arbitration.rules.contact_point import address_of, check_contact_point, contact_point_of
from segue.core.arbitration.rules.eligibility import check_eligibility
from segue.core.arbitration.rules.frequency import Used, check_caps
from segue.core.arbitration.rules.held_out import check_held_out, points_of
from segue.core.arbitration.rules.ignored import check_ignored
from segue.core.arbitration.rules.min_gap import OBEYS_GAP, check_gap
from segue.core.arbitration.rules.paused import check_paused
from segue.core.arbitration.rules.pooling import check_pooling
from segue.core.arbitration.rules.prerequisites import check_prerequisites
from segue.core.arbitration.rules.quiet_hours import check_quiet_hours
from segue.core.arbitration.rules.receptive import RECEPTIVE, check_receptive
from segue.core.arbitration.rules.seasons import check_blackouts, check_season
from segue.core.arbitration.rules.stock import check_stock
from segue.core.arbitration.rules.theme import check_theme
from segue.core.arbitration.themes import Life, lives
from segue.core.arbitration.verdicts import Verdict
from segue.core.catalogue import ActionPlan, VariantPlan
from segue.core.view import View
from segue.model.customers import Contact, Membership, Profile
from segue.model.decisions import Candidate, Reason
from segue.model.time import Instant

_PASSED = Verdict(Reason.SILENCE)
_WAITABLE = (
    Reason.PAUSED_HELD,
    Reason.INELIGIBLE,
    Reason.THEME_CONFLICT,
    Reason.QUIET_DEFERRED,
    Reason.CAPPED,
    Reason.DUPLICATE_CONTACT_POINT,
    Reason.MIN_GAP,
    Reason.CAPACITY,
    Reason.BUDGET,
    Reason.RECEPTIVE_DEFERRED,
    Reason.POOLED,
)
_OF_CAPS = (Reason.CAPPED, Reason.DUPLICATE_CONTACT_POINT)
_FINAL = {Reason.QUIET_DEFERRED: Reason.QUIET_DROPPED, Reason.PAUSED_HELD: Reason.PAUSED_DISCARDED}


class Gate:
    """The gate for one customer at one moment; looks up once what many candidates share.

    Args:
        ledger: the contact ledger, oldest first.
        runs: the runs that are alive, by id.
        ended: why runs ended in this transition, by run id.
        memberships: the customer's, for the themes that they keep alive.
        withdrawn: (run, occurrence) of proposals that are wanted no more though their run goes on.
    """

    def __init__(
        self,
        view: View,
        profile: Profile,
        ledger: tuple[Contact, ...],
        runs: Mapping[str, object],
        ended: Mapping[str, str],
        actions: Mapping[str, ActionPlan],
        rules: RulesPlan,
        memberships: tuple[Membership, ...] = (),
        withdrawn: tuple[tuple[str, int], ...] = (),
    ) -> None:
        self.view = view
        self.profile = profile
        self.ledger = ledger
        self.memberships = memberships
        self.runs = runs
        self.ended = ended
        self.withdrawn = withdrawn
        self.actions = actions
        self.rules = rules
        self._permitted: dict[tuple[str, str, str], Verdict] = {}
        self._timely: dict[tuple[str, str, str], Verdict] = {}
        self._quiet: dict[str, Verdict | None] = {}
        self._known: set[str] | None = None
        self._lives: dict[str, Life] | None = None
        self._used: Used | None = None

    def judge(self, candidate: Candidate) -> Verdict | None:
        """Return the first reason against ``candidate``, None when it may be carried out now.

        ``until`` is set only where the candidate is willing and able to wait that long.
        """
        return self.judge_all([candidate])[0]

    def judge_all(self, candidates: Sequence[Candidate]) -> list[Verdict | None]:
        """Return `judge` of each candidate. One loop, because two dozen candidates are judged per decision."""
        verdicts: list[Verdict | None] = []
        now, rules = self.view.now, self.rules
        may_pause, is_particular, is_guarded = bool(rules.paused), rules.is_particular, bool(self.view.shared.held_out)
        for candidate in candidates:
            action = self.actions.get(candidate.action)
            variant = action.variants.get(candidate.channel) if action is not None else None
            if action is None or variant is None:
                verdicts.append(Verdict(Reason.MIGRATED_OUT, "no such variant any more"))
                continue
            verdict = None
            if candidate.run_id or may_pause or now > candidate.deadline:
                verdict = check_alive(candidate, self.runs, self.ended, now, self.withdrawn) or check_paused(
                    candidate, self.runs, rules.paused, now
                )
            if verdict is None and not candidate.run_id and candidate.source.startswith("journey:"):
                verdict = check_going(candidate, rules.going)
            if verdict is None:
                permission = self._permitted.get(variant.lane) or self._look_at_permission(action, variant)
                verdict = None if permission is _PASSED else permission
            if verdict is None and is_guarded:
                verdict = self._check_owners(action, variant, candidate.source)
            if verdict is None and is_particular:
                verdict = check_fit((candidate.action, candidate.channel), candidate.stage, rules.fit)
            if verdict is None:
                verdict = check_eligibility(action, self.view)
            if verdict is None and is_particular:
                verdict = self._check_offer(candidate, action, variant) or self._check_history(candidate, action)
            if verdict is None and variant.interrupts:
                verdict = self._check_moment(candidate, action, variant)
            verdicts.append(verdict if verdict is None else _settled(verdict, candidate, now))
        return verdicts

    def notice(self, ledger: tuple[Contact, ...], memberships: tuple[Membership, ...] | None = None) -> None:
        """Take note of a slot that was just reserved or a membership joined: what is judged next must see it.

        Args:
            memberships: all of them; None where they are as before.
        """
        self.ledger = ledger
        self.memberships = self.memberships if memberships is None else memberships
        self._timely.clear()
        self._known = self._lives = self._used = None

    def permits(self, action_name: str, channel: str, source: str) -> bool:
        """Tell whether consent and contact point allow what ``source`` proposed on ``channel`` at all."""
        action = self.actions.get(action_name)
        variant = action.variants.get(channel) if action is not None else None
        if action is None or variant is None or self._look_at_permission(action, variant) is not _PASSED:
            return False
        return self._check_owners(action, variant, source) is None

    def _check_owners(self, action: ActionPlan, variant: VariantPlan, source: str) -> Verdict | None:
        held_out, holdouts = self.view.shared.held_out, self.rules.workspace.holdouts
        return check_held_out(action, variant, source, points_of(variant, self.profile), held_out, holdouts)

    def _look_at_permission(self, action: ActionPlan, variant: VariantPlan) -> Verdict:
        permission = (
            check_consent(action.action, variant, self.profile.consents, self.rules.consent)
            or check_contact_point(variant, self.profile)
            or _PASSED
        )
        self._permitted[variant.lane] = permission
        return permission

    def _check_offer(self, candidate: Candidate, action: ActionPlan, variant: VariantPlan) -> Verdict | None:
        """Refuse what is not offered: now, at this margin, any more, or before something else."""
        rules, now, zone = self.rules, self.view.now, self.view.zone
        name = candidate.action
        season = rules.seasons.get(name)
        if season is not None and (closed := check_season(season, now, zone)):
            return closed
        if rules.blackouts and (dark := check_blackouts(action.action, candidate.channel, rules.blackouts, now, zone)):
            return dark
        if rules.thin and (thin := rules.thin.get((name, candidate.channel))):
            return thin
        if rules.shared_plan.stocks:
            is_booked = self._has_slot(candidate)
            if gone := check_stock(name, self.view.shared, rules.shared_plan, is_booked=is_booked):
                return gone
        if action.requires:
            return check_prerequisites(action, self.ledger, self.memberships, self.view)
        return None

    def _check_history(self, candidate: Candidate, action: ActionPlan) -> Verdict | None:
        """Refuse what was ignored too often, and what does not go with the theme that is live."""
        patience = self.rules.patience.get(candidate.action)
        if patience is not None and (ignored := check_ignored(candidate, self.ledger, self.view.now, patience)):
            return ignored
        theme = self.rules.themes.ruled.get(candidate.action)
        if theme is None:
            return None
        if self._lives is None:
            self._lives = lives(self.ledger, self.memberships, self.view.now, self.rules.themes)
        is_booked = self._has_slot(candidate)
        return check_theme(candidate, action, theme, self._lives, self.view.now, is_booked=is_booked)

    def _check_moment(self, candidate: Candidate, action: ActionPlan, variant: VariantPlan) -> Verdict | None:
        # A message that already has its slot must not count against itself, so it is looked at on its own; its use of
        # capacities is counted, and its moment chosen.
        if self._has_slot(candidate):
            return self._look_at_moment(candidate, action, variant)
        moment = self._timely.get(variant.lane) if self.rules.is_by_channel else None
        if moment is None:
            moment = self._look_at_moment(candidate, action, variant) or _PASSED
            self._timely[variant.lane] = moment
        if moment is not _PASSED:
            return moment
        if self.rules.has_turns or candidate.timing == RECEPTIVE:
            return self._check_turn(candidate, action, variant)
        return None

    def _check_turn(self, candidate: Candidate, action: ActionPlan, variant: VariantPlan) -> Verdict | None:
        """Refuse a moment that is possible, for want of a shared capacity, or for a better one."""
        rules, now = self.rules, self.view.now
        if rules.shared_plan.uses and (
            full := check_capacity(action, variant, self.view.shared, rules.shared_plan, rules.budgets, now)
        ):
            return full
        if candidate.timing == RECEPTIVE and (later := self._look_for_later(candidate, action, variant)):
            return later
        return check_pooling(candidate, action.action.category, rules.arbitration_window, now)

    def _look_for_later(self, candidate: Candidate, action: ActionPlan, variant: VariantPlan) -> Verdict | None:
        # Caps and gap that have room now will have it later, too: of the rules, only quiet hours close a moment again.
        hours = self.rules.quiet_hours if action.action.category != "transactional" else ()
        channel, zone = variant.channel.name, self.view.zone
        return check_receptive(
            candidate,
            self.view,
            self.rules.workspace,
            is_open=lambda at: check_quiet_hours(channel, zone, at, hours) is None,
        )

    def _look_at_moment(self, candidate: Candidate, action: ActionPlan, variant: VariantPlan) -> Verdict | None:
        category, now = action.action.category, self.view.now
        quiet = self._look_at_clock(variant.channel.name) if category != "transactional" else None
        if quiet is not None:
            return quiet
        neighbours = self._neighbours(variant) if self.view.shared.neighbours else ()
        if self._used is None:
            self._used = Used(self.ledger, now, self.view.zone, self.rules.caps)
        is_booked = self._has_slot(candidate)
        return check_caps(candidate, action, self._used, neighbours, is_booked=is_booked) or (
            check_gap(candidate, self.ledger, neighbours, now, self.rules.min_gap) if category in OBEYS_GAP else None
        )

    def _has_slot(self, candidate: Candidate) -> bool:
        """Tell whether ``candidate`` has its slot in the ledger already."""
        if self._known is None:
            self._known = {contact.delivery_id for contact in self.ledger}
        return candidate.delivery_id in self._known

    def _look_at_clock(self, channel: str) -> Verdict | None:
        key = channel if self.rules.has_quiet_channels else ""
        if key not in self._quiet:
            self._quiet[key] = check_quiet_hours(channel, self.view.zone, self.view.now, self.rules.quiet_hours)
        return self._quiet[key]

    def _neighbours(self, variant: VariantPlan) -> tuple[Contact, ...]:
        contact_point = contact_point_of(variant, address_of(variant, self.profile))
        return neighbours_at(contact_point, self.view.shared.neighbours, self.ledger)


def _settled(verdict: Verdict, candidate: Candidate, now: Instant) -> Verdict:
    """Return ``verdict`` with ``until`` only where the candidate waits, and with the reason of one that does not."""
    if verdict.reason not in _WAITABLE:
        return verdict
    waits = candidate.on_cap == "wait" or verdict.reason not in _OF_CAPS
    if waits and now < verdict.until <= candidate.deadline:
        return verdict
    return replace(verdict, reason=_FINAL.get(verdict.reason, verdict.reason), until=Instant(0))
