from segue.model.time import DAY, HOUR
from segue.simulation.checkers.caps import check_caps
from tests.simulation.checkers.breaking import ANN, BOB, NOON, deliver, entry, handed, history, merged


def test_a_third_message_within_a_day_is_found_and_one_a_day_later_is_not() -> None:
    lines = [handed(deliver(f"d{n}"), at=NOON + n * HOUR) for n in range(2)]
    third = handed(deliver("d9"), at=NOON + DAY - 1)
    found = list(check_caps(history(handed=(*lines, third))))
    assert len(found) == 2, "for the customer, and at the address"
    assert all("'daily'" in what for what in found)
    assert list(check_caps(history(handed=(*lines, handed(deliver("d9"), at=NOON + DAY))))) == []


def test_two_who_are_one_have_one_cap_from_when_that_is_known() -> None:
    lines = [handed(deliver(f"d{n}", who), at=NOON + n * HOUR) for n, who in enumerate((ANN, BOB))]
    third = handed(deliver("d9", address="elsewhere"), at=NOON + 3 * HOUR)
    assert list(check_caps(history(entry(merged()), handed=(*lines, third)))) == []
    known = handed(third.command, at=third.at, since=1)
    assert len(list(check_caps(history(entry(merged()), handed=(*lines, known))))) == 1


def test_one_address_has_one_cap_whoever_it_belongs_to() -> None:
    lines = [
        handed(deliver(f"d{n}", who, channel, address=address), at=NOON + n * HOUR)
        for n, (who, channel, address) in enumerate(
            ((ANN, "email", "home@x"), (BOB, "letter", "Home@x "), (BOB, "email", "home@x"))
        )
    ]
    assert len(list(check_caps(history(handed=tuple(lines))))) == 1


def test_a_channel_and_a_theme_have_caps_of_their_own() -> None:
    texts = [handed(deliver(f"s{n}", channel="sms", address=""), at=NOON + n * 2 * DAY) for n in range(2)]
    assert ["sms_weekly" in what for what in check_caps(history(handed=tuple(texts)))] == [True]
    offers = [handed(deliver(f"o{n}", action="spring_offer", address=""), at=NOON + n * 2 * DAY) for n in range(3)]
    assert ["season" in what for what in check_caps(history(handed=tuple(offers)))] == [True]


def test_what_was_not_taken_and_what_counts_for_nobody_is_not_counted() -> None:
    two = [handed(deliver(f"d{n}"), at=NOON + n) for n in range(2)]
    failed = handed(deliver("d3"), at=NOON + 3, took=False)
    receipt = handed(deliver("d4", category="transactional", is_transactional=True), at=NOON + 4)
    call = handed(deliver("d5", channel="crm", action="_webhook:care/call"), at=NOON + 5)
    assert list(check_caps(history(handed=(*two, failed, receipt, call)))) == []
