"""Scores over HTTP: what `segue score` has reckoned becomes a trait of each customer. Takes the scope ``manage``."""

from collections import Counter
from typing import Annotated

import msgspec
from msgspec import Meta, Struct
from msgspec.json import Decoder
from starlette.requests import Request
from starlette.responses import Response

from segue.model.time import Clock
from segue.runtimes.embedded import Embedded
from segue.runtimes.scoring import AT_ONCE, stated
from segue.server.access import Access
from segue.server.bodies import read_json
from segue.server.problems import Problem

BODY_BYTES_MAX = 256 * 1024


class Scores(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a model says of some customers.

    Attributes:
        trait: to which it is written.
        version: of the model.
        scores: by the customer's id.
    """

    trait: Annotated[str, Meta(min_length=1, max_length=128)]
    version: Annotated[str, Meta(min_length=1, max_length=128)]
    scores: Annotated[dict[str, float], Meta(max_length=AT_ONCE)]


class Scored(Struct, frozen=True, kw_only=True):
    """How many customers got the trait; those who had it from this model today already are duplicates."""

    accepted: int
    duplicates: int
    dead: int


_decoder = Decoder(Scores)


class Scoring:
    """Takes scores in."""

    def __init__(self, runtime: Embedded, access: Access, clock: Clock) -> None:
        self._runtime = runtime
        self._access = access
        self._clock = clock

    async def accept(self, request: Request) -> Response:
        """``POST /v1/admin/scores``."""
        self._access.require(request, "manage")
        told = await read_json(request, _decoder, BODY_BYTES_MAX)
        declared = self._runtime.world.workspace.traits.get(told.trait)
        if declared is None or declared.type != "number":
            raise Problem(400, "unknown_trait", f"There is no trait {told.trait!r} of type number.")
        events = tuple(stated(told.trait, told.version, told.scores, self._clock()))
        receipts = await self._runtime.report(events)
        counted = Counter(receipt.status for receipt in receipts)
        answer = Scored(accepted=counted["accepted"], duplicates=counted["duplicate"], dead=counted["dead"])
        return Response(msgspec.json.encode(answer), media_type="application/json")
