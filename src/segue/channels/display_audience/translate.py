"""Membership commands become changes, and members become the rows that a platform imports. Pure.

Addresses are normalised as the platforms ask and hashed with SHA-256 before anything else happens to them; the raw ones
go nowhere.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Literal

from msgspec import Struct

from segue.channels.outcomes import accepted, rejected
from segue.model.commands import SyncAudience
from segue.model.deliveries import Outcome
from segue.model.ids import CustomerId, DeliveryId
from segue.model.time import Instant

Layout = Literal["google", "meta"]
COLUMNS: dict[Layout, tuple[str, str]] = {"google": ("Email", "Phone"), "meta": ("email", "phone")}
NO_IDENTIFIER = "no_identifier"


class Hashed(Struct, frozen=True, array_like=True):
    """A member's identifiers as a platform matches them: 64 hexadecimal digits, or "" where there is none."""

    email: str = ""
    phone: str = ""


Members = Mapping[CustomerId, Hashed]


class Change(Struct, frozen=True):
    """One line of an audience's change log."""

    change: Literal["removed", "added"]
    customer_id: CustomerId
    email: str
    phone: str
    at: Instant
    delivery_id: DeliveryId


class Plan(Struct, frozen=True):
    """What a batch does to one audience, and an outcome for each command in its order."""

    removed: tuple[Change, ...]
    added: tuple[Change, ...]
    outcomes: tuple[Outcome, ...]


def plan_changes(members: Members, commands: Sequence[SyncAudience], layout: Layout, country_code: str | None) -> Plan:
    """Return what ``commands``, all of one audience, change; the last one about a customer decides."""
    last = {command.customer_id: position for position, command in enumerate(commands)}
    removed: list[Change] = []
    added: list[Change] = []
    outcomes: list[Outcome] = []
    for position, command in enumerate(commands):
        before = members.get(command.customer_id)
        if last[command.customer_id] != position:
            outcomes.append(accepted(command, detail="superseded"))
            continue
        after = hash_identifiers(command.identifiers, layout, country_code) if command.is_member else None
        if after == Hashed():
            outcomes.append(rejected(command, NO_IDENTIFIER))
            continue
        if before is not None and before != after:
            removed.append(_change("removed", command, before))
        if after is not None and before != after:
            added.append(_change("added", command, after))
        detail = "unchanged" if before == after else "added" if after else "removed"
        outcomes.append(accepted(command, detail=detail))
    return Plan(tuple(removed), tuple(added), tuple(outcomes))


def apply_changes(members: dict[CustomerId, Hashed], changes: Iterable[Change]) -> None:
    """Bring ``members`` up to date, in place: an audience may have millions, and a batch a handful."""
    for change in changes:
        if change.change == "added":
            members[change.customer_id] = Hashed(change.email, change.phone)
        else:
            members.pop(change.customer_id, None)


def hash_identifiers(identifiers: Mapping[str, str], layout: Layout, country_code: str | None) -> Hashed:
    """Return the hashed identifiers of a customer; those that cannot be normalised are left out."""
    email = normal_email(identifiers.get("email") or "")
    phone = normal_phone(identifiers.get("phone") or "", country_code)
    return Hashed(_hash(email), _hash(f"+{phone}" if phone and layout == "google" else phone))


def normal_email(text: str) -> str:
    """Return an address trimmed and in lower case; "" when it is none."""
    address = text.strip().lower()
    return address if re.fullmatch(r"[^\s@]+@[^\s@]+", address) else ""


def normal_phone(text: str, country_code: str | None) -> str:
    """Return the digits of an E.164 number without its plus sign; "" when the country is not known."""
    compact = re.sub(r"[\s().\-/\u00a0]", "", text.replace("(0)", ""))
    if compact.startswith("00"):
        compact = "+" + compact[2:]
    if not compact.startswith("+") and country_code:
        compact = f"+{country_code}{compact.removeprefix('0')}"
    return compact[1:] if re.fullmatch(r"\+[1-9][0-9]{6,14}", compact) else ""


def to_csv(members: Members, layout: Layout) -> bytes:
    """Return the full export: one row for each distinct set of identifiers, sorted, so that equal members give equal
    bytes. Every cell is hexadecimal or empty, which no spreadsheet takes for a formula.
    """
    file = io.StringIO(newline="")
    rows = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    rows.writerow(COLUMNS[layout])
    rows.writerows(sorted({(member.email, member.phone) for member in members.values()}))
    return file.getvalue().encode("ascii")


def _change(change: Literal["removed", "added"], command: SyncAudience, hashed: Hashed) -> Change:
    return Change(change, command.customer_id, hashed.email, hashed.phone, command.at, command.delivery_id)


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest() if text else ""
