"""Markets: those that come with Segue, by kind, and any other that a team writes (docs/guides/write-a-market.md)."""

from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from segue.model.errors import SegueError
from segue.simulation.guarding import GuardedMarket, broke
from segue.simulation.market import Market

KINDS = {
    "attention": "segue.simulation.markets.attention:AttentionMarket",
    "fatigue": "segue.simulation.markets.fatigue:FatigueMarket",
    "habit": "segue.simulation.markets.habit:HabitMarket",
}
"""The markets that come with Segue."""


class MarketSpec(Struct, frozen=True, kw_only=True):
    """Which market, and its parameters.

    Attributes:
        kind: one of `KINDS`, or ``FILE.py:CLASS``, a file of your own beside the simulation.
        folder: where such a file is looked for.
        parameters: of the market's ``Parameters``; those left out have its defaults.
    """

    kind: str
    folder: str = ""
    parameters: dict[str, Any] = {}


def make_market(spec: MarketSpec) -> Market:
    """Return the market that ``spec`` declares.

    A market's class has a struct ``Parameters`` and is made from one.

    Raises:
        SegueError: there is no such market, or its parameters are not as it wants them.
    """
    market = _find(spec)
    wanted = getattr(market, "Parameters", None)
    if not isinstance(wanted, type) or not issubclass(wanted, Struct):
        reason = f"The market {spec.kind!r} has no `Parameters`."
        raise SegueError(reason, "Give the class a msgspec.Struct of this name, with a default for every field.")
    try:
        parameters = msgspec.convert(spec.parameters, wanted)
    except msgspec.ValidationError as error:
        raise SegueError(
            f"The market's parameters are not right: {error}.", f"See {wanted.__doc__ or wanted}"
        ) from error
    if spec.kind in KINDS:
        made: Market = market(parameters)
        return made
    file = Path(spec.folder) / spec.kind.rpartition(":")[0]
    try:
        own = market(parameters)
    except Exception as error:
        broke(error, file, market.__name__)
    return GuardedMarket(own, file)


def _find(spec: MarketSpec) -> Any:
    place, _, name = KINDS.get(spec.kind, spec.kind).rpartition(":")
    if spec.kind in KINDS:
        return getattr(import_module(place), name)
    file = Path(spec.folder) / place
    if not place.endswith(".py") or not file.is_file():
        known = ", ".join(sorted(KINDS))
        reason = f"There is no market {spec.kind!r}."
        raise SegueError(reason, f"Give one of {known}, or FILE.py:CLASS with a file beside the simulation.")
    found = spec_from_file_location(f"segue_market_{file.stem}", file)
    assert found is not None
    assert found.loader is not None
    module = module_from_spec(found)
    try:
        found.loader.exec_module(module)
    except Exception as error:
        broke(error, file, "reading it")
    try:
        return getattr(module, name)
    except AttributeError as error:
        raise SegueError(f"{file.name} has no class {name!r}.", "Give the name of the market's class.") from error
