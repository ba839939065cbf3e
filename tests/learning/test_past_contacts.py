"""What had been sent before a decision, whatever made it be sent; and who the customer was then."""

from contextlib import closing
from pathlib import Path

import numpy as np

from segue.learning.frames import TABLES, Frame, read_frame
from segue.learning.off_policy.asking import with_chance
from segue.learning.past_contacts import Past, past_of, segments_of
from segue.measurement.segments import read_log
from segue.model.time import DAY, Instant
from tests.learning.shop import BEGIN, a_shop, history, log_of, stored

SHOP = a_shop(groups={"holdout": 0.2, "rules": 0.2, "random": 0.2})
ENTRIES = log_of(SHOP, history(customers=60, visits=6), until=Instant(BEGIN + 30 * DAY))


def read(folder: Path, within: int = 4 * DAY) -> tuple[Frame, Past, np.ndarray]:  # type: ignore[type-arg]
    with closing(read_log(stored(ENTRIES, SHOP), folder, TABLES)) as duck:
        frame = with_chance(read_frame(duck, SHOP, now=ENTRIES[-1].now))
        return frame, past_of(duck, frame, within), segments_of(duck, frame, "buyer")


def test_the_last_contact_within_the_window_is_told_as_the_log_has_it(tmp_path: Path) -> None:
    frame, past, _ = read(tmp_path)
    sent: dict[str, list[tuple[int, str]]] = {}
    for entry in ENTRIES:
        for decision in entry.decisions:
            if decision.delivery_id and not decision.is_ghost:
                sent.setdefault(decision.customer_id, []).append((decision.at, decision.chosen.split("/")[1]))

    for row in range(len(frame)):
        at = int(frame.at[row])
        earlier = [each for each in sent.get(frame.customer_id[row], []) if at - 4 * DAY <= each[0] < at]
        assert past.action[row] == (earlier[-1][1] if earlier else "")
        assert past.gap[row] == (at - earlier[-1][0] if earlier else -1)
        assert past.channels[row] == ("email" if earlier else "")
    assert (past.action != "").sum() > 20
    assert (past.action == "").sum() > 20


def test_a_longer_window_sees_more(tmp_path: Path) -> None:
    _, short, _ = read(tmp_path / "short", within=DAY)
    _, long, _ = read(tmp_path / "long", within=20 * DAY)

    assert (short.gap >= 0).sum() < (long.gap >= 0).sum()


def test_segments_are_what_a_trait_was_then(tmp_path: Path) -> None:
    frame, _, segments = read(tmp_path)

    is_buyer = frame.columns(("buyer",))[:, 0] == 1.0
    assert set(segments[is_buyer]) == {"buyer: true"}
    assert set(segments[~is_buyer]) == {"buyer: false"}
