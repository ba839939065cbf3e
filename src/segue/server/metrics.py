"""Metrics: counters, gauges and histograms in Prometheus' text format.

Labels are short closed lists (a route's template, a method, a status), never ids: a label per customer would leak who
they are and grow without end.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence

from segue.runtimes.embedded import Stats
from segue.runtimes.embedded.stats import LATENCY_BOUNDS

Family = Callable[[str, str, Iterable[tuple[Mapping[str, str], float]], str], None]

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class RequestMetrics:
    """Counts requests and their seconds, by method, route template and status."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str, int], int] = {}
        self._buckets: dict[str, list[int]] = {}
        self._seconds: dict[str, float] = {}

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        key = (method, route, status)
        self._counts[key] = self._counts.get(key, 0) + 1
        buckets = self._buckets.get(route)
        if buckets is None:
            buckets = self._buckets[route] = [0] * (len(_BOUNDS) + 1)
        buckets[bisect_left(_BOUNDS, seconds)] += 1
        self._seconds[route] = self._seconds.get(route, 0.0) + seconds

    def render(self) -> str:
        """Return all of it as Prometheus text."""
        name = "segue_http_requests_total"
        lines = [f"# HELP {name} Requests answered.", f"# TYPE {name} counter"]
        for (method, route, status), count in sorted(self._counts.items()):
            lines.append(f"{name}{_labels({'method': method, 'route': route, 'status': str(status)})} {count}")
        name = "segue_http_request_seconds"
        lines += [f"# HELP {name} Seconds from request to answer.", f"# TYPE {name} histogram"]
        for route, buckets in sorted(self._buckets.items()):
            lines += _buckets(name, {"route": route}, _BOUNDS, buckets, self._seconds[route])
        return "\n".join(lines) + "\n"


def render_stats(stats: Stats) -> str:
    """Return the runtime's counters as Prometheus text."""
    lines: list[str] = []

    def family(name: str, kind: str, values: Iterable[tuple[Mapping[str, str], float]], text: str) -> None:
        lines.extend((f"# HELP segue_{name} {text}", f"# TYPE segue_{name} {kind}"))
        lines.extend(f"segue_{name}{_labels(labels)} {value:.12g}" for labels, value in values)

    def by(label: str, counts: Mapping[str, int]) -> list[tuple[Mapping[str, str], float]]:
        return [({label: name}, count) for name, count in sorted(counts.items())]

    family("events_total", "counter", by("kind", stats.events), "Events advanced.")
    family("duplicate_events_total", "counter", [({}, stats.duplicates)], "Events that had arrived before.")
    family("dead_letters_total", "counter", by("code", stats.dead_letters), "Events set aside.")
    family("decisions_chosen_total", "counter", by("channel", stats.chosen), "Candidates chosen.")
    family("decisions_silent_total", "counter", [({}, stats.silences)], "Decisions for silence.")
    family("decisions_ghost_total", "counter", [({}, stats.ghosts)], "Decisions for held-out customers.")
    family("candidates_suppressed_total", "counter", by("reason", stats.suppressed), "Candidates that lost.")
    fallbacks = [
        ({"policy": policy, "reason": reason}, count)
        for policy, counts in stats.fallbacks.items()
        for reason, count in sorted(counts.items())
    ]
    family("fallbacks_total", "counter", fallbacks, "Policies that could not decide, and placements out of time.")
    family("journey_runs_ended_total", "counter", by("reason", stats.ended), "Journey runs that ended.")
    deliveries = [
        ({"channel": channel, "status": status}, count)
        for channel, counts in stats.deliveries.items()
        for status, count in sorted(counts.items())
    ]
    family("deliveries_total", "counter", deliveries, "What channels said about deliveries.")
    _render_coordination(stats, family)
    family("customers", "gauge", [({}, stats.customers)], "Customers known.")
    family("queue_depth", "gauge", [({}, stats.queue_depth)], "Events that wait for a commit.")
    family("delivery_backlog", "gauge", by("channel", stats.backlog), "Commands that wait for a worker.")
    resting = [({"channel": channel}, int(channel in stats.resting)) for channel in sorted(stats.backlog)]
    family("channel_resting", "gauge", resting, "1 while a channel is not called because its calls failed.")
    family("log_last_seq", "gauge", [({}, stats.last_seq)], "The log's last entry.")
    family("watermark_lag", "gauge", [({}, stats.watermark_lag)], "Entries that a restart would replay.")
    lines += _histogram("segue_commit_seconds", "Seconds of a group commit.", stats)
    return "\n".join(lines) + "\n"


def _render_coordination(stats: Stats, family: Family) -> None:
    """Tell of journeys and arbitration: labels are names of the workspace's files, which are few."""
    steps = [({"journey": s.journey, "version": str(s.version), "step": s.step}, s) for s in stats.steps]
    moves = [
        ({**labels, "way": way}, count)
        for labels, step in steps
        for way, count in (("inflow", step.inflow), ("passed", step.passed), ("exited", step.exited))
    ]
    family("journey_step_runs_total", "counter", moves, "Runs that came to a step, passed it, left it early.")
    family("journey_step_waiting", "gauge", [(labels, step.waiting) for labels, step in steps], "Runs at a step now.")
    fared = [
        ({"action": action, "result": result}, count)
        for action, each in stats.contests.items()
        for result, count in (
            ("won", each.won),
            ("lost", each.lost),
            ("silenced", each.silenced),
            ("waited", each.waited),
        )
    ]
    family("action_contests_total", "counter", fared, "How actions fared in decisions.")
    rivals = [({"action": action}, each.optionality) for action, each in stats.contests.items()]
    family("action_rivals", "gauge", rivals, "Eligible rivals of an action, on average.")


def _histogram(name: str, text: str, stats: Stats) -> Iterable[str]:
    yield f"# HELP {name} {text}"
    yield f"# TYPE {name} histogram"
    yield from _buckets(name, {}, LATENCY_BOUNDS, stats.commit_buckets, stats.commit_seconds)


def _buckets(
    name: str, labels: Mapping[str, str], bounds: Sequence[float], counts: Sequence[int], seconds: float
) -> Iterable[str]:
    total = 0
    for bound, count in zip((*map(str, bounds), "+Inf"), counts, strict=True):
        total += count
        yield f"{name}_bucket{_labels({**labels, 'le': bound})} {total}"
    yield f"{name}_sum{_labels(labels)} {seconds:.6f}"
    yield f"{name}_count{_labels(labels)} {total}"


def _labels(labels: Mapping[str, str]) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items()) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
