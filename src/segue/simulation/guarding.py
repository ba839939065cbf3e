"""A market that a team wrote, watched: what breaks in it, or comes out of it wrongly, is told by file, line and name.

The engine takes events as they are, so an amount that is not a number or a time that is no whole number would show up
far from where it was made, or only as a figure that is wrong.
"""

import traceback
from collections.abc import Iterable, Mapping
from math import isfinite
from pathlib import Path
from typing import Any, NoReturn

from segue.model.deliveries import DeliveryStatus
from segue.model.errors import SegueError
from segue.model.identities import Identifier
from segue.model.time import Instant
from segue.simulation.dice import Dice
from segue.simulation.market import Arrival, Behaviour, Came, Consented, Description, Did, Happening, Reported
from segue.simulation.provider import Provider

GUIDE = "docs/guides/write-a-market.md has the protocol."
_TIMES = "Give whole microseconds: round(1.5 * HOUR)."


class GuardedMarket:
    """A market of one's own. What it has beyond the protocol is reached as if it were not guarded.

    Args:
        market: what the class in ``file`` has made.
        file: where it was written.

    Raises:
        SegueError: a part of the protocol is missing.
    """

    def __init__(self, market: Any, file: Path) -> None:
        self._market, self._file = market, file
        for part in ("resident", "describe"):
            if not callable(getattr(market, part, None)):
                raise SegueError(f"{file.name}: {type(market).__name__} has no method `{part}`.", GUIDE)
        providers = getattr(market, "providers", None)
        if not isinstance(providers, Mapping) or not all(isinstance(each, Provider) for each in providers.values()):
            reason = f"{file.name}: {type(market).__name__} has no `providers`: a mapping of channels to Provider."
            raise SegueError(reason, "Set `self.providers = {}` where all are usual.")
        self.providers: Mapping[str, Provider] = providers

    def __getattr__(self, name: str) -> Any:
        return getattr(self._market, name)

    def resident(self, number: int, dice: Dice, begin: Instant) -> "GuardedResident":
        """Return customer ``number``, guarded as well."""
        try:
            resident = self._market.resident(number, dice, begin)
        except Exception as error:
            broke(error, self._file, "resident")
        for part in ("behave", "react"):
            if not callable(getattr(resident, part, None)):
                reason = f"{_place(self._market, 'resident', self._file)} returns {_told(resident)}, without `{part}`."
                raise SegueError(reason, GUIDE)
        _look_at_names(getattr(resident, "identifiers", None), f"{self._file.name}: {type(resident).__name__}")
        return GuardedResident(resident, self._file)

    def describe(self) -> Description:
        """Return what the market says of itself."""
        try:
            said = self._market.describe()
        except Exception as error:
            broke(error, self._file, "describe")
        if not isinstance(said, Description):
            reason = f"{_place(self._market, 'describe', self._file)} returns {_told(said)}."
            raise SegueError(reason, "Return a Description.")
        return said


