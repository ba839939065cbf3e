"""The Customer: the one value that the engine advances.

Each part has exactly one stage that writes it, named in the part's docstring; every stage may read all of it. Parts are
stored as positional msgpack: fields are only ever appended, with a default. Dictionaries and lists inside are never
mutated once they are in a Customer.
"""

from typing import Any

from msgspec import Struct

from segue.model.assignments import Assignment
from segue.model.consents import Consent
from segue.model.decisions import Candidate
from segue.model.ids import CustomerId, DecisionId, DeliveryId, RunId
from segue.model.runs import Allotted, Entered, Pending, Run
from segue.model.time import Instant


class Profile(Struct, frozen=True, array_like=True):
    """Folded knowledge. Written by `core.profiles`.

    Attributes:
        trait_times: when each trait was stated; an older statement never overwrites a newer one.
        features: the running state of each declared feature, by state key (`core.program`).
        unusable: contact points that bounced for good or are on the suppression list.
        hours: how often the customer was there, by hour of the week in their own zone (0 is Monday 00:00); halved
            when it grows old, and kept only where something is timed by it.
        there_at: when they were last there; kept where `hours` is.
    """

    first_seen: Instant = Instant(0)
    last_seen: Instant = Instant(0)
    traits: dict[str, Any] = {}
    trait_times: dict[str, Instant] = {}
    features: dict[str, Any] = {}
    consents: tuple[Consent, ...] = ()
    unusable: tuple[str, ...] = ()
    hours: dict[int, int] = {}
    there_at: Instant = Instant(0)


class Watch(Struct, frozen=True, array_like=True):
    """An absence trigger that is running: fires at ``due`` unless the awaited event comes first."""

    trigger: str
    since: Instant
    due: Instant
    facts: dict[str, Any] = {}


class Watches(Struct, frozen=True, array_like=True):
    """What triggers remember. Written by `core.triggers`.

    Attributes:
        reached: nothing: what a count trigger needs is in its hidden feature. The place is kept.
        inside: audiences with a trigger that the customer is in.
        look_at: when to look again at what only time changes; 0 before the first look.
        schedules: (key, when it is due) of each schedule; the key is ``NAME@digest``, the trigger's name and a digest
            of its times, so that changed times begin anew.
    """

    absences: tuple[Watch, ...] = ()
    reached: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()
    look_at: Instant = Instant(0)
    schedules: tuple[tuple[str, Instant], ...] = ()


class Enrollments(Struct, frozen=True, array_like=True):
    """Where the customer is in which journey. Written by `core.journeys`.

    ``pending`` are entries that wait (debounce, spread, rate, pause), ``splits`` the arms the customer was given.
    """

    runs: tuple[Run, ...] = ()
    entered: tuple[Entered, ...] = ()
    pending: tuple[Pending, ...] = ()
    splits: tuple[Allotted, ...] = ()


class Contact(Struct, frozen=True, array_like=True, gc=False):
    """A slot of the contact ledger: reserved at the decision, confirmed on acceptance, released on permanent failure.

    ``state`` is ``reserved``, ``confirmed`` or ``ghost`` (a held-out customer's: counted, never sent); ``engaged_at``
    is when it was first opened or clicked, 0 for never.
    """

    at: Instant
    delivery_id: DeliveryId
    channel: str
    action: str
    category: str
    state: str
    theme: str = ""
    journey: str = ""
    run_id: RunId = RunId("")
    step: str = ""
    contact_point: str = ""
    engaged_at: Instant = Instant(0)
    tags: tuple[str, ...] = ()


class Contacts(Struct, frozen=True, array_like=True):
    """The contact ledger, oldest first. Written by `core.arbitration`.

    ``offered`` is how many messages were proposed for this customer, decaying by half in four weeks, as of
    ``offered_at``: from it follows what the rest of the week is likely to bring.
    """

    ledger: tuple[Contact, ...] = ()
    offered: float = 0.0
    offered_at: Instant = Instant(0)


class Held(Struct, frozen=True, array_like=True):
    """A candidate that waits for its release (quiet hours, gap, cap, a lost slot); then the whole gate runs again."""

    candidate: Candidate
    release_at: Instant
    reason: str


class InFlight(Struct, frozen=True, array_like=True):
    """A message handed to the shell whose outcome is not final.

    Attributes:
        retry_at: when to try again; `NEVER` while the shell has it.
        cancelled: the reason why its run was interrupted meanwhile, "" for none; it is not handed over any more.
        waits_for: why it was withdrawn at hand-over and waits until ``retry_at``; "" for a message that failed, or is
            with the shell.
        may_have_arrived: an earlier attempt may have arrived, and always will have: given up, it counts as sent.
    """

    candidate: Candidate
    decision_id: DecisionId
    attempt: int
    decided_at: Instant
    expires_at: Instant
    retry_at: Instant
    cancelled: str = ""
    waits_for: str = ""
    may_have_arrived: bool = False


class Membership(Struct, frozen=True, array_like=True):
    """A standing membership: in an audience, or as an offer for a placement; ended by its run's end or ``until``.

    ``identifiers`` are those the customer joined with, and ``joined_as`` is who they were then ("" for who they are),
    so that the same ones leave, whatever changed since.
    """

    kind: str
    target: str
    channel: str
    action: str
    since: Instant
    until: Instant
    delivery_id: DeliveryId
    run_id: RunId = RunId("")
    is_ghost: bool = False
    identifiers: dict[str, str] = {}
    joined_as: CustomerId = CustomerId("")


class Answer(Struct, frozen=True, array_like=True):
    """The word on a run's proposal, for the journey to read in its next transition.

    ``sent`` or a reason; for a proposal that is reported (`Candidate.is_reported`) later ``carried_out`` or ``failed``;
    for a choice (`segue.model.steps.Choose`) the option's name, "" for none of them.
    """

    run_id: RunId
    occurrence: int
    word: str


class Outbox(Struct, frozen=True, array_like=True):
    """What is promised and not yet done. Written by `core.delivery`, and by `core.promises` as decisions are made."""

    held: tuple[Held, ...] = ()
    in_flight: tuple[InFlight, ...] = ()
    memberships: tuple[Membership, ...] = ()
    answers: tuple[Answer, ...] = ()


class Customer(Struct, frozen=True, array_like=True):
    """One customer.

    Attributes:
        version: number of transitions so far. Written by `core.engine`.
        absorbed: customers merged into this one. Written by `core.identity`.
        assignment: the standing group, None until the first decision. Written by `core.decisioning`.
    """

    customer_id: CustomerId
    version: int = 0
    absorbed: tuple[CustomerId, ...] = ()
    profile: Profile = Profile()
    watches: Watches = Watches()
    enrollments: Enrollments = Enrollments()
    assignment: Assignment | None = None
    contacts: Contacts = Contacts()
    outbox: Outbox = Outbox()
