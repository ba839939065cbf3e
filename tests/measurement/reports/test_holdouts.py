"""The lots of holdouts: counted as they were drawn, over revisions, epochs and merges; a broken one stops its own."""

from collections import Counter
from functools import cache
from typing import Any

import duckdb
import msgspec
import numpy as np
import pytest
from msgspec.structs import replace

from segue.cli.measure import as_data, report_lines
from segue.core.decisioning.assignment import kept_by
from segue.measurement.reports import make_report, open_period
from segue.measurement.reports.holdouts import KEPT, REACHED, check_holdouts, holdouts_note, without_broken
from segue.measurement.reports.lots import check_drawn, lot_of
from segue.measurement.reports.period import Lot, Period
from segue.measurement.segments import TABLES
from segue.model.assignments import AGENT, Holdout
from segue.model.workspace import Workspace
from tests.builders import workspace
from tests.measurement.reports.town import SHOP, period

HOLDOUTS = {
    "no_mail": Holdout(share=0.1, channels=("email",)),
    "no_phone": Holdout(share=0.2, channels=("sms", "push")),
    "no_welcome": Holdout(share=0.3, journeys=("welcome",)),
}
WAYS = (("email", "rule:news"), ("sms", "rule:flash"), ("email", "journey:welcome"))
"""What is decided for each customer, in this order, each an hour after the other."""


def shop(seed: str = "s", epoch: str = "1", **holdouts: Holdout) -> Workspace:
    return workspace(seed=seed, epoch=epoch, holdouts=holdouts or HOLDOUTS)


def decision(customer: int, place: int, revision: str, within: Workspace, unit: str = "") -> dict[str, Any]:
    """Return the row of a decision as the lot of ``within`` makes it."""
    channel, source = WAYS[place % len(WAYS)]
    keeper = kept_by(AGENT, unit or f"c{customer}", channel, source, within)
    detail = {"detail": keeper} if keeper is not None else {}
    return {
        "seq": customer * 10 + place,
        "at": np.datetime64("2026-03-01T00:00:00", "us") + np.timedelta64(place * 60, "m"),
        "decision_id": f"d{customer}.{place}",
        "customer_id": f"c{customer}",
        "slot": "message",
        "group": AGENT,
        "policy": "rules",
        "revision": revision,
        "chosen": "x",
        "action": "x",
        "channel": channel,
        "is_ghost": keeper is not None,
        "considered": msgspec.json.encode([{"key": "x", "source": source, **detail}]).decode(),
    }


def logged(rows: list[dict[str, Any]], running: Workspace, merges: dict[str, str] | None = None, **more: Any) -> Period:
    """Return a period with these decisions in its log, and who was absorbed by whom."""
    duck = duckdb.connect()
    for table, columns in TABLES.items():
        named = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
        duck.execute(f"CREATE TABLE {table} ({named})")
    arrays = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    arrays = {name: each if each.dtype.kind != "U" else each.astype(object) for name, each in arrays.items()}
    duck.register("rows", arrays)
    duck.execute("INSERT INTO decisions BY NAME SELECT * FROM rows")
    moment = "TIMESTAMP '2026-03-01 00:00:00'"
    bodies = [("merged", f'{{"absorbed_id": "{gone}"}}', kept) for gone, kept in (merges or {}).items()]
    for kind, body, who in [*bodies, ("tracked", "{}", "c0"), ("tracked", "{}", "c0")]:
        duck.execute(
            f"""INSERT INTO events BY NAME SELECT {moment} AS "at", '{kind}' AS kind, '{body}' AS body,"""
            f" '{who}' AS customer_id"
        )
        moment = "TIMESTAMP '2026-03-09 00:00:00'"
    return open_period(duck, running, **more)


def everybody(within: Workspace, customers: int, revision: str = "a", ways: int = len(WAYS)) -> list[dict[str, Any]]:
    return [decision(each, place, revision, within) for each in range(customers) for place in range(ways)]


def test_each_holdout_counts_whom_its_lot_was_seen_to_keep_or_to_reach() -> None:
    within = shop()
    checks = check_holdouts(logged(everybody(within, 500), within))

    drawn = {name: [kept_by(AGENT, f"c{each}", *WAYS[place], shop(**{name: HOLDOUTS[name]})) for each in range(500)]
             for place, name in enumerate(HOLDOUTS)}  # fmt: skip
    by_mail = [each is not None for each in drawn["no_mail"]]
    welcome = [each is not None for each, mailed in zip(drawn["no_welcome"], by_mail, strict=True) if not mailed]
    assert {name: check.counts for name, check in checks.items()} == {
        "no_mail": {KEPT: sum(by_mail), REACHED: 500 - sum(by_mail)},
        "no_phone": {KEPT: 500 - drawn["no_phone"].count(None), REACHED: drawn["no_phone"].count(None)},
        "no_welcome": {KEPT: sum(welcome), REACHED: len(welcome) - sum(welcome)},
    }
    assert [check.expected[KEPT] for check in checks.values()] == pytest.approx([0.1, 0.2, 0.3])


