"""The cases: their workspaces are right, their pages are written, and promises are judged by what was measured."""

import numpy as np
import pytest
from msgspec.structs import replace

from examples.cases import goals
from examples.cases.__main__ import CASES
from examples.cases.ceiling import Seer, live
from examples.cases.pages import EXAMPLES, pages_of
from segue.simulation.account import Accounts
from segue.simulation.running import run_arms
from segue.simulation.spec import read_simulation
from segue.workspace import check
from tests.architecture.sources import ROOT

FOLDERS = sorted(
    folder.parent.relative_to(ROOT / "examples").as_posix()
    for case in ("two_channel_lift", "trigger_or_batch", "one_conversation")
    for folder in (ROOT / "examples" / case).glob("*/segue.yaml")
)


def lived(orders: list[float], contacts: list[float]) -> Accounts:
    columns = {"event/ordered": np.array(orders), "contact/email": np.array(contacts)}
    return Accounts(0, len(orders), columns | {"days": np.full(len(orders), 56.0)}, {})


@pytest.mark.parametrize("folder", FOLDERS)
def test_nothing_in_a_workspace_is_wrong_or_doubtful(folder: str) -> None:
    assert check(ROOT / "examples" / folder) == ()


def test_all_six_are_there() -> None:
    assert len(FOLDERS) == 6


def test_orders_are_counted_above_those_of_silence() -> None:
    accounts = {
        "mail": lived([2.0, 1.0, 0.0, 1.0], [2.0, 2.0, 2.0, 2.0]),
        "silence": lived([1.0, 1.0, 0.0, 0.0], [0.0] * 4),
    }
    assert goals.caused(accounts, "mail").value == pytest.approx(2.0 / 8.0)
    assert goals.caused(accounts, "silence").value == 0.0
    assert goals.percent(None) == "too little to tell"


def test_a_trigger_is_judged_by_what_it_causes_beside_the_batch() -> None:
    nothing = [0.0, 1.0] * 20
    accounts = {
        "silence": lived(nothing, [0.0] * 40),
        "weekly_batch": lived([1.0, 1.0] * 10 + nothing[20:], [1.0] * 40),
        "triggered": lived([4.0, 2.0] * 10 + nothing[20:], [1.0] * 40),
    }
    rows = goals.triggers(None, accounts)  # type: ignore[arg-type]
    assert rows[-1].measured.startswith("5.0 (")
    assert rows[-1].is_reached
    accounts["weekly_batch"] = lived([3.0, 2.0] * 10 + nothing[20:], [1.0] * 40)
    assert not goals.triggers(None, accounts)[-1].is_reached  # type: ignore[arg-type]


def test_whoever_sees_into_people_and_sends_nothing_finds_what_silence_finds() -> None:
    for name in ("shop", "wishes"):
        simulation = read_simulation(EXAMPLES / "one_conversation/coordinated", name, customers=40, seed="test")
        arms = {"silence": simulation.arms["silence"]}
        orders = run_arms(arms, simulation.setting)["silence"].column("event/ordered")
        nothing = live(simulation, Seer(0, 0), 40)
        assert nothing.orders.tolist() == orders.tolist()
        assert nothing.messages.sum() == 0.0
        few, many = (live(simulation, Seer(a_day, 0), 40).messages.sum() for a_day in (1, 3))
        assert 0.0 < few < many <= 3.0 * few


def test_what_a_case_rests_on_is_told_under_each_variation() -> None:
    case = next(case for case in CASES if case.name == "triggers-and-batch")
    small = replace(case, varied={"fatigue": ("intent_lasts",)}, customers_varied=30)
    page = pages_of(small, customers=60, seed="test")["triggers-and-batch.md"]
    assert "## What it rests on" in page
    assert "the first 30 customers" in page
    assert "| nothing varied | | |" in page
    assert "| days that intent lasts | 1.5 | 0.75 |" in page
    assert "| days that intent lasts | 1.5 | 3 |" in page


def test_a_page_says_what_was_promised_and_what_was_measured() -> None:
    case = next(case for case in CASES if case.name == "triggers-and-batch")
    pages = pages_of(replace(case, varied={}), customers=60)
    assert list(pages) == ["triggers-and-batch.md", "triggers-and-batch-shop.html"]
    assert "<svg" in pages["triggers-and-batch-shop.html"]
    page = pages["triggers-and-batch.md"]
    assert page.startswith(f"# {case.title}")
    assert "| triggered over batch, orders caused per message | 3 to 8 times |" in page
    assert "**Simulated.**" in page
