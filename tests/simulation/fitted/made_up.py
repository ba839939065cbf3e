"""A history that is drawn from known chances, so that what is fitted can be held against them."""

import numpy as np

from segue.model.catalogue import Action, ChannelSpec, EventSpec
from segue.model.learning import Churn, Learning, Objective
from segue.model.time import DAY, HOUR, MINUTE, NEVER, WEEK, Instant, parse_instant
from segue.model.workspace import Workspace
from segue.simulation.fitted.history import Contacted, Happened, History
from segue.simulation.fitted.model import Evidence, gather_evidence

BEGIN = parse_instant("2026-03-02T00:00:00Z")
VISITS = 3.0
FOLLOWED = 0.08
LEADS_TO = {"mugs": 0.15, "planters": 0.02}
OPENED = {"mugs": 0.5, "planters": 0.2}
CLICKED = 0.3
OPTED_OUT = 0.02
LEFT = 0.01
KINDS = ("cancelled", "ordered", "visited")


def workspace() -> Workspace:
    """Return a workspace that sends two offers by e-mail and is after orders."""
    return Workspace(
        name="made_up",
        channels=(ChannelSpec(name="email", family="message"), ChannelSpec(name="sms", family="message")),
        events={name: EventSpec() for name in KINDS},
        actions=tuple(Action(action=name) for name in LEADS_TO),
        learning=Learning(
            objectives={"order": Objective(event="ordered")},
            windows={"email": "2d", "sms": "2d"},
            churn=Churn(event="cancelled", means="leaving"),
        ),
    )


def history(customers: int = 300, weeks: int = 8, seed: int = 1) -> History:
    """Return what ``customers`` did, who got one offer drawn by chance on every other day."""
    rng = np.random.default_rng(seed)
    until = Instant(BEGIN + weeks * WEEK)
    rates = VISITS * rng.gamma(3.0, 1.0 / 3.0, customers)
    events: list[tuple[int, int, int]] = []
    contacts: list[tuple[int, ...]] = []
    for customer in range(customers):
        gone = BEGIN + round(rng.exponential(1.0 / LEFT) * WEEK)
        end = min(gone, until)
        events.append((BEGIN + customer, 2, customer))
        for at in (BEGIN + rng.random(rng.poisson(rates[customer] * weeks)) * (until - BEGIN)).astype(int):
            events.append((int(at), 2, customer))
            if rng.random() < FOLLOWED:
                events.append((int(at) + HOUR // 3, 1, customer))
        for day in range(0, weeks * 7, 2):
            at = BEGIN + day * DAY + 9 * HOUR
            if rng.random() < 0.5 or at >= end:
                continue
            action = int(rng.random() < 0.5)
            name = tuple(LEADS_TO)[action]
            opened = rng.random() < OPENED[name]
            clicked = opened and rng.random() < CLICKED
            opts_out = at + HOUR if rng.random() < OPTED_OUT else NEVER
            contacts.append(
                (
                    at,
                    customer,
                    action,
                    at + HOUR if opened else NEVER,
                    at + HOUR + MINUTE if clicked else NEVER,
                    opts_out,
                )
            )
            start = at + HOUR + MINUTE if clicked else at
            for _ in range(rng.poisson(LEADS_TO[name])):
                events.append((start + round(rng.exponential(6.0) * HOUR), 1, customer))
        if gone < until:
            events.append((gone, 0, customer))
        events = [each for each in events if each[2] != customer or each[0] < end or each[1] == 0]
    events = sorted(each for each in events if each[0] < until)
    contacts.sort()
    at, kind, whose = np.array(events, dtype=np.int64).T
    sent_at, who, action, opened_at, clicked_at, opted_out_at = np.array(contacts, dtype=np.int64).T
    bodies = np.array(['[{"properties": {"margin": 10}, "traits": {}}]'] * len(at), dtype=object)
    half = np.full(len(who), 0.5)
    channel = np.zeros(len(who), dtype=np.int64)
    return History(
        customers=tuple(f"c{number:04d}" for number in range(customers)),
        kinds=KINDS,
        actions=tuple(LEADS_TO),
        channels=("email",),
        events=Happened(whose, kind, at, np.ones(len(at), dtype=np.int64), bodies),
        contacts=Contacted(who, action, channel, sent_at, opened_at, clicked_at, half, opted_out_at),
        since=BEGIN + np.arange(customers),
        begin=BEGIN,
        until=until,
        ghosts=40,
        silences=400,
    )


def evidence(customers: int = 300, weeks: int = 8, seed: int = 1) -> Evidence:
    """Return what a market is fitted from, of a made-up history in which no trait matters."""
    found = history(customers, weeks, seed)
    known = {name: {"is_young": number % 2 == 0} for number, name in enumerate(found.customers)}
    return gather_evidence(found, known, workspace())