def test_who_is_kept_by_a_later_holdout_was_not_kept_by_an_earlier_one() -> None:
    both = {"first": Holdout(share=0.2, journeys=("welcome",)), "second": Holdout(share=0.5, channels=("email",))}
    rows = [decision(each, 2, "a", shop(**both)) for each in range(600)]
    checks = check_holdouts(logged(rows, shop(**both)))

    kept = Counter(msgspec.json.decode(row["considered"])[0].get("detail") for row in rows)
    assert checks["first"].counts == {KEPT: kept["first"], REACHED: 600 - kept["first"]}
    assert checks["second"].counts == {KEPT: kept["second"], REACHED: kept[None]}
    assert not any(check.is_broken for check in checks.values())


def test_a_customer_counts_for_the_revision_and_the_epoch_of_the_first_decision_that_could_be_kept() -> None:
    small, large = (
        shop(no_mail=Holdout(share=0.1, channels=("email",))),
        shop(no_mail=Holdout(share=0.5, channels=("email",))),
    )
    without = workspace(seed="s", holdouts={"other": Holdout(share=0.5, channels=("push",))})
    rows = [decision(each, 0, "a", small) for each in range(1000)]
    rows += [decision(each, 3, "b", large) for each in range(2000)]
    rows += [decision(each, 0, "c", without) for each in range(2000, 3000)]
    rows += [decision(each, 3, "b", large) for each in range(2000, 3000)]
    lots = {"a": lot_of(small), "b": lot_of(large), "c": lot_of(without)}

    found = check_holdouts(logged(rows, large, lots=lots))["no_mail"]
    assert sum(found.counts.values()) == 3000
    assert found.expected[KEPT] == pytest.approx((1000 * 0.1 + 2000 * 0.5) / 3000)
    assert not found.is_broken
    assert check_holdouts(logged(rows, large, lots=lots | {"a": lot_of(large)}))["no_mail"].is_broken

    anew = [row | {"at": row["at"] + np.timedelta64(2, "D"), "revision": "z", "decision_id": f"z{row['decision_id']}"}
            for row in (decision(each, 0, "z", shop(epoch="2")) for each in range(1000))]  # fmt: skip
    lots = {"a": lot_of(small), "z": lot_of(shop(epoch="2"))}
    begin = int(np.datetime64("2026-03-02", "us").astype(int))
    later = check_holdouts(logged(rows[:1000] + anew, large, lots=lots, begin=begin))["no_mail"]
    assert later.counts[KEPT] == sum(row["is_ghost"] for row in anew)


def test_merged_customers_and_what_obliges_count_once_and_not_at_all() -> None:
    within = shop(no_mail=Holdout(share=0.3, channels=("email",)))
    rows = [decision(each, 0, "a", within) for each in range(200)]
    twice = [
        row | {"customer_id": f"x{place}", "decision_id": f"x{place}", "at": row["at"] + np.timedelta64(1, "h")}
        for place, row in enumerate(rows)
    ]
    owed = [
        row
        | {"customer_id": f"o{place}", "decision_id": f"o{place}", "policy": "obligation:mandatory", "is_ghost": False}
        for place, row in enumerate(rows)
    ]
    everything = [
        row | {"customer_id": f"h{place}", "decision_id": f"h{place}", "group": "holdout"}
        for place, row in enumerate(rows)
    ]
    merges = {f"x{place}": f"c{place}" for place in range(200)}

    found = check_holdouts(logged([*twice, *rows, *owed, *everything], within, merges))["no_mail"]

    assert found.counts == {
        KEPT: sum(row["is_ghost"] for row in rows),
        REACHED: sum(not row["is_ghost"] for row in rows),
    }


def test_sound_lots_are_called_broken_as_rarely_as_promised_however_often_one_looks() -> None:
    share, worst = HOLDOUTS["no_phone"].share, []
    for seed in range(200):
        within = shop(seed=f"sound {seed}", no_phone=HOLDOUTS["no_phone"])
        is_kept = [kept_by(AGENT, f"c{customer}", "sms", "rule:flash", within) is not None for customer in range(3000)]
        plan, kept = {"a": Lot("", {KEPT: share, REACHED: 1.0 - share})}, np.cumsum(is_kept)
        looks = [{"a": {KEPT: int(kept[n - 1]), REACHED: n - int(kept[n - 1])}} for n in range(100, 3001, 100)]
        worst.append(min(check_drawn(look, plan).p for look in looks))

    assert sum(p < 0.001 for p in worst) <= 2, "0.2 are expected at most; more than 2 come once in 900"
    assert sum(p < 0.05 for p in worst) <= 20, "10 are expected at most; more than 20 come once in 1,000"
    assert sum(p < 0.5 for p in worst) >= 20, "it is not that nothing is ever seen"


