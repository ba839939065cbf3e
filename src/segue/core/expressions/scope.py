"""The scope: which names an expression may use at its place, and of which type each is."""

from collections.abc import Mapping
from difflib import get_close_matches

from msgspec import Struct

from segue.core.expressions.nodes import ExprType, Reference
from segue.core.expressions.states import feature_type
from segue.model.catalogue import FeatureSpec, ValueType
from segue.model.errors import ExpressionError


class Scope(Struct, frozen=True, kw_only=True):
    """What an expression may refer to.

    Attributes:
        traits, features: the declared ones.
        event: the types of the current event's declared properties; the others have none (type ``any``).
        has_event, has_run: whether ``event.NAME`` and ``run.NAME`` mean anything here.
        extra: further bare names, such as ``old`` where a trait changed.
    """

    traits: Mapping[str, ValueType] = {}
    features: Mapping[str, FeatureSpec] = {}
    event: Mapping[str, ValueType] | None = None
    has_event: bool = False
    has_run: bool = False
    extra: Mapping[str, ExprType] = {}

    def bare(self, name: str, column: int) -> Reference:
        """Return what the bare ``name`` means.

        Raises:
            ExpressionError: nothing, or two things.
        """
        if name == "now":
            return Reference("now", "now", "instant")
        if name in self.extra:
            return Reference("extra", name, self.extra[name])
        if name in self.traits and name in self.features:
            reason = f"{name!r} is both a trait and a feature."
            raise ExpressionError(reason, f"Write trait.{name} or feature.{name}.", column)
        if name in self.traits:
            return self.member("trait", name, column)
        if name in self.features:
            return self.member("feature", name, column)
        raise ExpressionError(f"There is no trait or feature {name!r}.", self._advice(name), column)

    def member(self, space: str, name: str, column: int) -> Reference:
        """Return what ``space.name`` means.

        Raises:
            ExpressionError: there is no such space here, or nothing of that name in it.
        """
        match space:
            case "trait" if name in self.traits:
                return Reference("trait", name, self.traits[name])
            case "feature" if name in self.features:
                return Reference("feature", name, feature_type(name, self.features[name]))
            case "trait" | "feature":
                known = self.traits if space == "trait" else self.features
                raise ExpressionError(f"There is no {space} {name!r}.", suggest(name, known, space), column)
            case "event" if self.has_event:
                return Reference("event", name, (self.event or {}).get(name, "any"))
            case "run" if self.has_run:
                return Reference("run", name, "any")
            case "event" | "run":
                place = "current event" if space == "event" else "journey run"
                advice = "Use traits and features." if space == "event" else "Use it in the steps, goals and exits."
                raise ExpressionError(f"There is no {place} at this place.", advice, column)
            case _:
                advice = "A dot follows only trait, feature, event and run."
                raise ExpressionError(f"{space}.{name} is not a name.", advice, column)

    def _advice(self, name: str) -> str:
        if self.has_event and name in (self.event or {}):
            return f"Did you mean event.{name}?"
        if name in ("true", "false", "null", "none"):
            return f"Did you mean {name.capitalize() if name != 'null' else 'None'}?"
        return suggest(name, {**self.traits, **self.features, **self.extra, "now": None}, "trait or feature")


def suggest(name: str, known: Mapping[str, object], what: str) -> str:
    """Return what to do about an unknown ``name``: the nearest known one, or where to find the known ones."""
    close = get_close_matches(name, known, n=1)
    if close:
        return f"Did you mean {close[0]!r}?"
    if what == "function":
        return f"The functions are {', '.join(known)}."
    return f"Declare it as a {what}, or use one that is declared."
