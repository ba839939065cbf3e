"""The nightly models on real data, beside published and third-party results: uplift, calibration, lifetime value.

    python3 dev.py bench models [--data FOLDER] [--quick]
                                [--hillstrom FILE] [--starbucks FILE] [--bank FILE] [--telco FILE]

Without other files every figure is of rows that the model was not trained on: folds, or the last fifth by time. With
another file the model is trained on the shared rows and judged on the file's. ``--quick`` takes fewer rows and
learners: its figures are no results.
"""

import argparse
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from bench.report import report
from segue.core.decisioning.models.estimators import evaluate_many
from segue.learning.encoding import Encoding, make_encoding, truths
from segue.learning.folds import spread
from segue.learning.lifetime.buying import fit_buying
from segue.learning.lifetime.fitting import judge_lifetime
from segue.learning.lifetime.orders import Purchases, sum_up
from segue.learning.lifetime.spending import fit_spending
from segue.learning.propensity import fit_propensity, judge
from segue.learning.scoring import Scores, score
from segue.learning.tables import Columns, read_table
from segue.learning.uplift.fitting import Ranking, UpliftReport, fit_uplift
from segue.learning.uplift.holding import hold
from segue.learning.uplift.learners import LEARNERS, Base, Trial
from segue.learning.uplift.selecting import net_revenue
from segue.model.snapshots import Estimator

DATA = Path(__file__).parents[2] / "shared" / "data"
FOLDS = 5
PUBLISHED_ROWS = 41_650
"""Rows of the test set on which the published net incremental revenues of the Starbucks promotion were counted."""

VALUE, COST = 10.0, 0.15
QUICK_ROWS = 8_000
AFTERWARDS = {"bank": ("duration",)}
"""How long a call took is known only after it, when its outcome is known too: no model may see it."""

Row = tuple[object, ...]


