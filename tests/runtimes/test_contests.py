"""Contests: who won, what lost, what waited, against how many rivals."""

import msgspec

from segue.model.decisions import SILENCE, Considered, Decision, Reason
from segue.model.ids import CustomerId, DecisionId, EventId, Revision
from segue.model.time import HOUR
from segue.runtimes.contests import Contest, Contests
from tests.builders import NOW


def decision(*rows: Considered, chosen: str) -> Decision:
    return Decision(
        decision_id=DecisionId("d"),
        customer_id=CustomerId("c"),
        event_id=EventId("e"),
        at=NOW,
        slot="message",
        revision=Revision("r"),
        seed="s",
        policy="rules",
        group="agent",
        considered=(*rows, Considered(SILENCE, "", "", SILENCE)),
        chosen=chosen,
        probability=1.0,
        is_exploration=False,
        draw=0.5,
        input_hash="",
    )


def row(action: str, channel: str, suppressed: Reason | None = None, until: int = 0) -> Considered:
    return Considered(f"t/{action}/{channel}", action, channel, "rule:t", suppressed=suppressed, until=until)


def test_an_action_counts_once_however_many_channels_it_has() -> None:
    contests = Contests()
    contests.count(
        decision(
            row("a", "email"),
            row("a", "sms", Reason.LOST_ARBITRATION),
            row("b", "email", Reason.LOST_ARBITRATION, NOW + HOUR),
            row("c", "email", Reason.LOST_ARBITRATION),
            row("d", "email", Reason.QUIET_DEFERRED, NOW + HOUR),
            row("e", "email", Reason.NO_CONSENT),
            chosen="t/a/email",
        )
    )
    assert contests.by_action() == {
        "a": Contest(won=1, rivals=2),
        "b": Contest(lost=1, waited=1, rivals=2),
        "c": Contest(lost=1, rivals=2),
        "d": Contest(waited=1),
    }


def test_silence_beats_all_and_a_ghost_wins_like_anybody() -> None:
    contests = Contests()
    contests.count(decision(row("a", "email", Reason.SILENCE), row("b", "email", Reason.SILENCE), chosen=SILENCE))
    contests.count(decision(row("a", "email", Reason.HOLDOUT), chosen="t/a/email"))
    counts = contests.by_action()
    assert counts == {"a": Contest(won=1, silenced=1, rivals=1), "b": Contest(silenced=1, rivals=1)}
    assert (counts["a"].optionality, Contest().optionality) == (0.5, 0.0)
    assert msgspec.json.decode(msgspec.json.encode(counts["a"]), type=Contest) == counts["a"]
