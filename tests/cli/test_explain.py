"""segue explain."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from segue.cli import main
from segue.cli.reasons import reason_lines
from segue.core.decisioning.explanation import Explanation
from segue.core.world import build_world
from segue.model.decisions import Considered, Decision
from segue.model.ids import CustomerId, DecisionId, EventId, Revision
from segue.model.time import Instant
from segue.ports.store import Block, Commit, pack, pack_entry
from segue.runtimes.replay import replay
from segue.stores.sqlite import SqliteStore
from tests.learning.street import a_street, answers, visits


def customer_as_json(shop: Path, capsys: pytest.CaptureFixture[str], name: str) -> dict[str, object]:
    capsys.readouterr()
    assert main(["explain", name, "--workspace", str(shop), "--json"]) == 0
    return json.loads(capsys.readouterr().out)  # type: ignore[no-any-return]


def test_a_customer_is_found_by_identifier_and_by_id(busy_shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    by_name = customer_as_json(busy_shop, capsys, "user_id:u1")
    by_id = customer_as_json(busy_shop, capsys, str(by_name["customer_id"]))

    assert by_id == by_name
    assert [event["event"] for event in by_name["events"]][-1] == "tracked order_completed"  # type: ignore[index]


def test_a_decision_shows_the_funnel(busy_shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    decisions = customer_as_json(busy_shop, capsys, "user_id:u1")["decisions"]
    decision_id = decisions[0]["decision_id"]  # type: ignore[index]

    command = [sys.executable, "-m", "segue", "explain", decision_id, "--workspace", busy_shop]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout

    lines = [" ".join(line.split()) for line in printed.splitlines()]
    assert lines[0] == f"Decision {decision_id}"
    assert "2 candidates: 0 suppressed, 2 scored" in lines
    assert any("offer · email rule:thank 5.00 0.00 0.00 5.00" in line for line in lines)
    assert any(line.startswith("Chosen: offer · email (action probability 1.0000, draw 0.") for line in lines)


def test_the_customers_page_lists_events_with_their_decisions(
    busy_shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()

    assert main(["explain", "user_id:u2", "--workspace", str(busy_shop), "--limit", "50"]) == 0

    printed = capsys.readouterr().out
    assert printed.count("tracked order_completed") == 3
    assert "message: rule:thank/offer/email" in printed


def test_somebody_unknown_is_told_so(busy_shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()

    assert main(["explain", "user_id:nobody", "--workspace", str(busy_shop)]) == 1
    assert "KIND:VALUE" in capsys.readouterr().err


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Decision]]:
    """A store whose decisions a bandit made, and those of the agent group."""
    folder, workspace, entries = tmp_path_factory.mktemp("street"), a_street(), []
    world = build_world(workspace)
    replay(world, visits(16, 10), react=answers, sink=entries.append)
    (folder / ".segue").mkdir()
    store = SqliteStore(folder / ".segue")
    store.commit(Commit(block=Block(1, world.revision, tuple(map(pack_entry, entries)))))
    store.keep_workspace(world.revision, pack(workspace))
    store.complete(0, (), [(decision.decision_id, entry.seq) for entry in entries for decision in entry.decisions])
    store.close()
    return folder, [each for entry in entries for each in entry.decisions if each.group == "agent"]


def explained(street: Path, decision: Decision, capsys: pytest.CaptureFixture[str], *more: str) -> str:
    capsys.readouterr()
    assert main(["explain", decision.decision_id, "--workspace", str(street), *more]) == 0
    return capsys.readouterr().out


def test_a_bandit_s_decision_tells_what_drove_it_and_what_would_have_to_be_different(
    street: tuple[Path, list[Decision]], capsys: pytest.CaptureFixture[str]
) -> None:
    folder, decisions = street
    silent = next(each for each in reversed(decisions) if each.chosen == "silence" and each.context[1] == 1.0)
    lines = [" ".join(line.split()) for line in explained(folder, silent, capsys).splitlines()]

    assert any(line.endswith(f"policy bandit@1 with {silent.model}") for line in lines)
    head = next(line for line in lines if line.startswith("scored from"))
    assert head.split()[2:4] == ["bought", "complained"]
    assert f"What drove the scores ({silent.model} as it was then)" in lines
    assert any(line.startswith("offer · sms: complained -") for line in lines)
    assert any(line.startswith("proud 1.00 -") for line in lines)
    assert any(line.startswith("by block: ") and "channel:sms" in line for line in lines)
    assert "What would have had to be different (the policy favoured silence; each is enough)" in lines
    assert any(line.startswith("offer · sms ") and " instead of " in line for line in lines)


def test_a_fallback_is_told_and_two_that_are_as_good_are_told_apart(
    street: tuple[Path, list[Decision]], capsys: pytest.CaptureFixture[str]
) -> None:
    folder, decisions = street
    printed = explained(folder, decisions[0], capsys)
    assert "fallback: bandit@1 no_model; propensity@1 no_model" in printed
    assert "ties go by name, then by channel" in printed


def test_the_reasons_are_there_for_programs_too(
    street: tuple[Path, list[Decision]], capsys: pytest.CaptureFixture[str]
) -> None:
    folder, decisions = street
    why = json.loads(explained(folder, decisions[-1], capsys, "--json"))["why"]
    assert set(why) == {"favourite", "model", "changes", "attributions"}
    assert {each["of"] for each in next(iter(why["attributions"].values()))} == {"bought", "complained"}


def test_where_no_single_number_would_have_been_enough_that_is_said() -> None:
    row = Considered("rule:x/offer/email", "offer", "email", "rule:x", {"total": -4.0, "priority": 0.0}, 0.0)
    explanation = Explanation(favourite="silence", model="", changes={row.key: ()})
    decision = Decision(
        *(DecisionId("d"), CustomerId("ada"), EventId("e"), Instant(0), "message", Revision("r"), "s", "rules@1"),
        *("agent", (row, Considered("silence", "", "", "silence")), "silence", 1.0, False, 0.1, ""),
    )
    assert "no single number would have been enough" in reason_lines(decision, explanation)[-1]
    assert reason_lines(decision, Explanation(favourite="silence", model="", changes={})) == []
