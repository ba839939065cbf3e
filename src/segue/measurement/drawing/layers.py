"""Layers of a graph: which thing stands in which column, and in which order there.

After Sugiyama, Tagawa and Toda, "Methods for visual understanding of hierarchical system structures", 1981: an arrow
that would close a circle is turned round while places are found, each thing stands one layer after the last of its
causes, long arrows bend in every layer that they cross, and the order within a layer follows the mean place of the
neighbours.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

_SWEEPS = 12

Arrow = tuple[str, str]
"""A cause and its effect."""


class Layers(NamedTuple):
    """Layers of names.

    Attributes:
        rows: the names of each layer, in order: things, and bends of long arrows.
        ways: the names that each arrow passes.
        things: the names that are no bends.
    """

    rows: list[list[str]]
    ways: list[list[str]]
    things: frozenset[str]


def layers_of(arrows: Sequence[Arrow]) -> dict[str, int]:
    """Return the layer of each thing: after its causes, and what has none just before the first of its effects.

    >>> layers_of([("contact", "fatigue"), ("fatigue", "leaving"), ("intent", "leaving")])
    {'contact': 0, 'fatigue': 1, 'leaving': 2, 'intent': 1}
    """
    names = list(dict.fromkeys(name for arrow in arrows for name in arrow))
    forward = _without_circles(arrows)
    layers = dict.fromkeys(names, 0)
    for _ in names:
        for cause, effect in forward:
            layers[effect] = max(layers[effect], layers[cause] + 1)
    for name in names:
        effects = [layers[effect] for cause, effect in forward if cause == name]
        if effects and all(effect != name for _, effect in forward):
            layers[name] = min(effects) - 1
    return layers


def _without_circles(arrows: Sequence[Arrow]) -> list[Arrow]:
    """Return ``arrows`` with those turned round that close a circle; those from a thing to itself are left out."""
    kept: list[Arrow] = []
    for cause, effect in arrows:
        if cause != effect:
            kept.append((effect, cause) if _leads(kept, effect, cause) else (cause, effect))
    return kept


def _leads(arrows: Sequence[Arrow], start: str, end: str) -> bool:
    seen, open_ = {start}, [start]
    while open_:
        name = open_.pop()
        following = [effect for cause, effect in arrows if cause == name and effect not in seen]
        seen.update(following)
        open_ += following
    return end in seen


def routed(arrows: Sequence[Arrow], layers: Mapping[str, int]) -> Layers:
    """Return the things in their layers, with a bend in every layer that an arrow crosses."""
    rows: list[list[str]] = [[] for _ in range(max(layers.values(), default=0) + 1)]
    for name, layer in layers.items():
        rows[layer].append(name)
    ways = []
    for number, (cause, effect) in enumerate(arrows):
        if cause == effect:
            continue
        step = 1 if layers[effect] > layers[cause] else -1
        between = range(layers[cause] + step, layers[effect], step)
        bends = [f"\x00{number}/{layer}" for layer in between]
        for layer, bend in zip(between, bends, strict=True):
            rows[layer].append(bend)
        ways.append([cause, *bends, effect])
    return Layers(rows, ways, frozenset(layers))


def ordered(layers: Layers) -> Layers:
    """Return the layers in the order with the fewest crossings of those that were tried."""
    beside: dict[str, list[str]] = {name: [] for row in layers.rows for name in row}
    for way in layers.ways:
        for one, next_ in pairwise(way):
            beside[one].append(next_)
            beside[next_].append(one)
    rows, best, least = [list(row) for row in layers.rows], layers.rows, _crossings(layers.rows, layers.ways)
    for sweep in range(_SWEEPS):
        order = range(1, len(rows)) if sweep % 2 == 0 else range(len(rows) - 2, -1, -1)
        for layer in order:
            fixed = rows[layer - 1 if sweep % 2 == 0 else layer + 1]
            rank = {name: (place + 0.5) / len(fixed) for place, name in enumerate(fixed)}
            own = {name: (place + 0.5) / len(rows[layer]) for place, name in enumerate(rows[layer])}
            rows[layer].sort(key=lambda name: _mean([rank[each] for each in beside[name] if each in rank], own[name]))
        found = _crossings(rows, layers.ways)
        if found < least:
            best, least = [list(row) for row in rows], found
    return Layers(best, layers.ways, layers.things)


def _mean(places: Sequence[float], otherwise: float) -> float:
    return sum(places) / len(places) if places else otherwise


def _crossings(rows: Sequence[Sequence[str]], ways: Sequence[Sequence[str]]) -> int:
    at = {name: (layer, place) for layer, row in enumerate(rows) for place, name in enumerate(row)}
    pieces = [sorted((at[one], at[next_])) for way in ways for one, next_ in pairwise(way)]
    return sum(
        first[0][0] == second[0][0]
        and first[1][0] == second[1][0]
        and (first[0][1] - second[0][1]) * (first[1][1] - second[1][1]) < 0
        for number, first in enumerate(pieces)
        for second in pieces[:number]
    )