def test_many_sound_lots_are_read_from_one_log_as_what_they_are() -> None:
    rows, lots = [], {}
    for seed in range(40):  # each a revision of its own, with customers of its own
        within = shop(seed=f"sound {seed}", **{f"{name} {seed}": each for name, each in HOLDOUTS.items()})
        lots[f"r{seed}"] = lot_of(within)
        rows += [decision(1000 * seed + each, place, f"r{seed}", within) for each in range(250) for place in range(3)]

    checks = check_holdouts(logged(rows, within, lots=lots))

    assert len(checks) == 40 * len(HOLDOUTS)
    assert not any(check.is_broken for check in checks.values())
    assert {sum(check.counts.values()) for name, check in checks.items() if name.startswith("no_mail")} == {250}


@pytest.mark.parametrize("lost", [0.5, 1.0])
def test_a_log_that_lost_customers_of_a_holdout_is_caught(lost: float) -> None:
    within = shop()
    rows = everybody(within, 4000)
    kept = {row["customer_id"] for row in rows if row["channel"] == "sms" and row["is_ghost"]}
    gone = set(sorted(kept)[: int(lost * len(kept))])
    logs = [logged([row for row in rows if row["customer_id"] not in some], within) for some in (set(), gone)]

    sound, broken = map(check_holdouts, logs)

    assert [name for name, check in sound.items() if check.is_broken] == []
    assert [name for name, check in broken.items() if check.is_broken] == ["no_phone"]


def test_a_product_that_writes_to_some_whom_it_should_leave_out_is_caught() -> None:
    within = shop()
    rows = everybody(within, 4000)
    careless = [row | {"is_ghost": row["is_ghost"] and (row["channel"] != "sms" or row["seq"] % 3 > 0)} for row in rows]

    checks = check_holdouts(logged(careless, within))

    assert [name for name, check in checks.items() if check.is_broken] == ["no_phone"]


@cache
def broken_town() -> Period:
    """Return the town as if ten times as many should have been kept from texts."""
    plan = SHOP.holdouts | {"without_sms": replace(SHOP.holdouts["without_sms"], share=0.95)}
    return replace(period(), workspace=replace(SHOP, holdouts=plan))


def test_a_broken_holdout_comes_first_and_stops_what_is_told_of_its_channel_alone() -> None:
    sound, report = make_report(period()), make_report(broken_town())

    assert sound.alarm == ""
    assert not any(check.is_broken for check in sound.holdouts.values())
    assert report.alarm.startswith("The split of the holdout without_sms is broken: do not read what sms adds, it is")
    assert report_lines(report)[0] == report.alarm
    assert as_data(report)["holdouts"]["without_sms"].is_broken  # type: ignore[index]
    told = [{each.channel for each in found.of("contributions").data} for found in (sound, report)]  # type: ignore[union-attr]
    assert told == [{"email", "sms", "welcome"}, {"email", "welcome"}]
    calibrated = [found.of("paths_to_conversion").data["calibrated"].credits for found in (sound, report)]  # type: ignore[union-attr]
    assert [[each.channel for each in credits] for credits in calibrated] == [["email", "sms"], ["email"]]
    effects = [found.of("effects").data.readings for found in (sound, report)]  # type: ignore[union-attr]
    assert effects[0] == effects[1] != ()


def test_a_part_of_a_broken_holdout_is_not_measured_by_another_one() -> None:
    within = workspace(holdouts={**HOLDOUTS, "no_push": Holdout(share=0.1, channels=("push",))})
    checks = check_holdouts(logged(everybody(shop(), 400), shop()))
    broken = {**checks, "no_phone": replace(checks["no_phone"], p=1e-9)}

    left = without_broken(within, broken).holdouts

    assert (left["no_phone"].channels, left["no_push"].channels, left["no_mail"].channels) == ((), (), ("email",))
    assert without_broken(within, checks) == within
    assert "no_phone" not in holdouts_note(broken)
    assert "no_mail p = " in holdouts_note(broken)
    assert holdouts_note({}) == ""


def test_workspaces_without_holdouts_have_none_to_check() -> None:
    assert check_holdouts(replace(period(), workspace=replace(SHOP, holdouts={}))) == {}
