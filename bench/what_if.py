"""Do fitted markets say what is true? Towns whose true chances are known live with the learning shop as it is, and with
one contact a week instead of three. From the first log alone: are weeks that the fit has not seen within its 90 %
intervals, and is what the change truly does within the 95 % interval of what `segue what-if` says?

    python -m bench.what_if [--towns 6] [--quick]

Orders are held against those expected of the contacts that were really made, per contact from the town's own response,
so that the truth holds hardly any chance. Counts of a town hang together, so coverage over few towns is rough.
"""

import argparse
import asyncio
from contextlib import closing
from functools import partial
from pathlib import Path
from shutil import copytree, ignore_patterns
from tempfile import TemporaryDirectory
from time import process_time

from bench.report import report
from examples.learning_shop import market
from segue.core.chance import draw
from segue.measurement.segments import read_log
from segue.model.time import DAY, WEEK
from segue.runtimes.publishing import published
from segue.simulation.figures import Estimate
from segue.simulation.fitted.asking import CHANGED, Question, WhatIf, ask
from segue.simulation.fitted.history import TABLES, History, last_event, read_history, sampled
from segue.stores.sqlite import SqliteStore
from segue.workspace import load
from segue.workspace.layout import STATE_FOLDER

EXAMPLE = Path(market.__file__).parent
CUSTOMERS, DAYS, WEEKS, MARKETS = 150, 35, 2, 8
SETTLED = 7 * DAY
"""Until it makes no difference any more that all customers were new."""


def make_shop(folder: Path, limit: int) -> Path:
    """Return the learning shop in ``folder``, deciding at random, with ``limit`` contacts a week."""
    copytree(EXAMPLE, folder, ignore=ignore_patterns(STATE_FOLDER, "__pycache__"))
    for name, before, after in (
        ("segue.yaml", "name: bandit", "name: random"),
        ("contact_rules.yaml", "limit: 3", f"limit: {limit}"),
    ):
        file = folder / name
        file.write_text(file.read_text().replace(before, after))
    return folder


def truth(history: History) -> tuple[float, float]:
    """Return contacts, and the orders expected of them, per customer and week once the town has settled."""
    residents, number = market.people(CUSTOMERS), {}
    for place, customer in enumerate(history.events.customer.tolist()):
        traits = sampled(history.events.bodies, place)[0][1]
        if "email" in traits:
            number[customer] = int(str(traits["email"]).partition("@")[0].removeprefix("p"))
    contacts, received = history.contacts, dict[int, list[int]]()
    count, orders = 0, 0.0
    for row, (customer, at) in enumerate(zip(contacts.customer.tolist(), contacts.at.tolist(), strict=True)):
        earlier = received.setdefault(customer, [])
        recent = sum(at - each < 3 * DAY for each in earlier)
        earlier.append(at)
        if at >= market.BEGIN + SETTLED:
            action, channel = history.actions[contacts.action[row]], history.channels[contacts.channel[row]]
            count += 1
            orders += market.response(residents[number[customer]], action, channel, recent)
    customer_weeks = CUSTOMERS * (history.until - market.BEGIN - SETTLED) / WEEK
    return count / customer_weeks, orders / customer_weeks


def run_town(folder: Path, markets: int) -> tuple[WhatIf, tuple[float, float], float]:
    """Return what was said of the change, what it truly does a customer and week, and the seconds that asking took."""
    now, then = make_shop(folder / "now", 3), make_shop(folder / "then", 1)
    for shop in (now, then):
        asyncio.run(market.live(shop, market.people(CUSTOMERS), DAYS))
    found: list[tuple[float, float]] = []
    for shop in (now, then):
        with (
            closing(SqliteStore(shop / STATE_FOLDER, is_reader=True)) as store,
            closing(read_log(store, shop / STATE_FOLDER / "segments", TABLES)) as duck,
        ):
            found.append(truth(read_history(duck, last_event(duck))))
            if shop is now:
                running, begin = published(store), process_time()
                assert running is not None
                question = Question(changed=load(then).workspace, weeks=WEEKS, markets=markets)
                said = ask(question, running, duck, store)
                seconds = process_time() - begin
    return said, (found[1][0] - found[0][0], found[1][1] - found[0][1]), seconds


def main() -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(description="Do fitted markets say what is true?")
    parser.add_argument("--towns", type=int, default=6)
    parser.add_argument("--quick", action="store_true", help="one town, two markets")
    arguments = parser.parse_args()
    towns, markets = (1, 2) if arguments.quick else (arguments.towns, MARKETS)
    rows: list[tuple[object, ...]] = []
    inside = counted = 0
    covered = {"messages": 0, "event/ordered": 0}
    took = 0.0
    for town in range(towns):
        market.draw = partial(draw, f"town {town}")  # type: ignore[attr-defined]
        with TemporaryDirectory() as scratch:
            said, (contacts, orders), seconds = run_town(Path(scratch), markets)
        assert said.validation is not None
        took += seconds
        right = sum(each.is_inside for each in said.validation.totals)
        inside, counted = inside + right, counted + len(said.validation.totals)
        for name, true in (("messages", contacts), ("event/ordered", WEEKS * orders)):
            estimate = _ahead(said, name)
            covered[name] += estimate.low < true < estimate.high
            ends = f"{estimate.low:+.3f} to {estimate.high:+.3f}"
            checked = f"{right} of {len(said.validation.totals)}" if name == "messages" else ""
            rows.append((f"{town}", name, f"{true:+.3f}", f"{estimate.value:+.3f}", ends, checked))
    figures = {
        "towns": float(towns),
        "validation_covered": inside / counted,
        "validation_covered_goal": 0.9,
        "messages_covered": covered["messages"] / towns,
        "orders_covered": covered["event/ordered"] / towns,
        "covered_goal": 0.95,
        "seconds_a_question": took / towns,
    }
    name = "what_if_quick" if arguments.quick else "what_if"
    report(name, ("town", "difference of", "true", "said", "95 % interval", "later weeks inside 90 %"), rows, figures)


def _ahead(said: WhatIf, figure: str) -> Estimate:
    told = said.of(CHANGED, figure)
    assert told is not None
    assert told.ahead is not None
    return told.ahead


if __name__ == "__main__":
    main()
