"""segue sequences: which order, timing and combination of channels worked, for whom."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from segue.cli.clock import system_clock
from segue.cli.console import columns, plural, tell, tell_json
from segue.cli.logged import opened
from segue.cli.options import Flag, Folder, Json
from segue.core.decisioning.rewards import objectives_of
from segue.learning.frames import read_frame
from segue.learning.off_policy.asking import with_chance
from segue.learning.past_contacts import past_of, segments_of
from segue.learning.sequences import EFFECTIVE_SAMPLES, NOT_ENOUGH, Insight, find_sequences
from segue.model.errors import SegueError
from segue.model.time import parse_duration, parse_instant

_HEAD = ("kind", "after", "then", "decisions", "against", "effect", "95 % interval", "beyond", "p", "")


def sequences(
    folder: Folder = Path(),
    *,
    segment: Annotated[str, Parameter(help="A trait: its values are told apart.")] = "",
    objective: str = "",
    within: str = "14d",
    since: str | None = None,
    until: str | None = None,
    effective_samples: float = EFFECTIVE_SAMPLES,
    every: Flag = False,
    json: Json = False,
) -> None:
    """Say which order, timing and combination of channels worked, for whom, by decisions that chance made.

    After the same beginning, those for whom chance went on one way are compared with those for whom it went on another
    (doubly robust, from the logged probabilities). "beyond" is how much more a step does here than after all other
    beginnings. p-values are adjusted for how many sequences were looked at (Holm).

    Parameters
    ----------
    objective
        Count only the amounts of this objective, instead of all of them by value and weight, less cost.
    within
        A decision follows a contact so long after it at most.
    since, until
        Decisions of this period only (RFC 3339).
    effective_samples
        With fewer effective decisions on either side the answer is "not enough evidence".
    every
        Show those without enough evidence, too.
    """
    now = parse_instant(until) if until is not None else system_clock()
    with opened(folder) as logged:
        if segment and segment not in logged.workspace.traits:
            known = ", ".join(sorted(logged.workspace.traits)) or "none"
            raise SegueError(f"There is no trait {segment!r}.", f"The traits are {known}.")
        whole = read_frame(logged.duck, logged.running, now=now)
        frame = with_chance(whole)
        if since is not None:
            frame = frame.take(frame.at >= parse_instant(since))
        reward = frame.objective(objective) if objective else frame.reward(objectives_of(logged.workspace))
        past = past_of(logged.duck, frame, parse_duration(within))
        segments = segments_of(logged.duck, frame, segment) if segment else None
    found = find_sequences(frame, past, reward, segments, effective_samples=effective_samples)
    if json:
        tell_json({"decisions": len(frame), "objective": objective, "sequences": found})
        return
    for line in sequence_lines(found, len(frame), is_whole=every):
        tell(line)


def sequence_lines(found: list[Insight], decisions: int, *, is_whole: bool) -> list[str]:
    """Return the list as people read it, by segment; ``is_whole`` with those without enough evidence."""
    enough = [each for each in found if each.verdict != NOT_ENOUGH]
    lacking = len(found) - len(enough)
    lines = [f"{plural(decisions, 'decision')} that chance made, {plural(len(found), 'sequence')}", ""]
    shown = found if is_whole else enough
    for segment in dict.fromkeys(each.segment for each in shown):
        rows = [_HEAD, *(_row(each) for each in shown if each.segment == segment)]
        lines += [segment, *(f"  {line}" for line in columns(rows, right=(3, 4, 5, 6, 7, 8))), ""]
    if lacking:
        hint = "" if is_whole else "; --every shows them"
        lines.append(f"Not enough evidence for {plural(lacking, 'sequence')}{hint}.")
    return lines


def _row(each: Insight) -> tuple[str, ...]:
    effect, beyond = each.effect, each.beyond
    return (
        each.kind,
        each.before,
        each.then,
        f"{each.followed:,}",
        f"{each.others:,}",
        f"{effect.value:+,.4f}" if effect is not None else "",
        f"{effect.low:+,.4f} to {effect.high:+,.4f}" if effect is not None else "",
        f"{beyond.value:+,.4f}" if beyond is not None else "",
        f"{each.p_value:.3f}" if effect is not None else "",
        each.verdict,
    )
