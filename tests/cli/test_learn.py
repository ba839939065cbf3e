"""From a log to a model that decides, to the one after it, and back: the whole log replays byte for byte."""

import asyncio
import json
import shutil
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from segue.cli import main
from segue.learning.frames import TABLES, read_frame
from segue.measurement.segments import read_log
from segue.model.decisions import Decision
from segue.model.time import DAY, HOUR, Instant, format_instant
from segue.runtimes.publishing import published
from segue.runtimes.replay import verify
from segue.server.site import running
from segue.stores.sqlite import SqliteStore
from segue.testing import VirtualClock
from segue.workspace import load
from segue.workspace.models import kept_models, read_card, read_current
from tests.cli.lesson_shop import FILES, UNTIL, write_files, write_log
from tests.cli.serving import serving
from tests.learning.shop import a_tracked, told

RANDOM, PROPENSITY = "policy: {name: random}", "policy: {name: propensity, exploration: 0.1}"


@pytest.fixture(scope="module")
def logged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_files(tmp_path_factory.mktemp("shop"))
    write_log(folder, customers=120, visits=12)
    return folder


@pytest.fixture
def shop(logged: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(logged, tmp_path / "shop"))


def segue(capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, Any]:
    capsys.readouterr()
    code = main([*map(str, words), "--json"])
    return code, json.loads(capsys.readouterr().out or "null")


def learn(capsys: pytest.CaptureFixture[str], shop: Path, *words: str, until: Instant = UNTIL) -> tuple[int, Any]:
    return segue(capsys, "learn", *words, "--workspace", shop, "--until", format_instant(until))


def visit(shop: Path, at: Instant, customers: int = 20) -> list[Decision]:
    """Let some customers visit the shop while its server runs; return what was decided."""

    async def run() -> list[Decision]:
        async with running(load(shop), clock=VirtualClock(at)) as site:
            facts = [told(f"c{each}", a_tracked("visited", at), f"later{at}") for each in range(customers)]
            receipts = await site.runtime.submit(facts)
            await site.runtime.drain()
            return [decision for receipt in receipts for decision in receipt.decisions]

    return asyncio.run(run())


def models_of(decisions: list[Decision]) -> dict[str, str]:
    return {decision.policy: decision.model for decision in decisions}


def test_a_model_is_published_decides_and_can_be_taken_back(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, result = learn(capsys, shop, "propensity")
    (first,) = result["models"]
    assert (code, first["status"]) == (0, "published"), result
    assert first["metrics"]["auc"] > 0.6
    assert all(gate["holds"] for gate in first["gates"])
    _, again = learn(capsys, shop, "propensity")
    assert (again["models"][0]["status"], again["models"][0]["version"]) == ("unchanged", first["version"])
    assert read_card(shop, "propensity", first["version"])["rows"] == first["rows"]
    (shop / "segue.yaml").write_text(FILES["segue.yaml"].replace(RANDOM, PROPENSITY))
    assert main(["check", str(shop)]) == 0

    before = visit(shop, UNTIL)
    assert models_of(before) == {"propensity@1": first["version"]}
    vouchers = {each.probability for each in before if each.chosen.endswith("voucher/email")}
    assert max(vouchers) == pytest.approx(1.0 - 0.1 + 0.1 / 3)

    later = Instant(UNTIL + 6 * DAY)
    code, result = learn(capsys, shop, "propensity", until=later)
    (second,) = result["models"]
    assert (code, second["status"]) == (0, "published")
    assert second["version"] != first["version"]
    assert second["before"]["version"] == first["version"]
    assert second["before"]["metrics"]["auc"] > 0.6
    assert models_of(visit(shop, later)) == {"propensity@1": second["version"]}

    code, rolled = segue(capsys, "models", "rollback", "propensity", "--workspace", shop)
    assert (code, rolled["version"], rolled["before"]) == (0, first["version"], second["version"])
    assert models_of(visit(shop, Instant(later + HOUR))) == {"propensity@1": first["version"]}
    assert len(list(kept_models(shop))) == 2

    with closing(SqliteStore(shop / ".segue", is_reader=True)) as store:
        assert verify(store).decisions > 1000
        with closing(read_log(store, shop / ".segue" / "segments", TABLES)) as duck:
            frame = read_frame(duck, load(shop).workspace, now=Instant(later + 9 * DAY))
    assert {"random@1", "propensity@1"} <= set(frame.policy)


def test_a_dry_run_judges_and_writes_nothing(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, result = learn(capsys, shop, "propensity", "--dry-run")
    assert (code, result["models"][0]["status"]) == (0, "passed")
    assert not (shop / "models").exists()


def test_what_misses_its_gate_is_not_published(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = FILES["learning.yaml"].replace("calibration_error: 0.15", "calibration_error: 0.15, auc: 0.999")
    (shop / "learning.yaml").write_text(text)

    assert main(["learn", "propensity", "--workspace", str(shop), "--until", format_instant(UNTIL)]) == 1
    assert "auc" in (told := capsys.readouterr().out)
    assert "is missed" in told
    assert not (shop / "models").exists()


def test_too_little_is_told_and_publishes_nothing(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    early = Instant(UNTIL - 34 * DAY)
    code, result = learn(capsys, shop, "propensity", until=early)
    assert (code, result["models"][0]["status"]) == (1, "not_trained")
    assert "50" in result["models"][0]["instruction"]
    assert read_current(shop).current == {}

    code, result = learn(capsys, shop, until=early)  # nobody asked for a particular one: a nightly run is not a failure
    assert code == 0
    assert {each["status"] for each in result["models"]} == {"not_trained"}


def test_an_unknown_kind_is_a_slip(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["learn", "clairvoyance", "--workspace", str(shop)]) == 2
    assert "propensity" in capsys.readouterr().err
    assert structs.asdict(read_current(shop)) == {"current": {}, "earlier": {}}


def test_a_running_server_takes_a_published_model_over(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "segue.yaml").write_text(FILES["segue.yaml"].replace(RANDOM, PROPENSITY))
    with serving("dev", shop) as address:
        code, result = learn(capsys, shop, "propensity")
        assert (code, result["models"][0]["status"]) == (0, "published")
        assert main(["plan", str(shop)]) == 0
        version = result["models"][0]["version"]
        assert f"{version} decides" in capsys.readouterr().out
        assert main(["apply", str(shop), "--url", address]) == 0
        assert "decides from now on" in capsys.readouterr().out

    with closing(SqliteStore(shop / ".segue", is_reader=True)) as store:
        running_now = published(store)
    assert running_now is not None
    assert running_now.models["propensity"].version == version
