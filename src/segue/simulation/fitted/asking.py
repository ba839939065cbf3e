"""Asking: what would a changed workspace do, in markets that could have made the log of the one that runs?"""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from segue.core.world import World
from segue.model.errors import SegueError
from segue.model.time import Instant
from segue.model.workspace import Workspace
from segue.ports.store import Store
from segue.runtimes.versions import build_composed, with_retired
from segue.simulation.account import Accounts
from segue.simulation.figures import FIGURES, Figure, Told, compare, ratio, totals
from segue.simulation.fitted.fitting import draw_markets
from segue.simulation.fitted.history import History, last_event, read_history
from segue.simulation.fitted.market import choose
from segue.simulation.fitted.model import Evidence, ending_of, gather_evidence, successes_of
from segue.simulation.fitted.pooling import pooled
from segue.simulation.fitted.running import Progress, Stage, ageless, run_in
from segue.simulation.fitted.starting import Start, start_now
from segue.simulation.fitted.support import Gap, Way, chance_note, gaps_of, tired_limit
from segue.simulation.fitted.unseen import gaps_where_nobody_was, gaps_without_effect
from segue.simulation.fitted.validating import Validation, validate
from segue.workspace.differences import Difference, differences

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

NOW, CHANGED = "now", "changed"
_PLAIN = ("messages",)
"""Figures that rest on what the engine does more than on what contacts lead to."""


class Question(Struct, frozen=True, kw_only=True):
    """What is asked, and how exactly.

    Attributes:
        customers: how many residents; None for all of the log's own.
        markets: how many that could have made the log.
        validates: whether the fit is judged as well, on the last third of the log.
    """

    changed: Workspace
    customers: int | None = None
    weeks: int = 4
    markets: int = 8
    seed: int = 1
    validates: bool = True


class WhatIf(Struct, frozen=True, kw_only=True):
    """The answer.

    Attributes:
        told: every figure as it is now and with the change; ``ahead`` is the difference. Figures whose difference
            rests on what the log says nothing about have none.
        withheld: their names.
        gaps: what the log says nothing about.
        validation: None where the log is too short for one.
    """

    differences: tuple[Difference, ...]
    figures: tuple[Figure, ...]
    told: tuple[Told, ...]
    withheld: tuple[str, ...]
    gaps: tuple[Gap, ...]
    notes: tuple[str, ...]
    validation: Validation | None
    begin: Instant
    customers: int
    weeks: int
    markets: int

    def of(self, arm: str, figure: str) -> Told | None:
        """Return one figure of one arm; None where it is not told."""
        return next((each for each in self.told if (each.arm, each.figure) == (arm, figure)), None)


def ask(
    question: Question,
    running: Workspace,
    duck: "DuckDBPyConnection",
    store: Store,
    progress: Progress | None = None,
) -> WhatIf:
    """Return what ``question``'s change would do.

    Args:
        running: the workspace as it was published last.
        duck: a connection with the log's views (`history.TABLES`).
        progress: told how many more runs are done.

    Raises:
        SegueError: nothing has happened yet, or the changed workspace contradicts itself or the people inside it.
    """
    until = last_event(duck)
    history = read_history(duck, until)
    if not len(history.contacts.at):
        raise SegueError("The log holds no contact yet, so nothing is known of what contacts do.", "Run first.")
    start = start_now(store, running)
    changed = structs.replace(question.changed, models=question.changed.models or running.models)
    worlds = {NOW: build_composed(ageless(running)), CHANGED: _published(changed, running, start)}
    known = {name: each.profile.traits for name, each in start.customers.items()}
    evidence = gather_evidence(history, known, running, changed.actions)
    stage = _stage(question, running, start, evidence)
    runs = _run(question, worlds, stage, progress)
    gaps = _gaps(evidence, running, changed, runs)
    figures = _figures(evidence, running, changed, runs.accounts[NOW] + runs.accounts[CHANGED])
    is_open = any(gap.is_decisive for gap in gaps)
    withheld = tuple(each.name for each in figures if is_open and not _is_plain(each))
    validation = None
    if question.validates:
        validation = validate(duck, store, until, markets=question.markets, seed=question.seed, progress=progress)
    return WhatIf(
        differences=differences(running, changed),
        figures=figures,
        told=tuple(_tell(figures, runs.accounts, question, running, withheld)),
        withheld=withheld,
        gaps=gaps,
        notes=tuple(_notes(history, runs, evidence, worlds, validation)),
        validation=validation,
        begin=stage.begin,
        customers=len(stage.chosen),
        weeks=question.weeks,
        markets=question.markets,
    )


class Runs(Struct, frozen=True, eq=False):
    """What came of both arms in every market.

    Attributes:
        arrivals: how often each action came by each channel, by arm, in all markets together.
        tired: contacts with the change that came to customers more tired than in the log, and all.
        others: memberships and content that reached residents of either arm, by kind.
    """

    accounts: dict[str, list[Accounts]]
    arrivals: dict[str, Counter[Way]]
    tired: tuple[int, int]
    others: Counter[str]