class GuardedResident:
    """A resident of such a market."""

    def __init__(self, resident: Any, file: Path) -> None:
        self._resident, self._file = resident, file

    def __getattr__(self, name: str) -> Any:
        return getattr(self._resident, name)

    def behave(self, now: Instant) -> Behaviour:
        """Return what they do of their own accord, once it has been looked at."""
        try:
            behaviour = self._resident.behave(now)
            happenings = tuple(behaviour.happenings) if isinstance(behaviour, Behaviour) else ()
        except Exception as error:
            broke(error, self._file, "behave")
        if not isinstance(behaviour, Behaviour):
            self._refuse("behave", f"returns {_told(behaviour)}", "Return Behaviour(happenings, again_at).")
        again_at: Any = behaviour.again_at
        if not _is_whole(again_at):
            self._refuse("behave", f"wants to be asked again at {again_at!r}", _TIMES)
        if again_at <= now:
            self._refuse("behave", "wants to be asked again at a moment that is not later than now", "See `again_at`.")
        for happening in happenings:
            self._look_at(happening, "behave")
            if isinstance(happening, Reported) and not happening.delivery_id:
                self._refuse("behave", "reports on no message", "Give the delivery_id of the arrival that it is about.")
        return Behaviour(happenings, again_at)

    def react(self, arrival: Arrival) -> Iterable[Happening]:
        """Return what they do about ``arrival``, once it has been looked at."""
        try:
            told = self._resident.react(arrival)
            happenings = None if told is None else tuple(told)
        except Exception as error:
            broke(error, self._file, "react")
        if happenings is None:
            self._refuse("react", "returns None", "Yield happenings, or return () for none.")
        for happening in happenings:
            self._look_at(happening, "react")
        return happenings

    def _look_at(self, happening: Any, method: str) -> None:
        if not isinstance(happening, Did | Reported | Consented | Came):
            self._refuse(method, f"tells of {_told(happening)}", "Tell of Did, Reported, Consented or Came.")
        what = _named(happening)
        if not _is_whole(happening.after):
            self._refuse(method, f"lets {what} come after {happening.after!r}", _TIMES)
        if happening.after < 0:
            self._refuse(method, f"lets {what} come {-happening.after} microseconds ago", "Nothing comes before now.")
        if isinstance(happening, Reported) and not isinstance(happening.status, DeliveryStatus):
            self._refuse(method, f"reports {happening.status!r}", "Give a DeliveryStatus.")
        if isinstance(happening, Did):
            for said in (happening.properties, happening.traits):
                self._look_at_values(said, what, method)
            if happening.identifiers:
                _look_at_names(happening.identifiers, f"{_place(self._resident, method, self._file)}: {what}")
        if isinstance(happening, Came):
            self._look_at_values(happening.context, what, method)

    def _look_at_values(self, said: Mapping[str, Any], what: str, method: str) -> None:
        for name, value in said.items():
            if not _can_be_told(value):
                self._refuse(
                    method,
                    f"gives {what} {name!r} of {value!r}",
                    "Give text, true or false, a finite number, or lists and mappings of these.",
                )

    def _refuse(self, method: str, what: str, instruction: str) -> NoReturn:
        raise SegueError(f"{_place(self._resident, method, self._file)} {what}.", instruction)


def broke(error: Exception, file: Path, what: str) -> NoReturn:
    """Say where in ``file`` an error came from while ``what`` was at work.

    Raises:
        SegueError: always; one that says it already is left as it is.
    """
    if isinstance(error, SegueError):
        raise error
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename) == file]
    if isinstance(error, SyntaxError) and error.filename and Path(error.filename) == file:
        lines.append(error.lineno)
    place = f"{file.name}, line {lines[-1]}" if lines else file.name
    said = error.msg if isinstance(error, SyntaxError) else str(error)
    reason = f"{place}: {what} broke: {type(error).__name__}: {' '.join(said.split())}."
    raise SegueError(reason, f"Mend the file. {GUIDE}") from error


def _place(owner: Any, method: str, file: Path) -> str:
    """Return file, line, class and method as people look for them."""
    code = getattr(getattr(type(owner), method, None), "__code__", None)
    line = f", line {code.co_firstlineno}" if code is not None else ""
    return f"{file.name}{line}: {type(owner).__name__}.{method}"


def _look_at_names(identifiers: Any, place: str) -> None:
    is_right = isinstance(identifiers, tuple) and bool(identifiers)
    if not is_right or not all(isinstance(each, Identifier) for each in identifiers):
        reason = f"{place} has the identifiers {identifiers!r}."
        raise SegueError(reason, 'Give a tuple such as (Identifier("user_id", "c7"),).')


def _can_be_told(value: Any) -> bool:
    """Return whether an event can say ``value``."""
    if isinstance(value, float):
        return isfinite(value)
    if isinstance(value, list | tuple):
        return all(map(_can_be_told, value))
    if isinstance(value, Mapping):
        return all(isinstance(name, str) and _can_be_told(each) for name, each in value.items())
    return value is None or isinstance(value, str | int)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _named(happening: Happening) -> str:
    return repr(happening.name) if isinstance(happening, Did) else type(happening).__name__


def _told(value: object) -> str:
    return "nothing" if value is None else f"a {type(value).__name__}"