class Options(Struct, frozen=True):
    """What to run on which rows."""

    data: Path
    others: Mapping[str, Path]
    is_quick: bool

    @property
    def learners(self) -> Mapping[str, Base]:
        """The uplift learners that compete."""
        return {"DR linear": LEARNERS["DR linear"], "DR boosted": LEARNERS["DR boosted"]} if self.is_quick else LEARNERS

    def read(self, file: str, *, may_thin: bool = True) -> Columns:
        """Return a shared table, in quick mode evenly fewer rows of it where outcomes are frequent enough."""
        columns = read_table(self.data / file)
        rows = len(next(iter(columns.values())))
        step = max(rows // QUICK_ROWS, 1) if self.is_quick and may_thin else 1
        return {name: values[::step] for name, values in columns.items()}


def main(arguments: list[str] | None = None) -> None:
    """Run everything, print the table, write ``bench/results/models.json``."""
    options = _options(sys.argv[1:] if arguments is None else arguments)
    figures: dict[str, float] = {}
    rows: list[Row] = []
    for part in (hillstrom, starbucks, bank, telco, cdnow):
        begin = time.process_time()
        rows += part(options, figures)
        figures[f"{part.__name__}_cpu_seconds"] = round(time.process_time() - begin, 1)
    name = "models_quick" if options.is_quick else "models"
    report(name, ["what", "measured", "95 % interval", "others, or goal", "on"], rows, figures)


def hillstrom(options: Options, figures: dict[str, float]) -> list[Row]:
    """Women's visits have usable uplift, men's have not."""
    rows: list[Row] = []
    references = {"women": "0.0621 (best of eight, scikit-uplift)", "men": "0.0207 (a response model: 0.0259)"}
    for who, arm in (("women", "Womens E-Mail"), ("men", "Mens E-Mail")):
        columns = _arms(options.read("hillstrom_dev.csv.gz"), arm)
        encoding = make_encoding(columns, ("row_id", "segment", "visit", "conversion", "spend"))
        trial = _trial(columns, encoding, truths(columns, "segment", arm), "visit")
        model, out_of_fold = _fit(trial, options)
        ranking, where = out_of_fold.ranking, f"{out_of_fold.learner}, out of fold, {FOLDS} folds"
        if "hillstrom" in options.others:
            other = _arms(read_table(options.others["hillstrom"]), arm)
            held = _trial(other, encoding, truths(other, "segment", arm), "visit")
            figures |= _qini(f"hillstrom_{who}_out_of_fold", ranking)
            ranking, where = hold(model, trial, held, 1.0, 0.0).ranking, f"{out_of_fold.learner}, the other file"
        verdict = out_of_fold.ranking  # what is said before any other row is seen
        figures |= _qini(f"hillstrom_{who}", ranking) | {f"hillstrom_{who}_usable": float(verdict.is_usable)}
        rows.append((f"Hillstrom {who}'s visit: Qini", *_interval(ranking.qini), references[who], where))
        rows.append((f"Hillstrom {who}'s visit: Qini, response", *_interval(ranking.response), "0.0156, 0.0259", where))
        rows.append((f"Hillstrom {who}'s visit: usable", "yes" if verdict.is_usable else "no", "", "", verdict.verdict))
    return rows


def starbucks(options: Options, figures: dict[str, float]) -> list[Row]:
    """Net incremental revenue of treating where uplift is worth more than the promotion, on folds never seen."""
    columns = options.read("starbucks_promo_train.csv.gz", may_thin=False)
    encoding = make_encoding(columns, ("ID", "Promotion", "purchase"))
    trial = _trial(columns, encoding, truths(columns, "Promotion"), "purchase")
    if "starbucks" in options.others:
        other = read_table(options.others["starbucks"])
        folds = [(trial, _trial(other, encoding, truths(other, "Promotion"), "purchase"))]
        where = "the other file"
    else:
        number = 2 if options.is_quick else FOLDS
        fold = spread(len(trial.outcome), number, strata=2.0 * trial.treated + trial.outcome)
        folds = [(trial.rows(fold != held), trial.rows(fold == held)) for held in range(number)]
        where = f"{number} folds, each chosen, trained and cut without its own rows"
    revenues, everybody, shares, names = [], [], [], []
    for known, held in folds:
        model, learnt = _fit(known, options, value=VALUE, cost=COST)
        chosen = evaluate_many(model, held.inputs, held.x) > COST
        scale = PUBLISHED_ROWS / len(chosen)
        revenues.append(net_revenue(chosen, held, VALUE, COST) * scale)
        everybody.append(net_revenue(np.ones(len(chosen), dtype=bool), held, VALUE, COST) * scale)
        shares.append(float(chosen.mean()))
        names.append(learnt.learner)
        if len(folds) == 1:
            figures |= _qini("starbucks", hold(model, known, held, VALUE, COST).ranking)
    mean = float(np.mean(revenues))
    error = float(np.std(revenues, ddof=1)) / len(revenues) ** 0.5 if len(revenues) > 1 else float("nan")
    figures |= {"starbucks_nir": round(mean, 1), "starbucks_nir_error": round(error, 1)}
    figures |= {"starbucks_nir_least": round(min(revenues), 1), "starbucks_share": round(float(np.mean(shares)), 3)}
    reach = f"[{mean - 1.96 * error:.0f}, {mean + 1.96 * error:.0f}]" if len(revenues) > 1 else ""
    return [
        ("Starbucks: net revenue", f"{mean:.0f}", reach, "332 (best published)", where),
        ("Starbucks: net revenue, everybody", f"{np.mean(everybody):.0f}", "", "", where),
        ("Starbucks: share treated", f"{np.mean(shares):.1%}", "", "", ", ".join(sorted(set(names)))),
    ]


def bank(options: Options, figures: dict[str, float]) -> list[Row]:
    """Calibration of phone calls' propensity: on random folds, and forward in time, where the world drifts."""
    columns = options.read("bank_telemarketing_first80.csv.gz")
    encoding = make_encoding(columns, ("y", *AFTERWARDS["bank"]))
    x, outcomes = encoding.encode(columns), truths(columns, "y")
    model, out_of_fold = fit_propensity(x, encoding.inputs, outcomes, at=np.arange(len(outcomes), dtype=np.float64))
    rows = _calibration("bank", "out of fold", out_of_fold.scores, figures, goal="goal 0.0100")
    nested = _nested(x, encoding, outcomes, options)
    rows += _calibration("bank_nested", "random folds, calibrated and judged apart", nested, figures)
    forward, where = out_of_fold.forward, "last fifth by time"
    if "bank" in options.others:
        other = read_table(options.others["bank"])
        forward = judge(model, encoding.inputs, encoding.encode(other), truths(other, "y"))
        where = "the other file"
    if forward is not None:
        rows += _calibration("bank_forward", f"{where}, as trained", forward.frozen, figures)
        rows += _calibration("bank_followed", f"{where}, corrected as outcomes arrive", forward.followed, figures)
    return rows


def telco(options: Options, figures: dict[str, float]) -> list[Row]:
    """Calibration of churn."""
    columns = options.read("telco_churn.csv.gz")
    encoding = make_encoding(columns, ("churn",))
    x, outcomes = encoding.encode(columns), truths(columns, "churn")
    model, out_of_fold = fit_propensity(x, encoding.inputs, outcomes)
    rows = _calibration("telco", "out of fold", out_of_fold.scores, figures, goal="goal 0.0100")
    nested = _nested(x, encoding, outcomes, options)
    rows += _calibration("telco_nested", "random folds, calibrated and judged apart", nested, figures)
    if "telco" in options.others:
        other = read_table(options.others["telco"])
        held = judge(model, encoding.inputs, encoding.encode(other), truths(other, "churn")).frozen
        rows += _calibration("telco_other", "the other file", held, figures)
    return rows


def cdnow(options: Options, figures: dict[str, float]) -> list[Row]:
    """The published parameters of BG/NBD, and purchases of weeks that the model has not seen."""
    summary = read_table(options.data / "cdnow_sample_summary.csv.gz")
    columns = [summary[name].astype(np.float64) for name in ("frequency", "recency", "T")]
    buying = fit_buying(Purchases(summary["ID"], *columns))
    published = {"r": 0.2426, "alpha": 4.4135, "a": 0.7929, "b": 2.4258}
    rows: list[Row] = []
    for name, theirs in published.items():
        figures[f"cdnow_{name}"] = round(getattr(buying, name), 4)
        rows.append((f"CDNOW: {name}", f"{getattr(buying, name):.4f}", "", f"{theirs} (published)", "sample of 2,357"))
    orders = read_table(options.data / "cdnow_master_to_19970930.parquet")
    purchases = sum_up(orders["customer_id"], orders["date"], orders["value"])
    assert purchases.worth is not None
    spending = fit_spending(purchases.frequency, purchases.worth)
    for name, theirs in {"p": 6.249, "q": 3.745, "v": 15.448}.items():
        figures[f"cdnow_{name}"] = round(getattr(spending, name), 3)
        seen = f"{getattr(spending, name):.3f}"
        rows.append((f"CDNOW: {name}", seen, "", f"{theirs} (published, of a sample not here)", "all 23,570 customers"))
    later = judge_lifetime(orders["customer_id"], orders["date"])
    figures |= {"cdnow_foretold_ratio": round(later.predicted / later.observed, 4), "cdnow_mae": round(later.mae, 4)}
    rows.append(("CDNOW: purchases foretold over those that came", f"{later.predicted / later.observed:.3f}", "", "",
                 f"last {later.weeks:.1f} weeks"))  # fmt: skip
    rows.append(("CDNOW: mean absolute error", f"{later.mae:.3f}", "", f"{later.plain_mae:.3f} (own rate)", "the same"))
    return rows


def _fit(trial: Trial, options: Options, value: float = 1.0, cost: float = 0.0) -> tuple[Estimator, UpliftReport]:
    return fit_uplift(
        trial.x, trial.inputs, trial.treated, trial.outcome, value=value, cost=cost, learners=options.learners
    )


def _nested(
    x: npt.NDArray[np.float64], encoding: Encoding, outcomes: npt.NDArray[np.float64], options: Options
) -> Scores:
    """Return the scores of folds whose models and calibration maps were both fitted without them."""
    number = 2 if options.is_quick else FOLDS
    fold = spread(len(outcomes), number, seed=1, strata=outcomes)
    predicted = np.empty(len(outcomes))
    for held in range(number):
        model, _ = fit_propensity(x[fold != held], encoding.inputs, outcomes[fold != held])
        predicted[fold == held] = evaluate_many(model, encoding.inputs, x[fold == held])
    return score(predicted, outcomes)


def _calibration(name: str, where: str, scores: Scores, figures: dict[str, float], goal: str = "") -> list[Row]:
    stem = f"{name.partition('_')[0]}_ece" + (f"_{name.partition('_')[2]}" if "_" in name else "")
    figures[stem] = round(scores.calibration_error, 4)
    figures[stem.replace("_ece", "_noise")] = round(scores.calibration_noise, 4)
    figures[stem.replace("_ece", "_auc")] = round(scores.auc.value, 4)
    title = name.partition("_")[0].capitalize()
    noise = f"{scores.calibration_noise:.4f} (a perfect model, by chance)"
    return [
        (
            f"{title}: calibration error",
            f"{scores.calibration_error:.4f}",
            "",
            ", ".join(filter(None, (goal, noise))),
            where,
        ),
        (f"{title}: AUC", *_interval(scores.auc), "", where),
    ]


def _qini(name: str, ranking: Ranking) -> dict[str, float]:
    return {
        f"{name}_qini": round(ranking.qini.value, 4),
        f"{name}_qini_low": round(ranking.qini.low, 4),
        f"{name}_response_qini": round(ranking.response.value, 4),
        f"{name}_usable": float(ranking.is_usable),
    }


def _interval(interval: object) -> tuple[str, str]:
    value, _, rest = str(interval).partition(" ")
    return value, rest


def _arms(columns: Columns, arm: str) -> Columns:
    kept = np.isin(columns["segment"].astype(str), (arm, "No E-Mail"))
    return {name: values[kept] for name, values in columns.items()}


def _trial(columns: Columns, encoding: Encoding, treated: npt.NDArray[np.float64], outcome: str) -> Trial:
    share = np.full(len(treated), float(treated.mean()))
    return Trial(encoding.encode(columns), encoding.inputs, treated, columns[outcome].astype(np.float64), share)


def _options(arguments: list[str]) -> Options:
    parser = argparse.ArgumentParser(prog="bench models", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--quick", action="store_true")
    names = ("hillstrom", "starbucks", "bank", "telco")
    for name in names:
        parser.add_argument(f"--{name}", type=Path, metavar="FILE", help="rows to judge on that nothing is learnt from")
    given = parser.parse_args(arguments)
    return Options(given.data, {name: getattr(given, name) for name in names if getattr(given, name)}, given.quick)


if __name__ == "__main__":
    main()