def _gaps(evidence: Evidence, running: Workspace, changed: Workspace, runs: Runs) -> tuple[Gap, ...]:
    """Return what of the change rests on nothing in the log."""
    before, after = runs.arrivals[NOW], runs.arrivals[CHANGED]
    return (
        *gaps_of(evidence, changed, before, after, runs.tired),
        *gaps_where_nobody_was(evidence.history, running, changed),
        *gaps_without_effect(running, changed, moves_contacts=before != after),
    )


def _published(changed: Workspace, running: Workspace, start: Start) -> World:
    """Return the World of the changed workspace as it would be published: with the people of now inside."""
    return build_composed(with_retired(ageless(changed), running, start.presence))


def _stage(question: Question, running: Workspace, start: Start, evidence: Evidence) -> Stage:
    place = {name: number for number, name in enumerate(evidence.history.customers)}
    known = [(place[name], each) for name, each in start.customers.items() if name in place]
    values = {
        each.event: each.of for each in running.learning.objectives.values() if each.of and each.event in running.events
    }
    return Stage(
        evidence=evidence,
        chosen=choose(known, question.customers, question.seed),
        begin=Instant(max(start.at, evidence.history.until)),
        weeks=question.weeks,
        seed=f"what if/{question.seed}",
        shared=start.shared,
        ending=ending_of(running),
        values=values,
        learned=start.learned,
    )


def _run(question: Question, worlds: dict[str, World], stage: Stage, progress: Progress | None) -> Runs:
    accounts: dict[str, list[Accounts]] = {arm: [] for arm in worlds}
    arrivals: dict[str, Counter[Way]] = {arm: Counter() for arm in worlds}
    limit, beyond, others = tired_limit(stage.evidence), 0, Counter[str]()
    for number, market in enumerate(draw_markets(stage.evidence, question.markets, question.seed)):
        for arm, world in worlds.items():
            found, seen = run_in(market, number, world, stage)
            accounts[arm].append(found)
            arrivals[arm] += seen.ways
            others += seen.others
            beyond += sum(each > limit for each in seen.tired) if arm == CHANGED else 0
            if progress is not None:
                progress(1)
    return Runs(accounts, arrivals, (beyond, arrivals[CHANGED].total()), others)


def _figures(
    evidence: Evidence, running: Workspace, changed: Workspace, accounts: Sequence[Accounts]
) -> tuple[Figure, ...]:
    """Return what is looked at: the usual figures, contacts by channel, each event; those of which there is any."""
    conversions, ending = successes_of(running), ending_of(running)
    channels = sorted({each.name for each in (*running.channels, *changed.channels)})
    figures = [each for each in FIGURES if each.name != "churn" or ending]
    figures += [
        Figure(name=f"contact/{each}", what=f"{each}: contacts per customer", over=f"contact/{each}", per="residents")
        for each in channels
    ]
    figures += [
        Figure(name=f"event/{each}", what=f"{each} per customer", over=f"event/{each}", per="residents")
        for each in evidence.history.kinds
    ]
    return tuple(
        figure
        for figure in figures
        if any(totals(each, figure, weeks=1, conversions=conversions)[0].any() for each in accounts)
    )


def _tell(
    figures: Sequence[Figure],
    accounts: dict[str, list[Accounts]],
    question: Question,
    running: Workspace,
    withheld: Sequence[str],
) -> list[Told]:
    told: list[Told] = []
    conversions = successes_of(running)
    for figure in figures:
        pairs = {
            arm: [totals(each, figure, weeks=question.weeks, conversions=conversions) for each in of]
            for arm, of in accounts.items()
        }
        told.append(Told(arm=NOW, figure=figure.name, estimate=pooled([ratio(*pair) for pair in pairs[NOW]])))
        if figure.name in withheld:
            continue
        compared = [compare(ours, theirs) for ours, theirs in zip(pairs[CHANGED], pairs[NOW], strict=True)]
        shares = [relative for _, relative in compared if relative is not None]
        told.append(
            Told(
                arm=CHANGED,
                figure=figure.name,
                estimate=pooled([ratio(*pair) for pair in pairs[CHANGED]]),
                ahead=pooled([ahead for ahead, _ in compared]),
                relative=pooled(shares) if len(shares) == len(compared) else None,
            )
        )
    return told


def _is_plain(figure: Figure) -> bool:
    return figure.name in _PLAIN or figure.name.startswith("contact/")


def _notes(
    history: History, runs: Runs, evidence: Evidence, worlds: dict[str, World], validation: Validation | None
) -> list[str]:
    notes = [chance_note(history)] if chance_note(history) else []
    if not evidence.answers:
        notes.append("No event that the workspace is after has happened yet: contacts are taken to lead to nothing.")
    if runs.others["joined"] or runs.others["shown"]:
        notes.append(
            "Advertising and content on pages have no effect in the simulation: the fit is of messages and tasks."
        )
    if any(world.workspace.models for world in worlds.values()):
        notes.append("Trained models do not age in the simulation: in production they are trained anew.")
    if validation is None:
        notes.append("The log is too short to tell how good the fit is: it takes three weeks.")
    return notes
