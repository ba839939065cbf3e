from segue.core.shared.hours import FULL, MOST_GROUPS, add_hour
from segue.model.shared import Tally


def there(group: str, hour: float) -> Tally:
    return Tally("there", group, hour)


def test_visits_are_counted_by_group_and_hour_with_their_sum() -> None:
    hours = add_hour(add_hour(add_hour({}, there("", 34)), there("", 34)), there("gold", 5))
    assert hours == {"/34": 2.0, "/all": 2.0, "gold/5": 1.0, "gold/all": 1.0}


def test_an_hour_that_no_week_has_is_not_counted() -> None:
    hours = {"/1": 1.0, "/all": 1.0}
    assert add_hour(hours, there("", 168)) is hours
    assert add_hour(hours, there("", -1)) is hours


def test_all_counts_of_a_full_group_halve_and_no_other_s() -> None:
    hours = {"a/b/1": FULL - 1, "a/b/all": FULL - 1, "a/1": 8.0, "a/all": 8.0}
    assert add_hour(hours, there("a/b", 2)) == {
        "a/b/1": (FULL - 1) / 2,
        "a/b/all": FULL / 2,
        "a/1": 8.0,
        "a/all": 8.0,
        "a/b/2": 0.5,
    }


def test_a_trait_with_very_many_values_is_no_group() -> None:
    hours: dict[str, float] = {}
    for number in range(MOST_GROUPS):
        hours = add_hour(hours, there(f"g{number}", 1))
    assert add_hour(hours, there("one too many", 1)) is hours
    assert add_hour(hours, there("g0", 1))["g0/1"] == 2.0
