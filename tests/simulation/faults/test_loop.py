import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from segue.simulation.faults.agenda import Agenda
from segue.simulation.faults.loop import Crash, SimulatedLoop, StandsStillError


class Outside(Agenda):
    """Threads that take as long as the test says."""

    def __init__(self, *delays: int) -> None:
        super().__init__()
        self._delays = list(delays)

    def thread_delay(self) -> int:
        return self._delays.pop(0)


def run(main: Coroutine[Any, Any, Any], outside: Outside) -> Any:
    loop = SimulatedLoop(outside)
    try:
        return loop.run_until_complete(main)
    finally:
        loop.bury()


def test_time_passes_only_when_nothing_else_is_left_to_do() -> None:
    async def main() -> float:
        await asyncio.sleep(3600)
        return asyncio.get_running_loop().time()

    outside = Outside()
    assert run(main(), outside) == pytest.approx(3600)
    assert outside.elapsed == 3_600_000_000


def test_what_happens_outside_comes_before_a_later_timer() -> None:
    seen: list[object] = []
    outside = Outside()
    outside.put(5, lambda: seen.append(outside.elapsed))

    async def main() -> None:
        await asyncio.sleep(1)
        seen.append("timer")

    run(main(), outside)
    assert seen == [5, "timer"]


def test_threads_take_their_time_and_one_executor_keeps_its_order() -> None:
    outside, done = Outside(30, 10, 20), list[str]()

    async def main() -> None:
        loop, one = asyncio.get_running_loop(), object()
        calls = [loop.run_in_executor(one, done.append, name) for name in "ab"]  # type: ignore[arg-type]
        await asyncio.gather(*calls, asyncio.to_thread(done.append, "c"))

    run(main(), outside)
    assert done == ["c", "a", "b"]
    assert outside.elapsed in (40, 41), "a loop counts in fractions of a second"


def test_an_error_in_a_thread_arrives_where_it_is_awaited() -> None:
    def fail() -> None:
        raise ValueError("it broke")

    async def main() -> None:
        with pytest.raises(ValueError, match="it broke"):
            await asyncio.to_thread(fail)

    run(main(), Outside(1))


def test_a_crash_goes_through_everything_and_cleans_nothing_up() -> None:
    after: list[str] = []

    async def worker() -> None:
        try:
            raise Crash
        except Exception:
            after.append("caught")

    async def main() -> None:
        task = asyncio.create_task(worker())
        await asyncio.sleep(1)
        after.append("went on")
        await task

    with pytest.raises(Crash):
        run(main(), Outside())
    assert after == []


def test_a_program_that_stands_still_is_told_so() -> None:
    async def wait() -> None:
        await asyncio.Event().wait()

    async def circle() -> None:
        await asyncio.sleep(0)
        await asyncio.create_task(circle())

    with pytest.raises(StandsStillError, match="nothing is coming"):
        run(wait(), Outside())
    with pytest.raises(StandsStillError, match="without end"):
        run(circle(), Outside())
