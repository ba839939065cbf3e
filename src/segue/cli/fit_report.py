"""What `segue fit` says of a model, for people to read."""

from segue.cli.console import columns, paint
from segue.learning.lifetime.fitting import LifetimeModel, LifetimeReport
from segue.learning.propensity import Forward, PropensityReport
from segue.learning.scoring import Interval, Scores
from segue.learning.uplift.fitting import Ranking, UpliftReport
from segue.learning.uplift.holding import Held
from segue.learning.uplift.selecting import Selection

_DRIVERS = 8


def propensity_lines(verdict: str, report: PropensityReport, test: Forward | None) -> list[str]:
    """Return the report of a propensity model."""
    judged = [("out of fold", report.scores), ("  before calibration", report.raw)]
    if report.forward is not None:
        judged += [("last fifth by time, as trained", report.forward.frozen)]
        judged += [("  corrected as outcomes arrive", report.forward.followed)]
    if test is not None:
        judged += [("other table, as trained", test.frozen), ("  corrected as outcomes arrive", test.followed)]
    head = ("", "rows", "rate", "AUC", "Brier", "skill", "calibration error", "(by chance)")
    table = [
        f"{row.predicted:.4f} {row.observed:.4f} {row.rows:,}".split(" ")
        for row in (report.scores if test is None else test.frozen).reliability
    ]
    return [
        paint(verdict, "bold"),
        "",
        *columns([head, *(_scores(name, scores) for name, scores in judged)], right=range(1, 8)),
        "",
        f"Reliability ({'out of fold' if test is None else 'other table, as trained'}), ten bins of equally many rows:",
        *columns([("predicted", "came", "rows"), *table], right=range(3)),
        "",
        "Driven by " + ", ".join(f"{name} {share:.0%}" for name, share in list(report.drivers.items())[:_DRIVERS]),
    ]


def uplift_lines(verdict: str, report: UpliftReport, test: Held | None) -> list[str]:
    """Return the report of an uplift model."""
    assignment = report.assignment
    how = "by chance" if assignment.is_random else "not by chance: probabilities are estimated, so trust this less"
    lines = [
        paint(verdict, "bold"),
        "",
        f"{report.rows:,} customers, {assignment.share:.1%} treated, {how} (AUC {assignment.predictable}).",
        f"Treating everybody adds {report.effect} to the outcome.",
        "",
        *columns([("learner", "Qini out of fold"), *((name, str(qini)) for name, qini in report.compared.items())]),
        "",
        f"Taken: {report.learner}.",
        *_ranking("out of fold", report.ranking),
        *_selection(report.selection),
    ]
    if test is None:
        return lines
    return [
        *lines,
        "",
        f"Other table, {test.rows:,} customers: treating everybody adds {test.effect} to the outcome.",
        *_ranking("there", test.ranking),
        f"  {test.ranking.verdict}",
        *_selection(test.selection),
        f"  Net incremental revenue of those treated there: {test.net_revenue:,.2f}.",
    ]


def lifetime_lines(
    model: LifetimeModel, worth: dict[str, float], weeks: float, report: LifetimeReport | None
) -> list[str]:
    """Return the report of a lifetime model."""
    buying, spending = model.buying, model.spending
    lines = [
        f"Buying (BG/NBD): r {buying.r:.4f}, alpha {buying.alpha:.4f}, a {buying.a:.4f}, b {buying.b:.4f}, "
        f"log likelihood {buying.log_likelihood:,.1f}."
    ]
    if spending is not None:
        lines.append(f"Spending (Gamma-Gamma): p {spending.p:.3f}, q {spending.q:.3f}, v {spending.v:.3f}.")
        if abs(spending.correlation) > 0.3:
            lines.append(f"  Amounts go with frequency (correlation {spending.correlation:.2f}): do not rely on them.")
    what = "purchases" if spending is None else "in currency"
    lines.append(
        f"The next {weeks:g} weeks of a customer, {what}, discounted: mean {worth['mean']:.2f}, "
        f"median {worth['p50']:.2f}, best tenth above {worth['p90']:.2f}, best hundredth above {worth['p99']:.2f}."
    )
    if report is None:
        return lines
    rows = [(str(x), f"{count:,}", f"{said:.3f}", f"{came:.3f}") for x, count, said, came in report.by_frequency]
    return [
        *lines,
        "",
        f"Judged on the last {report.weeks:.1f} weeks, which that model did not see: {report.predicted:,.0f} purchases "
        f"foretold, {report.observed:,.0f} came.",
        f"Mean absolute error {report.mae:.3f} (at each customer's own rate so far: {report.plain_mae:.3f}), "
        f"correlation {report.correlation:.3f}.",
        *columns([("repeat purchases before", "customers", "foretold", "came"), *rows], right=range(4)),
    ]


def _scores(name: str, scores: Scores) -> tuple[str, ...]:
    return (
        name,
        f"{scores.rows:,}",
        f"{scores.rate:.4f}",
        str(scores.auc),
        str(scores.brier),
        f"{scores.skill:.3f}",
        f"{scores.calibration_error:.4f}",
        f"{scores.calibration_noise:.4f}",
    )


def _ranking(where: str, ranking: Ranking) -> list[str]:
    return [
        f"  Qini {where} {ranking.qini}; a response model {ranking.response}; by chance as good: {ranking.chance:.0%}."
    ]


def _selection(selection: Selection) -> list[str]:
    return [
        f"  Treat {selection.share:.1%}, be silent to the others: {_money(selection.gain)} a customer; "
        f"treating everybody {_money(selection.everybody)}."
    ]


def _money(interval: Interval) -> str:
    return f"{interval.value:+.4f} [{interval.low:+.4f}, {interval.high:+.4f}]"
