"""Nothing goes out inside the customer's own quiet hours, by the wall clock of the zone that they said they live in.

The hours that daylight saving skips or repeats are as quiet as the clock on the wall says.
"""

from collections.abc import Iterator

from segue.model.events import Identified, Merged, Tracked
from segue.model.ids import CustomerId
from segue.model.time import Instant, is_zone, to_datetime
from segue.ports.store import Entry
from segue.simulation.checkers.evidence import Evidence, Handed, is_call, show
from segue.simulation.checkers.walking import never_permitted

Stated = tuple[Instant, str | None]


def check_quiet_hours(evidence: Evidence) -> Iterator[str]:
    """Yield every message that somebody got in their quiet hours; transactional ones may come at any time."""
    zones = Zones(evidence.workspace.zone)
    windows = [(hours.start, hours.end, hours.channels) for hours in evidence.workspace.contact_rules.quiet_hours]

    def permit(line: Handed) -> bool:
        clock = to_datetime(line.at, zones.of(line.command.customer_id)).strftime("%H:%M")
        return not any(
            (not channels or line.channel in channels) and _is_inside(clock, start, end)
            for start, end, channels in windows
        )

    lines = [line for line in evidence.handed if not line.command.is_transactional and not is_call(line.command)]
    for line in never_permitted(evidence.entries, lines, zones.see, permit):
        yield f"handed over in quiet hours: {show([line])}"


class Zones:
    """The zone of every customer, as of an entry; of two statements the one that was made later counts."""

    def __init__(self, default: str) -> None:
        self._default = default
        self._stated: dict[CustomerId, Stated] = {}
        self._merged: dict[CustomerId, CustomerId] = {}

    def see(self, entry: Entry) -> None:
        """Take an entry in."""
        event = entry.event
        if isinstance(event, Identified | Tracked) and "zone" in event.traits:
            known = self._stated.get(event.customer_id)
            if known is None or known[0] <= event.at:
                self._stated[event.customer_id] = event.at, event.traits["zone"]
        elif isinstance(event, Merged):
            theirs, ours = self._stated.pop(event.absorbed_id, None), self._stated.get(event.customer_id)
            if theirs is not None and (ours is None or theirs[0] > ours[0]):
                self._stated[event.customer_id] = theirs
            self._merged[event.absorbed_id] = event.customer_id

    def of(self, customer_id: CustomerId) -> str:
        """Return the IANA zone of a customer, also by an id that was merged into theirs."""
        while customer_id in self._merged:
            customer_id = self._merged[customer_id]
        _, zone = self._stated.get(customer_id, (0, None))
        return zone if zone is not None and is_zone(zone) else self._default


def _is_inside(clock: str, start: str, end: str) -> bool:
    return start <= clock < end if start < end else clock >= start or clock < end
