"""The benchmark of paths runs, on few of them."""

from bench.measure_paths import HEADERS, bench_paths


def test_the_benchmark_runs() -> None:
    rows, figures = bench_paths(500)

    assert {len(row) for row in rows} == {len(HEADERS)}
    assert figures["seconds_paths_100k"] > 0
