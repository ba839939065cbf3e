"""The cases: their workspaces are right, their pages are written, and promises are judged by what was measured."""

import numpy as np
import pytest
from msgspec.structs import replace

from examples.cases import goals
from examples.cases.__main__ import CASES, page_of
from segue.simulation.account import Accounts
from segue.simulation.figures import Estimate
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
    assert goals.gained(accounts, "mail").value == pytest.approx(0.5)
    assert goals.caused(accounts, "silence").value == 0.0


def test_a_quotient_has_an_interval_where_there_is_something_to_divide_by() -> None:
    found = goals.quotient(Estimate(0.4, 0.3, 0.5, 0.05), Estimate(0.1, 0.08, 0.12, 0.01))
    assert found is not None
    assert found.value == pytest.approx(4.0)
    assert found.low < 4.0 < found.high
    assert goals.quotient(Estimate(0.4, 0.3, 0.5, 0.05), Estimate(0.0, -0.1, 0.1, 0.05)) is None
    assert goals.percent(None) == "too little to tell"


def test_a_page_says_what_was_promised_and_what_was_measured() -> None:
    case = next(case for case in CASES if case.name == "triggers-and-batch")
    page = page_of(replace(case, varied={}), customers=60)
    assert page.startswith(f"# {case.title}")
    assert "| triggered over batch | 3 to 8 times |" in page
    assert "**Simulated.**" in page
