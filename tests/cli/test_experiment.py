"""segue experiment, on files as people have them."""

import json
from pathlib import Path

import duckdb
import pytest

from segue.cli import main
from segue.cli.experiment_metrics import event_metric
from segue.cli.experiment_report import FORMULAS
from segue.cli.options import BROKEN_SPLIT
from segue.model.errors import SegueError
from tests.measurement.experiments.made_up import made_up

DATA = Path(__file__).parents[3] / "shared" / "data"


def write(path: Path, arms: dict[str, int], rates: dict[str, float]) -> Path:
    """Write a made-up experiment as a file of the kind that its name says."""
    columns = made_up(arms, rates)
    with duckdb.connect() as duck:
        duck.register("arrays", columns)
        duck.execute(f"COPY arrays TO '{path}'")
    return path


def told(capsys: pytest.CaptureFixture[str], *arguments: object, code: int = 0) -> str:
    assert main(["experiment", *map(str, arguments)]) == code
    captured = capsys.readouterr()
    return captured.out if code in (0, BROKEN_SPLIT) else captured.err


def answer(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict:
    return json.loads(told(capsys, *arguments, "--json"))


@pytest.mark.parametrize("name", ["large.csv", "large.csv.gz", "large.parquet"])
def test_a_file_alone_is_enough_and_every_guess_is_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str
) -> None:
    path = write(tmp_path / name, {"control": 8000, "email": 8000}, {"control": 0.1, "email": 0.14})

    lines = told(capsys, path).splitlines()

    assert lines[0].startswith("email beside control, converted: better: +")
    for guess in ("arm arm", "unit customer", "control control", "metric converted:rate", "metric revenue:revenue"):
        assert f"Guessed: --{guess}" in lines
    assert "Nobody told the planned split: taken to be even (--split says it)." in lines
    assert lines[-1] == f"Formulas: {FORMULAS}"


def test_a_broken_split_is_the_first_and_only_thing_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = write(tmp_path / "broken.csv", {"control": 10_000, "email": 9000}, {"control": 0.1, "email": 0.14})

    words = told(capsys, path, code=BROKEN_SPLIT)
    found = json.loads(told(capsys, path, "--json", code=BROKEN_SPLIT))
    planned = answer(capsys, path, "--split", "10,9")
    by_name = answer(capsys, path, "--split", "email=9,control=10")

    assert words.startswith("split is broken: do not read")
    assert "better" not in words
    assert found["report"]["readings"] == []
    assert found["report"]["split"]["formula"] == "split-chi-square"
    assert planned["report"]["split"]["p"] == by_name["report"]["split"]["p"] == 1.0
    assert planned["report"]["readings"][0]["verdict"]["kind"] == "better"


