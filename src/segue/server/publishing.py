"""Publishing over HTTP: the folder is read again, checked, and takes over between two commits, without a stop."""

import asyncio

import msgspec
from msgspec import Struct, structs
from starlette.requests import Request
from starlette.responses import Response

from segue.model.errors import SegueError, StoreError
from segue.model.ids import Revision
from segue.model.workspace import Workspace
from segue.runtimes.embedded import Embedded
from segue.runtimes.versions import JourneyPreview
from segue.server.access import Access
from segue.server.problems import Problem
from segue.workspace import LoadedWorkspace, load


class Applied(Struct, frozen=True, kw_only=True):
    """What took over, and what that meant for those who are inside journeys: one row for each version of a journey
    that changed, counted at the moment of the change.
    """

    revision: Revision
    journeys: tuple[JourneyPreview, ...]


class Publishing:
    """Takes changed files over."""

    def __init__(self, runtime: Embedded, access: Access, loaded: LoadedWorkspace) -> None:
        self._runtime = runtime
        self._access = access
        self._loaded = loaded

    async def apply(self, request: Request) -> Response:
        """``POST /v1/admin/apply``: the answer comes when everybody concerned has been told."""
        self._access.require(request, "manage")
        try:
            loaded = await asyncio.to_thread(load, self._loaded.folder)
            _require_same_outside(self._loaded, loaded)
            journeys = await self._runtime.publish(loaded.workspace)
        except StoreError:
            raise
        except SegueError as error:
            raise Problem(409, "not_applicable", str(error)) from None
        applied = Applied(revision=self._runtime.world.revision, journeys=journeys)
        return Response(msgspec.json.encode(applied), media_type="application/json")


def _require_same_outside(running: LoadedWorkspace, loaded: LoadedWorkspace) -> None:
    """Refuse what a running process has already built on: channels, the server's address, the names in send keys."""
    before, after = _outside(running), _outside(loaded)
    changed = [name for name in before if before[name] != after[name]]
    if changed:
        words = ", ".join(changed)
        raise SegueError(f"These changed: {words}.", "They are taken over by a restart; nothing is lost by one.")


def _outside(loaded: LoadedWorkspace) -> dict[str, object]:
    workspace: Workspace = loaded.workspace
    fixed = ("name", "seed", "zone_trait")
    return {
        "channels": (loaded.channels, workspace.channels),
        "providers": loaded.providers,
        "server": loaded.server,
        **{name: value for name, value in structs.asdict(workspace).items() if name in fixed},
    }
