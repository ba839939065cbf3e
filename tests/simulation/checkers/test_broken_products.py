"""Every checker catches a product that is broken in its way, in one of the first few seeds."""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
from msgspec.structs import replace

from segue.core import agenda, decision_point, engine
from segue.core.arbitration import gate
from segue.core.decisioning import choose
from segue.core.delivery import outbox
from segue.core.promises import Promises
from segue.model.events import Tick
from segue.model.time import Instant
from segue.runtimes.embedded import Embedded, dispatcher
from segue.runtimes.embedded.window import Window
from segue.runtimes.population import Population
from segue.simulation.checkers.every import CHECKERS, check_every
from segue.simulation.faults.driver import simulate
from segue.simulation.faults.schedule import Faults
from segue.stores.memory import Medium, MemoryStore

SEEDS = 12
Break = Callable[[pytest.MonkeyPatch], None]


def lets_through(rule: str) -> Break:
    """The gate has forgotten a rule."""
    return lambda patch: patch.setattr(gate, rule, lambda *_, **__: None)


def tells_no_message_that_its_run_has_ended(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(outbox._Interruptions, "of", lambda *_: "")
    patch.setattr(gate, "check_alive", lambda *_, **__: None)


def holds_nobody_out(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(decision_point, "_kept_by", lambda *_, **__: None)


def decides_twice(patch: pytest.MonkeyPatch) -> None:
    make = Promises.make

    def make_twice(self: Promises, decided: Any) -> None:
        make(self, decided)
        self._decisions.append(self._decisions[-1])

    patch.setattr(Promises, "make", make_twice)


def forgets_reasons(patch: pytest.MonkeyPatch) -> None:
    decide = agenda.decide

    def decide_without(*arguments: Any) -> Any:
        decided = decide(*arguments)
        rows = tuple(replace(row, suppressed=None) for row in decided.decision.considered)
        return replace(decided, decision=replace(decided.decision, considered=rows))

    patch.setattr(agenda, "decide", decide_without)


def throws_real_dice(patch: pytest.MonkeyPatch) -> None:
    numbers = count()
    patch.setattr(choose, "draw", lambda *_: next(numbers) * 0.618 % 1.0)


def writes_into_the_customer_before(patch: pytest.MonkeyPatch) -> None:
    detect = engine.detect

    def detect_and_scribble(watches: Any, before: Any, *more: Any, **named: Any) -> Any:
        if before.traits:  # the empty ones are everybody's
            before.traits["seen"] = len(before.traits)
        return detect(watches, before, *more, **named)

    patch.setattr(engine, "detect", detect_and_scribble)


def sends_again_whatever_may_have_arrived(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(dispatcher, "may_repeat", lambda *_: True)


def announces_no_attempt(patch: pytest.MonkeyPatch) -> None:
    async def mark(self: Embedded, changes: Any) -> None:
        return None

    patch.setattr(Embedded, "mark", mark)


def gives_up_memberships(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(dispatcher, "sort_out", lambda some, outcomes: (list(zip(some, outcomes, strict=True)), []))


def loses_alarms(patch: pytest.MonkeyPatch) -> None:
    due = Population.due

    def due_for_some(self: Population, now: Instant, limit: int) -> Iterator[Tick]:
        return (tick for tick in due(self, now, limit) if tick.customer_id[0] > "7")

    patch.setattr(Population, "due", due_for_some)


def takes_facts_twice(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Window, "__contains__", lambda self, event_id: False)


def opens_a_store_that_is_in_use(patch: pytest.MonkeyPatch) -> None:
    open_store = MemoryStore.__init__

    def open_anyway(self: MemoryStore, medium: Medium | None = None) -> None:
        if medium is not None:
            medium.is_open = False
        open_store(self, medium)

    patch.setattr(MemoryStore, "__init__", open_anyway)


def forgets_that_an_attempt_may_have_arrived(patch: pytest.MonkeyPatch) -> None:
    absorb = engine.absorb
    patch.setattr(engine, "absorb", lambda box, told, *more: absorb(box, replace(told, may_have_arrived=False), *more))


BROKEN: tuple[tuple[str, Break], ...] = (
    ("consent", lets_through("check_consent")),
    ("quiet_hours", lets_through("check_quiet_hours")),
    ("caps", lets_through("check_caps")),
    ("themes", lets_through("check_theme")),
    ("capacity", lets_through("check_capacity")),
    ("exits", tells_no_message_that_its_run_has_ended),
    ("holdout", holds_nobody_out),
    ("winners", decides_twice),
    ("reasons", forgets_reasons),
    ("replay", throws_real_dice),
    ("parts", writes_into_the_customer_before),
    ("once", sends_again_whatever_may_have_arrived),
    ("attempts", announces_no_attempt),
    ("memberships", gives_up_memberships),
    ("timers", loses_alarms),
    ("accepted", takes_facts_twice),
    ("fencing", opens_a_store_that_is_in_use),
)


def test_every_checker_has_a_product_to_catch() -> None:
    assert {checker for checker, _ in BROKEN} == set(CHECKERS)


@pytest.mark.parametrize(("checker", "broken"), BROKEN, ids=[checker for checker, _ in BROKEN])
def test_a_broken_product_is_caught_within_a_few_seeds(
    checker: str, broken: Break, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken(monkeypatch)
    assert any(checker in _found(seed) for seed in range(SEEDS))


def test_an_attempt_whose_mark_is_lost_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    forgets_that_an_attempt_may_have_arrived(monkeypatch)
    faults = Faults(timeout_accepted=0.5, timeout_retryable=1.0, receipt_lost=1.0, retryable=0.7)
    assert any("attempts" in _found(seed, faults) for seed in range(SEEDS))


def _found(seed: int, faults: Faults | None = None) -> list[str]:
    """Return which checkers find something; a broken product may also break down, which shows nothing here."""
    try:
        return [each.checker for each in check_every(simulate(seed, faults=faults))]
    except Exception:
        return []
