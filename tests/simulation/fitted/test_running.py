"""Workspaces run in fitted markets from where the customers are."""

from segue.core.world import build_world
from segue.model.time import WEEK, Instant, parse_duration
from segue.simulation.fitted.fitting import fit_market
from segue.simulation.fitted.history import last_event, read_history
from segue.simulation.fitted.model import answers_of, gather_evidence, successes_of
from segue.simulation.fitted.running import Stage, ageless, run_in
from segue.simulation.fitted.starting import start_at
from tests.cli.town import town
from tests.simulation.fitted import made_up
from tests.simulation.fitted.towns import opened


def test_life_goes_on_under_the_engine_from_where_the_log_left_it() -> None:
    with opened(town()) as (duck, store):
        cut = Instant(last_event(duck) - WEEK)
        start, history = start_at(store, cut), read_history(duck, cut)
    workspace = start.workspace
    assert workspace is not None
    known = {name: each.profile.traits for name, each in start.customers.items()}
    evidence = gather_evidence(history, known, workspace)
    chosen = [(place, start.customers[name]) for place, name in enumerate(history.customers[:50])]
    stage = Stage(evidence, chosen, cut, 1, "test", start.shared, values={"ordered": "margin"})

    accounts, seen = run_in(fit_market(evidence), 0, build_world(workspace), stage)
    again, _ = run_in(fit_market(evidence), 0, build_world(workspace), stage)

    assert successes_of(workspace) == ("ordered",)
    assert answers_of(history, workspace, "") == (history.kinds.index("ordered"),)
    assert accounts.total("contact").sum() == seen.ways.total() > 20
    # Caps of the weeks before still hold: three a week, of which the ledger has some already.
    assert accounts.total("contact").max() <= 4
    assert accounts.column("event/visited").sum() > 60
    assert all((again.columns[name] == column).all() for name, column in accounts.columns.items())


def test_models_do_not_grow_too_old_on_the_way() -> None:
    plain = made_up.workspace()

    assert parse_duration(ageless(plain).learning.max_age) > 500 * WEEK
    assert ageless(plain).learning.objectives == plain.learning.objectives
