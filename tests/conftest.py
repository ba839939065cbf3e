"""Rules for all tests."""

import os
from collections.abc import Generator

import pytest

# Libraries that compute with several threads wait for each other by spinning: beside other processes that is slow.
for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where tests decide about a release (CI=true), a missing strace is a failure: the crash tests have to run."""
    report = yield
    if report.skipped and os.environ.get("CI") == "true" and "strace" in str(report.longrepr):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid}: CI=true, and this test was skipped: {report.longrepr[2]}"  # type: ignore[index]
    return report
