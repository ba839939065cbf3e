"""The gate: one function, one order, run again at every release. The first failing reason is the one that is kept.

Journey alive and deadline not over, consent, contact point, eligibility, already converted, quiet hours, caps, gap. The
holdout is no "no" of the gate: a held-out customer is decided about like any other, and the winner becomes a ghost.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from segue.core.arbitration.rules.alive import check_alive
from segue.core.arbitration.rules.consent import check_consent
from segue.core.arbitration.rules.contact_point import check_contact_point
from segue.core.arbitration.rules.eligibility import check_eligibility
from segue.core.arbitration.rules.frequency import (
    OBEYS_GAP,
    CapPlan,
    check_caps,
    check_gap,
    compile_caps,
)
from segue.core.arbitration.rules.quiet_hours import QuietPlan, check_quiet_hours, compile_quiet_hours
from segue.core.arbitration.verdicts import Verdict
from segue.core.catalogue import ActionPlan, VariantPlan
from segue.core.view import View
from segue.model.contact_rules import ContactRules
from segue.model.customers import Contact, Profile
from segue.model.decisions import Candidate, Reason
from segue.model.time import DAY, Instant, parse_duration

_PASSED = Verdict(Reason.SILENCE)
_WAITABLE = (Reason.QUIET_DEFERRED, Reason.CAPPED, Reason.MIN_GAP)
_FINAL = {Reason.QUIET_DEFERRED: Reason.QUIET_DROPPED}


class RulesPlan(Struct, frozen=True):
    """The compiled contact rules.

    Attributes:
        memory: microseconds a contact is remembered: as long as the longest cap counts, 60 days at least.
        has_quiet_channels: some quiet hours are for some channels only.
        is_by_channel: every cap counts by channel or over all, so that one look serves all candidates of a channel.
    """

    consent: dict[str, str]
    quiet_hours: tuple[QuietPlan, ...]
    caps: tuple[CapPlan, ...]
    min_gap: int
    memory: int
    has_quiet_channels: bool
    is_by_channel: bool


def compile_contact_rules(rules: ContactRules) -> RulesPlan:
    """Return the plan of ``rules``."""
    caps = compile_caps(rules.caps)
    return RulesPlan(
        consent=dict(rules.consent),
        quiet_hours=compile_quiet_hours(rules.quiet_hours),
        caps=caps,
        min_gap=parse_duration(rules.min_gap),
        memory=max([60 * DAY, *(cap.window for cap in caps)]),
        has_quiet_channels=any(hours.channels for hours in rules.quiet_hours),
        is_by_channel=all(cap.scope in ("all", "channel") for cap in caps),
    )


class Gate:
    """The gate for one customer at one moment; looks up once what many candidates share.

    Args:
        runs: the run ids that are alive.
        ended: why runs ended in this transition, by run id.
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
    ) -> None:
        self.view = view
        self.profile = profile
        self.ledger = ledger
        self.runs = runs
        self.ended = ended
        self.actions = actions
        self.rules = rules
        self._permitted: dict[tuple[str, str, str], Verdict] = {}
        self._timely: dict[tuple[str, str, str], Verdict] = {}
        self._quiet: dict[str, Verdict | None] = {}
        self._booked = {contact.delivery_id for contact in ledger}

    def judge(self, candidate: Candidate) -> Verdict | None:
        """Return the first reason against ``candidate``, None when it may be carried out now.

        ``until`` is set only where the candidate is willing and able to wait that long.
        """
        return self.judge_all([candidate])[0]

    def judge_all(self, candidates: Sequence[Candidate]) -> list[Verdict | None]:
        """Return `judge` of each candidate. One loop, because two dozen candidates are judged per decision."""
        verdicts: list[Verdict | None] = []
        now = self.view.now
        for candidate in candidates:
            action = self.actions.get(candidate.action)
            variant = action.variants.get(candidate.channel) if action is not None else None
            if action is None or variant is None:
                verdicts.append(Verdict(Reason.MIGRATED_OUT, "no such variant any more"))
                continue
            verdict = None
            if candidate.run_id or now > candidate.deadline:
                verdict = check_alive(candidate, self.runs, self.ended, now)
            if verdict is None:
                permission = self._permitted.get(variant.lane) or self._look_at_permission(action, variant)
                verdict = None if permission is _PASSED else permission
            if verdict is None:
                verdict = check_eligibility(action, self.view)
            if verdict is None and variant.interrupts:
                verdict = self._check_moment(candidate, action, variant)
            verdicts.append(verdict if verdict is None else _settled(verdict, candidate))
        return verdicts

    def notice(self, ledger: tuple[Contact, ...]) -> None:
        """Take note of a slot that was just reserved: what is judged next must see it."""
        self.ledger = ledger
        self._booked = {contact.delivery_id for contact in ledger}
        self._timely.clear()

    def permits(self, action_name: str, channel: str) -> bool:
        """Tell whether consent and contact point allow ``action_name`` on ``channel`` at all."""
        action = self.actions.get(action_name)
        variant = action.variants.get(channel) if action is not None else None
        return action is not None and variant is not None and self._look_at_permission(action, variant) is _PASSED

    def _look_at_permission(self, action: ActionPlan, variant: VariantPlan) -> Verdict:
        permission = (
            check_consent(action.action, variant, self.profile.consents, self.rules.consent)
            or check_contact_point(variant, self.profile)
            or _PASSED
        )
        self._permitted[variant.lane] = permission
        return permission

    def _check_moment(self, candidate: Candidate, action: ActionPlan, variant: VariantPlan) -> Verdict | None:
        # A message that already has its slot must not count against itself, so it is looked at on its own.
        if not self.rules.is_by_channel or candidate.delivery_id in self._booked:
            return self._look_at_moment(candidate, action, variant)
        moment = self._timely.get(variant.lane)
        if moment is None:
            moment = self._look_at_moment(candidate, action, variant) or _PASSED
            self._timely[variant.lane] = moment
        return None if moment is _PASSED else moment

    def _look_at_moment(self, candidate: Candidate, action: ActionPlan, variant: VariantPlan) -> Verdict | None:
        category, now = action.action.category, self.view.now
        quiet = self._look_at_clock(variant.channel.name) if category != "transactional" else None
        return (
            quiet
            or check_caps(candidate, action, self.ledger, now, self.rules.caps)
            or (check_gap(candidate, self.ledger, now, self.rules.min_gap) if category in OBEYS_GAP else None)
        )

    def _look_at_clock(self, channel: str) -> Verdict | None:
        key = channel if self.rules.has_quiet_channels else ""
        if key not in self._quiet:
            self._quiet[key] = check_quiet_hours(channel, self.view.zone, self.view.now, self.rules.quiet_hours)
        return self._quiet[key]


def _settled(verdict: Verdict, candidate: Candidate) -> Verdict:
    """Return ``verdict`` with ``until`` only where the candidate waits, and with the reason of one that does not."""
    if verdict.reason not in _WAITABLE:
        return verdict
    waits = candidate.on_cap == "wait" or verdict.reason != Reason.CAPPED
    if waits and 0 < verdict.until <= candidate.deadline:
        return verdict
    return replace(verdict, reason=_FINAL.get(verdict.reason, verdict.reason), until=Instant(0))
