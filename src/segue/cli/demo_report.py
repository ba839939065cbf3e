"""The demo's report: what happened, counted from what the runtime and its store say."""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct

import segue
from segue.cli.console import columns, paint
from segue.cli.funnel import funnel_lines
from segue.cli.history import Readers, Row
from segue.core.identity.resolve import own_customer
from segue.model.decisions import SILENCE, Decision, Reason
from segue.model.deliveries import RECEIPTS
from segue.model.events import ConsentChanged, DeliveryReported, Incoming, Tracked
from segue.model.ids import CustomerId
from segue.model.time import Instant, format_instant
from segue.runtimes.embedded import Stats
from segue.sources.files import DeadRow
from segue.stores.sqlite import SqliteStore

NOTES = {
    "reentry_blocked": "further lines of an order that had begun a run",
    "lost_arbitration": "silence, where the offer was chosen",
    "holdout": "ghosts: decided, logged, not carried out",
    "quiet_deferred": "waited for the customer's morning, then asked again",
    "no_consent": "unsubscribed before",
    "capped": "one offer a month at most",
}


class Telling:
    """Listens while the history is told."""

    def __init__(self) -> None:
        self.rows: Counter[str] = Counter()
        self.dead: Counter[str] = Counter()
        self.user_ids: dict[CustomerId, str] = {}
        self.stats: Stats
        self.ended_at: Instant

    def listen(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Pass ``rows`` on, counted."""
        for row in rows:
            match row:
                case DeadRow():
                    self.dead[row.reason] += 1
                case Incoming(event=Tracked(name=name)):
                    self.rows[name] += 1
                    self.user_ids.update((own_customer(known), known.value) for known in row.identifiers)
                case _:
                    self.rows["identified"] += 1
            yield row

    def end(self, stats: Stats, ended_at: Instant) -> None:
        """Take the last word of the runtime."""
        self.stats, self.ended_at = stats, ended_at


class DemoReport(Struct, frozen=True, kw_only=True):
    """What happened. Counts by name, except for what says otherwise.

    Attributes:
        suppressed: candidates that lost, by first reason.
        deliveries: by channel, then by outcome.
        receipts: what customers did with mails; drawn, see `segue.cli.history.Readers`.
        audiences: members now, by audience.
        explained: decisions, as `segue explain` prints them.
    """

    fingerprint: str
    events: dict[str, int]
    dead_rows: dict[str, int]
    customers: int
    chosen: dict[str, int]
    ghosts: int
    silences: int
    suppressed: dict[str, int]
    ended: dict[str, int]
    deliveries: dict[str, dict[str, int]]
    receipts: dict[str, int]
    opening: float
    unsubscribing: float
    mails: int
    audiences: dict[str, int]
    explained: tuple[str, ...]
    example_decision_id: str
    example_user_id: str
    ended_at: Instant


def make_report(state: Path, telling: Telling, readers: Readers, fingerprint: str) -> DemoReport:
    """Return the report of a history that is through; ``state`` is the workspace's state folder."""
    store = SqliteStore(state, is_reader=True)
    try:
        receipts, sent, capped = _look_through(store)
        delivery = store.delivery(sent.delivery_id)
    finally:
        store.close()
    stats = telling.stats
    return DemoReport(
        fingerprint=fingerprint,
        events=dict(telling.rows),
        dead_rows=dict(telling.dead),
        customers=stats.customers,
        chosen=dict(stats.chosen),
        ghosts=stats.ghosts,
        silences=stats.silences,
        suppressed=dict(sorted(stats.suppressed.items(), key=lambda item: -item[1])),
        ended=dict(stats.ended),
        deliveries=stats.deliveries,
        receipts=receipts,
        opening=readers.opening,
        unsubscribing=readers.unsubscribing,
        mails=sum(1 for _ in (state / "email").glob("*.eml")),
        audiences={path.name.partition(".")[0]: _members(path) for path in sorted((state / "display").glob("*.csv"))},
        explained=(*funnel_lines(sent, str(delivery.status) if delivery else ""), "", *funnel_lines(capped)),
        example_decision_id=sent.decision_id,
        example_user_id=telling.user_ids[sent.customer_id],
        ended_at=telling.ended_at,
    )


def report_lines(report: DemoReport, folder: Path, seconds: float) -> list[str]:
    """Return the report as people read it."""
    state = folder / ".segue"
    rows = sum(report.events.values()) + sum(report.dead_rows.values())
    dead = {f"dead letter: {reason}": count for reason, count in report.dead_rows.items()}
    orders = f"{rows:,} rows of real orders (UCI Online Retail, CC BY 4.0, data/ATTRIBUTION.md)"
    suppressed = [(reason, f"{count:,}", NOTES.get(reason, "")) for reason, count in report.suppressed.items()]
    chosen = {**report.chosen, SILENCE: report.silences, "held out: logged as ghosts, not carried out": report.ghosts}
    delivered = {
        f"{channel}: {status}": n for channel, found in report.deliveries.items() for status, n in found.items()
    }
    drawn = (
        f"Real orders do not say who opens a mail, so that is drawn: {report.opening:.0%} are opened,"
        f" {report.unsubscribing:.0%} unsubscribe."
    )
    return [
        "",
        *_section(orders, {**report.events, **dead}),
        *_section(f"{report.customers:,} customers; decisions about them, by what was chosen", chosen),
        paint("Suppressed, by first reason", "bold"),
        *(f"  {line}" for line in columns(suppressed, right=[1])),
        "",
        *_section("Deliveries (display: joins and removals)", delivered),
        *_section("What came back", report.receipts)[:-1],
        f"  {drawn}",
        "  These customers never saw our mails, so their orders cannot show a lift, and none is claimed.",
        "",
        paint("Two decisions explained: the last mail, and one that a cap stopped", "bold"),
        *(f"  {line}".rstrip() for line in report.explained),
        "",
        *columns(
            [
                ("mails", f"{report.mails:,} files in {state / 'email'}"),
                *(
                    ("audience", f"{name}: {count:,} members now, in {state / 'display' / f'{name}.members.csv'}")
                    for name, count in report.audiences.items()
                ),
                ("workspace", str(folder)),
                ("history ends", format_instant(report.ended_at, "Europe/London")),
                ("took", f"{seconds:.1f} s"),
            ]
        ),
        "",
        f"  {command()} explain {report.example_decision_id} --workspace {folder}",
        f"  {command()} explain user_id:{report.example_user_id} --workspace {folder}",
    ]


def command() -> str:
    """Return how the command line is called here: in a checkout by `dev.py`."""
    return "python3 dev.py segue" if (Path(segue.__file__).parents[2] / "dev.py").is_file() else "segue"


def _section(title: str, counts: dict[str, int]) -> list[str]:
    rows = [(name, f"{count:,}") for name, count in counts.items()]
    return [paint(title, "bold"), *(f"  {line}" for line in columns(rows, right=[1])), ""]


def _look_through(store: SqliteStore) -> tuple[dict[str, int], Decision, Decision]:
    """Return what came back, and two decisions worth explaining: the last mail sent, and the last one that a cap
    stopped.
    """
    receipts: Counter[str] = Counter()
    sent: Decision | None = None
    capped: Decision | None = None
    for block in store.blocks():
        for entry in block.read():
            match entry.event:
                case DeliveryReported(status=status) if status in RECEIPTS:
                    receipts[status] += 1
                case ConsentChanged():
                    receipts["unsubscribed"] += 1
                case _:
                    pass
            for decision in entry.decisions:
                if decision.slot == "message" and not decision.is_ghost and decision.chosen != SILENCE:
                    sent = decision
                elif any(considered.suppressed is Reason.CAPPED for considered in decision.considered):
                    capped = decision
    assert sent is not None, "the example's orders lead to mails"
    return dict(receipts), sent, capped or sent


def _members(path: Path) -> int:
    """Return how many rows an audience's export has, without its header."""
    with path.open("rb") as file:
        return sum(1 for _ in file) - 1
