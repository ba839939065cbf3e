"""A glance at an encoded customer: where they were contacted and which journeys they are in, without decoding the rest.

A start looks at every customer once, and a changed journey looks for those who are in it; what is not asked for stays
bytes (`Raw`), which halves the time.
"""

from msgspec import Raw, Struct, msgpack

_NOTHING = Raw(b"")


class RunGlance(Struct, frozen=True, array_like=True, gc=False):
    """The beginning of a `segue.model.runs.Run`."""

    run_id: Raw
    journey: str
    version: int
    key: Raw
    step: str
    entered_at: Raw
    step_at: Raw
    wake_at: int


class PendingGlance(Struct, frozen=True, array_like=True, gc=False):
    """The beginning of a `segue.model.runs.Pending`."""

    journey: str
    key: Raw
    due: int


class EnrollmentsGlance(Struct, frozen=True, array_like=True):
    """The beginning of `segue.model.customers.Enrollments`."""

    runs: tuple[RunGlance, ...] = ()
    entered: Raw = _NOTHING
    pending: tuple[PendingGlance, ...] = ()


class ContactGlance(Struct, frozen=True, array_like=True, gc=False):
    """The beginning of a `segue.model.customers.Contact`."""

    at: Raw
    delivery_id: Raw
    channel: Raw
    action: Raw
    category: Raw
    state: Raw
    theme: Raw = _NOTHING
    journey: Raw = _NOTHING
    run_id: Raw = _NOTHING
    step: Raw = _NOTHING
    contact_point: str = ""


class ContactsGlance(Struct, frozen=True, array_like=True):
    """The beginning of `segue.model.customers.Contacts`."""

    ledger: tuple[ContactGlance, ...] = ()


class Glance(Struct, frozen=True, array_like=True):
    """The beginning of a `segue.model.customers.Customer`."""

    customer_id: Raw
    version: Raw = _NOTHING
    absorbed: Raw = _NOTHING
    profile: Raw = _NOTHING
    watches: Raw = _NOTHING
    enrollments: EnrollmentsGlance = EnrollmentsGlance()
    assignment: Raw = _NOTHING
    contacts: ContactsGlance = ContactsGlance()


_decode = msgpack.Decoder(Glance).decode


def glance_at(state: bytes | memoryview) -> Glance:
    """Return what an encoded customer shows at a glance."""
    return _decode(state)