def test_the_report_is_written_as_markdown(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = write(tmp_path / "x.csv", {"control": 5000, "email": 5000}, {"control": 0.1, "email": 0.14})

    told(capsys, path, "--by", "country", "--covariate", "before", "--markdown", tmp_path / "x.md")

    page = (tmp_path / "x.md").read_text()
    assert page.startswith("# What the experiment says\n\n**email beside control, converted: better")
    assert "| converted | email |" in page
    assert "## converted, email by country: the effect" in page
    assert "| at | " in page
    assert "Qini area by group" in page
    assert all(line.count("|") == 11 for line in page.splitlines() if line.startswith("| converted"))


def test_metrics_and_columns_may_be_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = write(tmp_path / "x.parquet", {"a": 5000, "b": 5000}, {"a": 0.1, "b": 0.14})
    columns = ["--unit", "customer", "--arm", "arm", "--control", "a"]
    metrics = ["--metric", "revenue/orders:ratio", "--metric", "converted", "--metric", "orders:mean:less"]

    found = answer(capsys, path, *columns, *metrics, "--primary", "converted", "--looks", "anytime", "--planned", 9000)

    assert found["guesses"] == []
    readings = found["report"]["readings"]
    assert [(each["metric"], each["kind"], each["is_primary"]) for each in readings] == [
        ("revenue/orders", "ratio", False),
        ("converted", "rate", True),
        ("orders", "mean", False),
    ]
    assert readings[1]["effect"]["formula"] == "always-valid"
    assert readings[2]["verdict"]["kind"] == "worse"


def test_assignments_and_events_are_put_together(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assigned, happened = ["user_id,arm,assigned_at"], ["user_id,timestamp,event,value"]
    for index in range(2000):
        arm = "holdout" if index % 2 else "mail"
        assigned.append(f"u{index},{arm},2026-03-01 00:00:00")
        happened.append(f"u{index},2026-02-20 00:00:00,order,{index % 7}")
        if index % (8 if arm == "holdout" else 4) < 2:
            happened.append(f"u{index},2026-03-05 00:00:00,order,{10 + index % 7}")
        happened.append(f"u{index},2026-03-25 00:00:00,order,1000")
    (tmp_path / "a.csv").write_text("\n".join([*assigned, "u0,holdout,2026-03-02 00:00:00"]) + "\n")
    (tmp_path / "e.csv").write_text("\n".join(happened) + "\n")

    found = answer(
        capsys,
        *("--assignments", tmp_path / "a.csv", "--events", tmp_path / "e.csv", "--before", "14"),
        *("--metric", "order:any:14", "--metric", "order:sum:14", "--metric", "order:average:14d"),
    )

    report = found["report"]
    assert report["units"] == {"holdout": 1000, "mail": 1000}
    assert (report["intake"]["mixed"], report["intake"]["early"], report["intake"]["strangers"]) == (1, 2000, 0)
    rate, revenue, basket = report["readings"]
    assert (rate["control_mean"], rate["arm_mean"]) == (0.25, 0.5)
    assert rate["verdict"]["kind"] == "better"
    assert revenue["capping"]["is_from_before"]
    assert basket["kind"] == "ratio"
    assert 10.0 < basket["arm_mean"] < 16.0
    assert found["guesses"][-1] == "events: user_id, timestamp, event, value"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--arm", "nowhere"), "no column 'nowhere'"),
        (("--split", "1,2,3"), "3 shares for 2 arms"),
        (("--split", "half"), "is no split"),
        (("--metric", "revenue:sum"), "is no metric"),
        (("--metric", "revenue:ratio"), "COLUMN/COLUMN:ratio"),
        (("--metric", "nowhere"), "no column 'nowhere'"),
        (("--primary", "orders2"), "no metric 'orders2'"),
        (("--control", "none"), "no arm 'none'"),
        (("--metric", "revenue:rate"), "is no rate"),
        (("--looks", "anytime", "--planned", "0"), "how many customers are planned"),
        (("--smallest", "5"), "Write 0.05 for 5 %"),
        (("--before", "-1"), "number of days"),
        (("--report", "/nowhere/at/all.html"), "cannot be written"),
    ],
)
def test_what_cannot_be_is_told_with_what_to_do(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    path = write(tmp_path / "x.csv", {"control": 50, "email": 50}, {"control": 0.5, "email": 0.5})

    assert words in told(capsys, path, *arguments, code=1)


def test_events_need_metrics_and_a_customer(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("user_id,arm,at\n1,control,2026-03-01\n2,mail,2026-03-01\n")
    (tmp_path / "b.csv").write_text("who,arm,at\nx,control,2026-03-01\ny,mail,2026-03-01\n")
    (tmp_path / "e.csv").write_text("user_id,at,name\n1,2026-03-02,order\n1,2026-03-03,visit\n2,2026-03-02,order\n")

    assert "the events are order, visit" in told(
        capsys, "--assignments", tmp_path / "a.csv", "--events", tmp_path / "e.csv", code=1
    )
    assert "--unit" in told(capsys, "--assignments", tmp_path / "b.csv", "--events", tmp_path / "e.csv", code=1)


def test_amounts_that_are_words_are_told_without_a_traceback(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text("user_id,arm,at\n1,control,2026-03-01\n2,mail,2026-03-01\n")
    (tmp_path / "e.csv").write_text("user_id,at,name,amount\n1,2026-03-02,order,much\n2,2026-03-03,order,3\n")

    arguments = ("--assignments", tmp_path / "a.csv", "--events", tmp_path / "e.csv", "--metric", "order:sum")
    assert "the first in row 1: 'much'" in told(capsys, *arguments, code=1)


def test_a_table_and_events_are_not_both_read(capsys: pytest.CaptureFixture[str]) -> None:
    assert "either a table or" in told(capsys, code=2)
    assert "either a table or" in told(capsys, "x.csv", "--assignments", "y.csv", "--events", "z.csv", code=2)


def test_metrics_of_events_are_said_in_one_word() -> None:
    metric = event_metric("order:sum:14d:less")

    assert (metric.event, metric.take, metric.kind, metric.days, metric.is_less_better) == (
        "order",
        "sum",
        "revenue",
        14.0,
        True,
    )
    assert event_metric("visit").kind == "rate"
    assert event_metric("unsubscribed:any").is_less_better
    for wrong in ("order:most", "order:sum:soon", "order:sum:14:15", ":sum"):
        with pytest.raises(SegueError, match="no metric of events"):
            event_metric(wrong)


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("hillstrom_dev.csv.gz", ["better"] * 6),
        ("starbucks_promo_train.csv.gz", ["better"]),
    ],
)
def test_real_experiments_need_no_option(capsys: pytest.CaptureFixture[str], name: str, kinds: list[str]) -> None:
    if not (DATA / name).is_file():
        pytest.skip("the shared data are not here")

    report = answer(capsys, DATA / name)["report"]

    assert report["split"]["p"] > 0.05
    assert [each["verdict"]["kind"] for each in report["readings"]] == kinds
