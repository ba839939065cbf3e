"""segue score: what the current models say of each customer, written as facts that triggers and audiences see."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from segue.cli.calling import address_of, post
from segue.cli.clock import system_clock
from segue.cli.console import complain, tell, tell_json
from segue.cli.lessons import Lessons, lessons
from segue.cli.options import Flag, Json
from segue.learning.frames import read_happened
from segue.learning.jobs.scores import CHURN, LIFETIME, churn_scores, lifetime_scores
from segue.model.errors import SegueError
from segue.model.snapshots import PurchaseModel, ScoreModel
from segue.runtimes.rewinding import customers_at
from segue.runtimes.scoring import AT_ONCE, stated
from segue.server.site import running
from segue.workspace import LoadedWorkspace

KINDS = (CHURN, LIFETIME)


class _Reckoned:
    """What one model says: of which trait, and by the customer's id."""

    def __init__(self, kind: str, given: Lessons) -> None:
        snapshot, learning = given.workspace.models.get(kind), given.workspace.learning
        if snapshot is None:
            raise SegueError(f"No {kind} model decides yet.", f"`segue learn {kind}` trains one.")
        body, until = snapshot.body, given.until
        self.kind, self.version = kind, snapshot.version
        if isinstance(body, ScoreModel) and learning.churn is not None:
            known = customers_at(given.duck, given.workspace, until)
            happened = read_happened(given.duck, learning.churn.event, until=until)
            self.trait, self.scores = body.trait, churn_scores(body, known, happened, learning.churn)
        elif isinstance(body, PurchaseModel):
            orders = read_happened(given.duck, body.event, of=body.of, until=until)
            self.trait, self.scores = body.trait, lifetime_scores(body, orders, until)
        else:
            raise SegueError(f"learning.yaml does not declare {kind}.", f"Add `{kind}:` with the event it is about.")

    def parts(self) -> Iterator[dict[str, float]]:
        """Yield the scores, some customers at a time."""
        rest = iter(self.scores.items())
        while part := dict(islice(rest, AT_ONCE)):
            yield part


def score(
    *kinds: Annotated[str, Parameter(help="churn, lifetime; by default those that have a model.")],
    workspace: Annotated[Path, Parameter(help="The workspace.")] = Path(),
    url: str | None = None,
    development: Flag = False,
    json: Json = False,
) -> int:
    """Write what the current models say of each customer to a trait: churn risk, lifetime value.

    They come in like any other fact, so triggers, audiences and the context of decisions see them. With a running
    server they are sent to it (the key in SEGUE_KEY needs the scope `manage`); without one the store is opened here,
    and what is decided about them is carried out. Once a day and model: told again on the same day nothing changes.

    Parameters
    ----------
    url
        The server's address, instead of the one in segue.yaml.
    development
        Where no server runs: messages become files instead of being sent.
    """
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown:
        complain(f"There are no scores {unknown[0]!r}.", f"There are {', '.join(KINDS)}.")
        return 2
    with lessons(workspace, system_clock()) as given:
        wanted = kinds or tuple(kind for kind in KINDS if kind in given.workspace.models)
        reckoned = [_Reckoned(kind, given) for kind in wanted]
        loaded = given.loaded
    if not reckoned:
        raise SegueError("No model says anything of customers yet.", "`segue learn churn` or `lifetime` trains one.")
    written = _post(reckoned, url or address_of(loaded))
    if written is None:
        written = asyncio.run(_write(reckoned, loaded, is_development=development))
    if json:
        tell_json({"scores": written})
        return 0
    for kind, counted in written.items():
        tell(f"{kind}: {counted['accepted']:,} customers scored, {counted['duplicates']:,} were already today.")
    return 0


def _post(reckoned: list[_Reckoned], address: str) -> dict[str, dict[str, int]] | None:
    """Hand the scores to the running server; return None where none runs."""
    written: dict[str, dict[str, int]] = {}
    for each in reckoned:
        counted = Counter[str]()
        for part in each.parts() if each.scores else [{}]:
            body = {"trait": each.trait, "version": each.version, "scores": part}
            answer = post(address, "/v1/admin/scores", body, scope="manage", refused="What came before is written.")
            if answer is None:
                return None
            counted.update({name: int(count) for name, count in answer.items()})
        written[each.kind] = _counts(counted)
    return written


async def _write(
    reckoned: list[_Reckoned], loaded: LoadedWorkspace, *, is_development: bool
) -> dict[str, dict[str, int]]:
    """Write the scores into the store."""
    written: dict[str, dict[str, int]] = {}
    async with running(loaded, public_url=loaded.server.public_url, is_development=is_development) as site:
        for each in reckoned:
            counted = Counter[str]()
            for part in each.parts():
                events = tuple(stated(each.trait, each.version, part, system_clock()))
                for receipt in await site.runtime.report(events):
                    counted["duplicates" if receipt.status == "duplicate" else receipt.status] += 1
            written[each.kind] = _counts(counted)
        await site.runtime.drain()
    return written


def _counts(counted: Counter[str]) -> dict[str, int]:
    return {name: counted[name] for name in ("accepted", "duplicates", "dead")}
