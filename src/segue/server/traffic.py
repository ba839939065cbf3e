"""Traffic: how many are at which step of which journey, what came there since the start, and how it left."""

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from segue.model.journeys import Journey
from segue.runtimes.embedded import Embedded
from segue.runtimes.traffic import StepTraffic
from segue.server.access import Access


class StepCount(Struct, frozen=True, kw_only=True):
    """A step, counted since the start of the process: ``inflow = waiting + passed + exited``, at every instant."""

    step: str
    inflow: int = 0
    waiting: int = 0
    passed: int = 0
    exited: int = 0


class JourneyTraffic(Struct, frozen=True, kw_only=True):
    """A version of a journey.

    Attributes:
        is_current: new people enter this one; otherwise it is an earlier one.
        pending: entries that wait (debounce, rate, pause).
        steps: in the order of the file.
    """

    journey: str
    version: int
    status: str
    is_current: bool
    pending: int
    steps: tuple[StepCount, ...]


class JourneysTraffic(Struct, frozen=True, kw_only=True):
    """All journeys; after them the earlier versions that people are still in."""

    journeys: tuple[JourneyTraffic, ...]


class TrafficView:
    """Tells where people are."""

    def __init__(self, runtime: Embedded, access: Access) -> None:
        self._runtime = runtime
        self._access = access

    async def show(self, request: Request) -> Response:
        """``GET /v1/journeys``."""
        self._access.require(request, "read")
        workspace = self._runtime.world.workspace
        counted = {(each.journey, each.version, each.step): each for each in self._runtime.stats().steps}
        journeys = [self._describe(journey, counted, is_current=True) for journey in workspace.journeys]
        earlier = [self._describe(journey, counted, is_current=False) for journey in workspace.retired]
        journeys += [each for each in earlier if any(step.waiting for step in each.steps)]
        answer = JourneysTraffic(journeys=tuple(journeys))
        return Response(msgspec.json.encode(answer), media_type="application/json")

    def _describe(
        self, journey: Journey, counted: dict[tuple[str, int, str], StepTraffic], *, is_current: bool
    ) -> JourneyTraffic:
        found = [(step.id, counted.get((journey.journey, journey.version, step.id))) for step in journey.steps]
        return JourneyTraffic(
            journey=journey.journey,
            version=journey.version,
            status=journey.status,
            is_current=is_current,
            pending=self._runtime.presence().pending[journey.journey] if is_current else 0,
            steps=tuple(_count(step, seen) for step, seen in found),
        )


def _count(step: str, seen: StepTraffic | None) -> StepCount:
    if seen is None:
        return StepCount(step=step)
    return StepCount(step=step, inflow=seen.inflow, waiting=seen.waiting, passed=seen.passed, exited=seen.exited)
