"""segue score: what a model says becomes a fact, and a risk above forty per cent begins the retention sequence."""

import asyncio
import json
import shutil
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from segue.cli import main
from segue.model.events import Identified, Incoming
from segue.model.ids import CustomerId, EventId
from segue.model.snapshots import Linear, ModelSnapshot, PurchaseModel, ScoreModel, version_of
from segue.model.time import DAY, Instant
from segue.runtimes.embedded import wall_clock
from segue.server.auth import Keys
from segue.server.site import running
from segue.stores.sqlite import SqliteStore
from segue.workspace import load
from segue.workspace.models import keep_model, publish_model
from segue.workspace.template import templates
from tests.cli.lesson_shop import write_files
from tests.cli.serving import serving
from tests.learning.shop import a_tracked, told

WORKOUTS = {"ada": 6, "bob": 0}
"""Ada trains, Bob has stopped."""


def publish(folder: Path, kind: str, body: ScoreModel | PurchaseModel) -> str:
    version = version_of(body)
    snapshot = ModelSnapshot(
        kind=kind, version=version, trained_from=Instant(0), trained_to=wall_clock(), rows=1, body=body
    )
    keep_model(folder, snapshot, {})
    publish_model(folder, kind, version)
    return version


def idle_is_risky() -> ScoreModel:
    """A model by which the risk falls with every workout of the last two weeks: without one it is one half."""
    return ScoreModel("churn_risk", Linear(("workouts_14d",), 0.0, (-3.0,), (0.0,), (1.0,), "logit"))


def submit(folder: Path, facts: Sequence[Incoming]) -> None:
    async def run() -> None:
        async with running(load(folder), is_development=True) as site:
            await site.runtime.submit(facts)
            await site.runtime.drain()

    asyncio.run(run())


@pytest.fixture
def gym(tmp_path: Path) -> Path:
    """The shipped template with a churn model and two subscribers."""
    folder = Path(shutil.copytree(str(templates()["churn_retention"]), tmp_path / "gym"))
    publish(folder, "churn", idle_is_risky())
    now, facts = wall_clock(), []
    for name, workouts in WORKOUTS.items():
        traits = {"email": f"{name}@example.com", "push_token": f"token-{name}", "first_name": name}
        at = Instant(now - 20 * DAY)
        facts.append(
            told(name, Identified(event_id=EventId(""), customer_id=CustomerId(""), at=at, traits=traits), "who")
        )
        for number in range(workouts):
            facts.append(told(name, a_tracked("workout_completed", Instant(now - (number + 1) * DAY)), f"w{number}"))
    submit(folder, facts)
    return folder


def state(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the traits of every customer and the journeys they are in, by first name."""

    async def run() -> dict[str, dict[str, Any]]:
        async with running(load(folder), is_development=True) as site:
            runtime = site.runtime
            found = {}
            with closing(SqliteStore(folder / ".segue", is_reader=True)) as store:
                ids = [saved.event.customer_id for block in store.blocks() for saved in block.read()]
            for customer_id in dict.fromkeys(ids):
                customer = runtime.customer(customer_id)
                traits = customer.profile.traits
                if "first_name" in traits:
                    found[traits["first_name"]] = {
                        "risk": traits.get("churn_risk"),
                        "journeys": [each.journey for each in customer.enrollments.runs],
                    }
            return found

    return asyncio.run(run())


def score(capsys: pytest.CaptureFixture[str], folder: Path, *words: str) -> dict[str, Any]:
    capsys.readouterr()
    assert main(["score", *words, "--workspace", str(folder), "--json"]) == 0
    return dict(json.loads(capsys.readouterr().out)["scores"])


def test_a_risk_above_forty_per_cent_begins_the_sequence(gym: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nobody = ("--url", "http://127.0.0.1:9")
    written = score(capsys, gym, "--development", *nobody)
    assert written == {"churn": {"accepted": 2, "duplicates": 0, "dead": 0}}

    after = state(gym)
    assert after["bob"] == {"risk": 0.5, "journeys": ["retention"]}
    assert after["ada"]["risk"] < 0.1
    assert after["ada"]["journeys"] == []

    again = score(capsys, gym, "--development", *nobody)
    assert again == {"churn": {"accepted": 0, "duplicates": 2, "dead": 0}}


def test_a_running_server_takes_the_scores_in(
    gym: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    weak, strong = (Keys(gym / ".segue").create([scope], now=Instant(0))[0] for scope in ("ingest", "manage"))
    with serving("run", gym) as address:
        monkeypatch.setenv("SEGUE_KEY", weak)
        assert main(["score", "--workspace", str(gym), "--url", address]) == 1
        assert "--scope manage" in capsys.readouterr().err
        monkeypatch.setenv("SEGUE_KEY", strong)
        assert score(capsys, gym, "--url", address)["churn"]["accepted"] == 2
        assert score(capsys, gym, "churn", "--url", address)["churn"]["duplicates"] == 2

    assert state(gym)["bob"]["journeys"] == ["retention"]


def test_a_score_without_a_model_or_a_place_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_files(tmp_path)
    submit(folder, [told("ada", a_tracked("visited", wall_clock()), "v")])
    capsys.readouterr()
    assert main(["score", "--workspace", str(folder)]) == 1
    assert "segue learn" in capsys.readouterr().err
    assert main(["score", "churn", "--workspace", str(folder)]) == 1
    assert "No churn model" in capsys.readouterr().err
    assert main(["score", "beauty", "--workspace", str(folder)]) == 2


def test_lifetime_value_is_written_for_whoever_ordered(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_files(tmp_path)
    body = PurchaseModel("lifetime_value", "bought", "margin", 90.0, (0.5, 4.0, 0.8, 2.5), (6.0, 4.0, 15.0))
    publish(folder, "lifetime", body)
    now = wall_clock()
    orders = [
        told("ada", a_tracked("bought", Instant(now - days * DAY), margin=30.0), f"b{days}") for days in (40, 20, 5)
    ]
    submit(folder, [*orders, told("bob", a_tracked("visited", now), "v")])

    written = score(capsys, folder, "--development", "--url", "http://127.0.0.1:9")
    assert written == {"lifetime": {"accepted": 1, "duplicates": 0, "dead": 0}}
