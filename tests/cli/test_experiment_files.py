"""Files as people have them: each says the same experiment, and what was understood is told; or it says what to do."""

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from segue.cli import main
from segue.cli.experiment_files import Asked, read
from segue.model.errors import SegueError

CUSTOMERS = 800


def german(amount: float) -> str:
    return f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))


def swiss(amount: float) -> str:
    return "CHF " + f"{amount:,.2f}".replace(",", "'")


FORMS = {
    "excel.csv": ("Kunde;Gruppe;Gekauft;Umsatz", ";", ("Kontrolle", "Mail"), ("Nein", "Ja"), german),
    "dollars.csv": ("user,variant,bought,spent", ",", ("control", "b"), ("no", "yes"), lambda x: f'"${x:,.2f}"'),
    "euros.tsv": ("User ID\tTest Group\tConverted?\tRevenue", "\t", "AB", "01", lambda x: f"{german(x)} \u20ac"),
    "swiss.txt": ("user|variant|converted|revenue", "|", ("Holdout", "Exposed"), "ft", swiss),
    "ints.csv": ("user_id,treatment,converted,revenue", ",", "01", ("FALSE", "TRUE"), lambda x: f"{x:.2f}"),
    "empty.csv": ("uid,treated,bought,spent", ",", ("False", "True"), ("", "1"), lambda x: f"{x:.2f}" if x else ""),
    "words.csv": ("user;arm;converted;revenue", ";", ("ctrl", "x"), "NY", lambda x: german(x) if x else "n/a"),
}  # fmt: skip


def paid(customer: int) -> float:
    """Return what a customer pays: of the control, which is even, every tenth does; of the arm every fifth."""
    return 1000.25 + customer if customer // 2 % 10 < 1 + customer % 2 else 0.0


def form(name: str) -> str:
    """Return an experiment of `CUSTOMERS` in one of `FORMS`."""
    head, between, arms, truths, amount = FORMS[name]
    lines = [head]
    for customer in range(CUSTOMERS):
        truth = truths[paid(customer) > 0.0]
        lines.append(between.join([f"{customer}", arms[customer % 2], truth, amount(paid(customer))]))
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize("name", FORMS)
def test_one_experiment_says_the_same_however_it_is_written(tmp_path: Path, name: str, encoding: str) -> None:
    (tmp_path / name).write_bytes(form(name).encode(encoding))
    _, _, arms, _, _ = FORMS[name]

    answer = read(tmp_path / name, None, None, Asked())

    report = answer.report
    assert (report.control, report.units) == (arms[0], dict.fromkeys(sorted(arms), CUSTOMERS // 2))
    rate, revenue = report.readings
    assert (rate.kind, rate.control_mean, rate.arm_mean) == ("rate", pytest.approx(0.1), pytest.approx(0.2))
    assert revenue.capping is not None
    sums = [sum(map(paid, range(arm, CUSTOMERS, 2))) for arm in (0, 1)]
    means = [revenue.capping.plain_control, revenue.capping.plain_arm]
    assert means == pytest.approx([total / (CUSTOMERS / 2) for total in sums])
    assert answer.left_out == ()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("excel.csv", ["in Gekauft 'ja' is 1 and 'nein' is 0", "in Umsatz '1.000,25' is 1000.25"]),
        ("swiss.txt", ["in converted 't' is 1 and 'f' is 0", "in revenue 'CHF 1'000.25' is 1000.25"]),
        ("words.csv", ["in converted 'y' is 1 and 'n' is 0", "in revenue '1.000,25' is 1000.25, 'n/a' is nothing"]),
        ("ints.csv", []),
    ],
)
def test_what_was_understood_is_told_with_an_example(tmp_path: Path, name: str, told: list[str]) -> None:
    (tmp_path / name).write_text(form(name))

    guesses = read(tmp_path / name, None, None, Asked()).guesses

    assert [guess for guess in guesses if not guess.startswith("--")] == told


def write(tmp_path: Path, *rows: str) -> Path:
    path = tmp_path / "t.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


def test_outcomes_that_cannot_be_read_are_left_out_and_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [f"{place},{'ab'[place % 2]},{place % 3 // 2},{place}.5" for place in range(1, 60)]
    path = write(tmp_path, "user_id,arm,converted,revenue", *rows, "60,a,0,tbd", "61,b,0,1.5")

    assert main(["experiment", str(path)]) == 0
    assert "Left out: revenue: 1 cell is no number, the first in row 60: 'tbd'" in capsys.readouterr().out
    with pytest.raises(SegueError, match="'revenue' cannot be read as a number: 1 cell"):
        read(path, None, None, Asked(metrics=("revenue",)))


def test_amounts_that_could_be_a_thousandfold_are_a_question(tmp_path: Path) -> None:
    rows = [f"{place};{'ab'[place % 2]};{1 + place % 3}.{500 + place}" for place in range(1, 60)]
    path = write(tmp_path, "user_id;arm;revenue", *rows)

    with pytest.raises(SegueError, match=r"No outcome can be read\. revenue: '2\.501' could be 2\.501 or 2,501"):
        read(path, None, None, Asked())
    means = [read(path, None, None, Asked(decimal=way)).report.readings[0].control_mean for way in ("point", "comma")]
    assert means[1] == pytest.approx(1000 * means[0])


