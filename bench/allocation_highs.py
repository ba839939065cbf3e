"""The linear programme of an allocation, solved by HiGHS: the judge, not a peer (it gives no allocation)."""

import highspy
import numpy as np

from segue.learning.allocation import Problem


def linear_optimum(problem: Problem) -> tuple[float, np.ndarray]:
    """Return the value of the linear programme of a problem of limits, and its prices (R,), by HiGHS.

    All customers' choices may be split; so no allocation is worth more.
    """
    customer, action = np.nonzero(np.isfinite(problem.values))
    kind = problem.kinds[customer]
    shares = [np.ones(len(customer))]
    rows = [customer]
    columns = [np.arange(len(customer))]
    for index in range(len(problem.limits)):
        use = problem.by_contact[index, kind, action]
        if problem.costs is not None:
            use = use + problem.by_cost[index, kind, action] * problem.costs[customer, action]
        taking = np.flatnonzero(use)
        rows.append(np.full(len(taking), problem.customers + index))
        columns.append(taking)
        shares.append(use[taking])
    row, column, share = np.concatenate(rows), np.concatenate(columns), np.concatenate(shares)
    order = np.lexsort((row, column))
    programme = highspy.HighsLp()
    programme.num_col_, programme.num_row_ = len(customer), problem.customers + len(problem.limits)
    programme.sense_ = highspy.ObjSense.kMaximize
    programme.col_cost_ = problem.values[customer, action].astype(np.float64)
    programme.col_lower_, programme.col_upper_ = np.zeros(len(customer)), np.full(len(customer), highspy.kHighsInf)
    programme.row_lower_ = np.full(programme.num_row_, -highspy.kHighsInf)
    programme.row_upper_ = np.concatenate([np.ones(problem.customers), problem.limits])
    programme.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    programme.a_matrix_.start_ = np.concatenate([[0], np.cumsum(np.bincount(column, minlength=len(customer)))])
    programme.a_matrix_.index_, programme.a_matrix_.value_ = row[order], share[order]
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("solver", "ipm")  # five times as fast here as the simplex method
    solver.setOptionValue("threads", 1)
    solver.passModel(programme)
    solver.run()
    return solver.getInfo().objective_function_value, np.abs(solver.getSolution().row_dual[problem.customers :])
