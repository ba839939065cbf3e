import dataclasses

import pytest
from msgspec.structs import replace

from segue.core import handover
from segue.core.arbitration import gate
from segue.model.decisions import Reason
from segue.simulation.checkers.holdout import check_holdout
from segue.simulation.faults.driver import simulate
from segue.simulation.faults.schedule import NONE
from tests.simulation.checkers.breaking import (
    QUIET,
    change,
    decision,
    deliver,
    entry,
    handed,
    history,
    merged,
    row,
    synced,
)

GHOST = decision(replace(row(), suppressed=Reason.HOLDOUT), QUIET, group="holdout", is_ghost=True)


def test_a_ghost_is_right_and_so_is_a_receipt() -> None:
    assert list(check_holdout(history(entry(decisions=(GHOST,))))) == []
    receipt = deliver(category="transactional", is_transactional=True)
    made = entry(decisions=(decision(group="holdout"),), commands=(receipt,))
    assert list(check_holdout(history(made, handed=(handed(receipt, since=1),)))) == []


def test_a_message_to_somebody_held_out_is_found_in_the_log_and_at_the_provider() -> None:
    made = entry(decisions=(decision(group="holdout"),), commands=(deliver(),))
    assert len(list(check_holdout(history(made)))) == 1
    assert len(list(check_holdout(history(entry(decisions=(GHOST,)), handed=(handed(since=1),))))) == 1


def test_a_membership_of_somebody_held_out_is_found() -> None:
    joined = synced(change(is_member=True))
    assert len(list(check_holdout(history(entry(decisions=(GHOST,)), synced=(joined,))))) == 1


def test_nobody_changes_groups_but_with_a_merge() -> None:
    before, after = entry(decisions=(decision(),)), entry(decisions=(replace(GHOST, decision_id="x"),))  # type: ignore[arg-type]
    assert len(list(check_holdout(history(before, after)))) == 1
    assert list(check_holdout(history(before, entry(merged()), after))) == []


def test_what_comes_to_an_address_of_somebody_held_out_is_found() -> None:
    found = simulate("owners", faults=NONE, facts=0)
    assert list(check_holdout(found)) == []
    last = len(found.entries)
    astray = handed(deliver(address="Flat@example.com", category="promo"), since=last)
    receipt = handed(deliver(address="Flat@example.com", category="mandatory"), since=last)
    for line, count in ((astray, 1), (receipt, 0)):
        broken = dataclasses.replace(found, handed=(*found.handed, line), worked_out={})
        assert len(list(check_holdout(broken))) == count


def test_without_the_guard_the_checker_speaks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "check_held_out", lambda *_: None)
    monkeypatch.setattr(handover, "check_held_out", lambda *_: None)
    assert any(list(check_holdout(simulate(str(seed), faults=NONE))) for seed in range(5))
