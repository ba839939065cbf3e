"""What each channel and each journey adds, by its holdout; and what paths say of channels, calibrated to that."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

from msgspec.structs import replace

from segue.measurement.attribution import (
    LOGGED_CONTACTS,
    attribute,
    calibrated,
    collect_paths,
    contact_links,
    contributions,
    decided_in_journeys,
    decided_on_channels,
    increment_of,
    logged_conversions,
)
from segue.measurement.attribution.results import CalibratedAttribution, Contribution, PathAttribution
from segue.measurement.drawing import Dot, Ribbon, dot_plot, sankey
from segue.measurement.reports.holdouts import holdouts_note
from segue.measurement.reports.period import Period
from segue.measurement.reports.sections import Section, Table, amount, between, percent
from segue.model.errors import SegueError

Source: TypeAlias = Callable[[Mapping[str, Sequence[str]], str, datetime, datetime], str]
"""`decided_on_channels` or `decided_in_journeys`."""

SHOWN_MODELS = ("first", "last", "linear", "markov")
LOOKBACK_DAYS = 30.0


def contributions_section(period: Period) -> Section | None:
    """Return what channels and journeys with a holdout add; None where none has one."""
    workspace = period.workspace
    parts: list[tuple[str, Source]] = [(each.name, decided_on_channels) for each in workspace.channels]
    parts += [(each.journey, decided_in_journeys) for each in workspace.journeys]
    named = [(name, _holdouts_of(period, name, source), source) for name, source in parts]
    named = [each for each in named if each[1]]
    if not named or not period.objectives:
        return None
    found: list[Contribution] = []
    notes: list[str] = []
    for objective in period.objectives:
        for name, holdouts, source in named:
            query = source({name: holdouts}, objective, period.begin, period.end)
            try:
                measured = contributions(period.duck, query, outcome="value")
            except SegueError as error:
                notes.append(f"{name}, {objective}: {error.reason}")
                continue
            found += [replace(each, outcome=objective) for each in measured if each.channel]
    return Section(
        name="contributions",
        title="What each channel and journey adds",
        lead=_lead(found),
        is_causal=True,
        tables=(_table(found),) if found else (),
        notes=(
            "A customer counts once for each: from the first decision on it, with all that followed. Beside them are "
            "those whom a holdout left out of it by lot (ghosts): the same decision, not carried out.",
            *filter(None, [holdouts_note(period.splits)]),
            *dict.fromkeys(notes),
        ),
        data=tuple(found),
        drawings=tuple(_drawings(found)),
    )


def _holdouts_of(period: Period, name: str, source: Source) -> list[str]:
    holdouts = period.workspace.holdouts.items()
    if source is decided_on_channels:
        return [holdout for holdout, each in holdouts if name in each.channels]
    return [holdout for holdout, each in holdouts if name in each.journeys]


def paths_section(period: Period) -> Section | None:
    """Return what path models say of the first objective, and the calibrated view where channels have holdouts."""
    objective = next(iter(period.objectives), None)
    if objective is None or not period.one(f"SELECT count(*) FROM {LOGGED_CONTACTS}")[0]:
        return None
    conversions = logged_conversions(objective)
    if not period.one(f"SELECT count(*) FROM {conversions}")[0]:
        return None
    paths = collect_paths(period.duck, LOGGED_CONTACTS, conversions, lookback_days=LOOKBACK_DAYS)
    models = [attribute(paths, name) for name in SHOWN_MODELS]
    against = _calibrated(period, models[-1], objective)
    links = contact_links(paths)
    ribbons = [Ribbon(step=each.step, source=each.source, target=each.target, amount=each.cases) for each in links]
    return Section(
        name="paths_to_conversion",
        title="Contacts before conversions",
        lead=f"Who was there before {objective}, by four models. They describe; none of them says what was caused.",
        tables=(_credits(models, against),),
        notes=(
            f"Contacts in the {LOOKBACK_DAYS:g} days before. Where likely buyers are contacted most, these models "
            "credit contacts with what would have happened anyway: decide on money by the calibrated column only.",
        ),
        data={"models": models, "calibrated": against},
        drawings=(sankey(ribbons, title=f"Contacts on the way to {objective}"),) if ribbons else (),
    )


def _calibrated(period: Period, model: PathAttribution, objective: str) -> CalibratedAttribution | None:
    holdouts = period.workspace.holdouts
    credited = {each.channel for each in model.credits if each.conversions > 0}
    measured = {}
    for channel in sorted(credited):
        names = [name for name, each in holdouts.items() if channel in each.channels]
        if not names:
            continue
        source = decided_on_channels({channel: names}, objective, period.begin, period.end)
        try:
            found = next(each for each in contributions(period.duck, source) if each.channel == channel)
        except SegueError:
            continue
        measured[channel] = increment_of(found.incremental)
    if not measured:
        return None
    against = calibrated(model, measured)
    return replace(against, credits=tuple(each for each in against.credits if each.channel not in period.doubted))


def _lead(found: list[Contribution]) -> str:
    clear = [each for each in found if each.incremental.low > 0.0 or each.incremental.high < 0.0]
    if not clear:
        return "Nothing can be told apart from chance yet."
    return " ".join(
        f"{each.channel} {'added' if each.incremental.estimate > 0 else 'took'} "
        f"{amount(abs(each.incremental.estimate), 0)} of {each.outcome} "
        f"({between(each.incremental.low, each.incremental.high, 0)})."
        for each in clear
    )


def _table(found: list[Contribution]) -> Table:
    return Table(
        head=("channel or journey", "objective", "contacted", "left out", "mean", "left out's", "added in all", "95 %"),
        rows=tuple(
            (
                each.channel,
                each.outcome,
                f"{each.contacts:,}",
                f"{each.ghosts:,}",
                amount(each.mean),
                amount(each.ghost_mean),
                amount(each.incremental.estimate, 1),
                between(each.incremental.low, each.incremental.high, 1),
            )
            for each in found
        ),
        right=(2, 3, 4, 5, 6, 7),
    )


def _credits(models: list[PathAttribution], against: CalibratedAttribution | None) -> Table:
    channels = [each.channel for each in models[-1].credits]
    shares = [{credit.channel: credit.share for credit in model.credits} for model in models]
    caused = {} if against is None else {each.channel: each.incremental for each in against.credits}
    rows = [
        (
            channel,
            *(percent(each.get(channel)) for each in shares),
            amount(caused[channel].estimate, 1) if channel in caused else "",
            between(caused[channel].low, caused[channel].high, 1) if channel in caused else "",
        )
        for channel in channels
    ]
    return Table(
        head=("channel", *(model.model for model in models), "calibrated: caused", "95 %"),
        rows=tuple(rows),
        right=tuple(range(1, len(models) + 3)),
        caption="Share of credited conversions",
    )


def _drawings(found: list[Contribution]) -> list[str]:
    first = found[0].outcome if found else ""
    dots = [
        Dot(
            label=each.channel,
            value=each.incremental.estimate,
            low=each.incremental.low,
            high=each.incremental.high,
            series=place % 7 + 1,
        )
        for place, each in enumerate(each for each in found if each.outcome == first)
    ]
    return [dot_plot(dots, title=f"What each channel added: {first}", is_difference=True)] if dots else []
