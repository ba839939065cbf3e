"""Layers: causes before effects, with as few crossings as can be."""

from segue.measurement.drawing.layers import layers_of, ordered, routed

CHAIN = [("contact", "fatigue"), ("fatigue", "leaving"), ("contact", "leaving")]


def test_effects_come_after_causes() -> None:
    layers = layers_of(CHAIN)
    assert all(layers[cause] < layers[effect] for cause, effect in CHAIN)
    assert layers_of([]) == {}


def test_what_has_no_cause_stands_just_before_its_first_effect() -> None:
    assert layers_of([*CHAIN, ("intent", "leaving")])["intent"] == 1


def test_a_circle_is_no_trouble() -> None:
    layers = layers_of([("a", "b"), ("b", "c"), ("c", "a"), ("c", "c")])
    assert (layers["a"], layers["b"], layers["c"]) == (0, 1, 2)


def test_a_long_arrow_bends_in_each_layer_it_crosses() -> None:
    found = routed(CHAIN, layers_of(CHAIN))
    assert [len(way) for way in found.ways] == [2, 2, 3]
    assert sum(len(row) for row in found.rows) == len(found.things) + 1


def test_crossings_are_undone() -> None:
    arrows = [("a", "y"), ("b", "x"), ("c", "x")]
    layers = {"a": 0, "b": 0, "c": 0, "x": 1, "y": 1}
    first, second = ordered(routed(arrows, layers)).rows
    assert (first.index("a") < first.index("b")) == (second.index("y") < second.index("x"))
    assert (first.index("a") < first.index("c")) == (second.index("y") < second.index("x"))