def test_spellings_of_an_arm_are_one_also_where_they_are_named(tmp_path: Path) -> None:
    arms = ("Control", "control ", "CONTROL", "Mail", "mail")
    rows = [f"{place},{arms[place % 5]},{place % 3 // 2}" for place in range(500)]
    path = write(tmp_path, "user_id,arm,converted", *rows)

    answer = read(path, None, None, Asked(control="control", split="mail=2,CONTROL=3"))

    assert answer.report.units == {"CONTROL": 300, "Mail": 200}
    assert answer.report.split is not None
    assert answer.report.split.p == 1.0
    assert "'CONTROL', 'Control', 'control ' are one arm, CONTROL" in answer.guesses


def test_groups_that_differ_in_case_are_one(tmp_path: Path) -> None:
    rows = [f"{place},{'ab'[place % 2]},{place % 3 // 2},{('AT', 'at', 'NA')[place % 3]}" for place in range(600)]
    path = write(tmp_path, "user_id,arm,converted,country", *rows)

    answer = read(path, None, None, Asked(by="country"))

    assert [each.group for each in answer.report.groups[0].groups] == ["AT", "NA"]
    assert "'AT', 'at' are one group, AT" in answer.guesses


def test_where_nearly_everybody_converts_those_who_do_not_are_too_few(tmp_path: Path) -> None:
    path = write(
        tmp_path, "user_id,arm,converted", *(f"{place},{'ab'[place % 2]},{int(place > 5)}" for place in range(400))
    )

    assert "too few customers without it yet (3 of 20" in read(path, None, None, Asked()).report.headline


def test_columns_may_be_named_in_any_case_and_splits_in_per_cent(tmp_path: Path) -> None:
    rows = [f"{place},{'ab'[place % 2]},{place % 3 // 2},{place}.5" for place in range(400)]
    path = write(tmp_path, "User ID,Arm,Converted,Amount", *rows)
    asked = Asked(
        unit="user id", arm="ARM", control="A", metrics=("amount/converted:ratio", "converted"), split="50/50"
    )

    answer = read(path, None, None, asked)

    assert (answer.experiment.unit, answer.experiment.arm) == ("User ID", "Arm")
    assert [each.metric for each in answer.report.readings] == ["amount/converted", "Converted"]
    for split in ("50%,50%", "50:50", "a=50 %, b=50 %"):
        assert read(path, None, None, replace(asked, split=split)).report.split == answer.report.split


def test_a_count_of_customers_with_several_rows_adds_up(tmp_path: Path) -> None:
    rows = [f"{place // 3},{'ab'[place // 3 % 2]},{place % 3 // 2},1" for place in range(1200)]
    path = write(tmp_path, "user_id,arm,converted,orders", *rows)

    first, second = read(path, None, None, Asked()).report.readings

    assert (first.kind, first.arm_mean, second.kind, second.arm_mean) == ("rate", 1.0, "mean", 3.0)


def test_days_and_amounts_of_events_are_read_as_they_are_written(tmp_path: Path) -> None:
    assigned = [f"{place};{'ab'[place % 2]};01.03.2026" for place in range(100)]
    happened = [f"{place};{3 + place % 20:02d}.03.2026 10:30;order;1.0{place:02d},50 €" for place in range(0, 100, 3)]
    (tmp_path / "a.csv").write_text("\n".join(["user_id;variant;at", *assigned]))
    (tmp_path / "e.csv").write_text("\n".join(["user_id;at;event;amount", *happened]))

    answer = read(None, tmp_path / "a.csv", tmp_path / "e.csv", Asked(metrics=("order:sum:14",)))

    assert 0 < answer.report.readings[0].arm_mean < 400
    assert answer.report.intake.early == 0
    assert answer.guesses[-3:] == (
        "in amount '1.000,50 €' is 1000.5",
        "at is written day.month.year",
        "at is written day.month.year",
    )
    (tmp_path / "e.csv").write_text("user_id,at,event\n1,03/04/2026,order\n")
    with pytest.raises(SegueError, match="day/month/year or month/day/year"):
        read(None, tmp_path / "a.csv", tmp_path / "e.csv", Asked(metrics=("order",)))


def test_outcomes_that_are_missing_beside_zeros_are_told_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [
        f"{place},{'ab'[place % 2]},{('1', '0', '', '0')[place % 4]},{1 if place % 5 else ''}" for place in range(400)
    ]
    path = write(tmp_path, "user_id,arm,converted,orders", *rows)

    assert main(["experiment", str(path)]) == 0

    out = capsys.readouterr().out
    assert "100 outcomes of converted missing: taken as 0; others say 0, so if nobody knows" in out
    assert "80 outcomes of orders missing: taken as 0\n" in out


def test_an_interval_that_nobody_knows_is_not_told_as_infinite(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, "user_id,arm,converted", *(f"{place},{'ab'[place % 2]},0" for place in range(400)))

    assert main(["experiment", str(path)]) == 0
    assert main(["experiment", str(path), "--json"]) == 0

    out = capsys.readouterr().out
    assert "inf" not in out.split("{")[0]
    assert "Warning: Nobody in a has any converted" in out
    assert json.loads(out[out.index("{") :])["report"]["warnings"]
