"""The learning shop: its stories, and what it has learnt after its town lived with it; the whole log replays."""

import asyncio
import shutil
from pathlib import Path

import pytest

from examples.learning_shop.market import live, people
from segue.runtimes.replay import verify
from segue.stores.sqlite import SqliteStore
from segue.testing import run_scenarios
from segue.workspace import check
from tests.architecture.sources import ROOT

EXAMPLE = ROOT / "examples" / "learning_shop"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop") / "learning_shop"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns(".segue", "__pycache__"))
    asyncio.run(live(folder, people(120), 25))
    return folder


def test_the_stories_of_the_example_hold():
    results = run_scenarios(EXAMPLE)

    assert [result.name for result in results if not result.passed] == []
    assert results


def test_nothing_in_it_is_wrong_or_doubtful():
    assert check(EXAMPLE) == ()


def test_the_agent_decides_after_the_rules_and_all_of_it_replays_byte_for_byte(shop: Path):
    store = SqliteStore(shop / ".segue", is_reader=True)
    try:
        entries = [entry for block in store.blocks() for entry in block.read()]
        verified = verify(store)
    finally:
        store.close()

    assert {"bandit@1", "rules@1", "random@1"} <= {each.policy for entry in entries for each in entry.decisions}
    assert verified.decisions > 500
