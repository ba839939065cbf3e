"""The funnel as text."""

from segue.cli.funnel import funnel_lines
from segue.model.decisions import SILENCE, Considered, Decision, Reason
from segue.model.ids import CustomerId, DecisionId, DeliveryId, EventId, Revision
from segue.model.time import parse_instant

AT = parse_instant("2026-03-04T09:30:00Z")
TOMORROW = parse_instant("2026-03-05T08:00:00Z")
OFFER = Considered(
    key="rule:thank/offer/email",
    action="offer",
    channel="email",
    source="rule:thank",
    scores={"value": 5.0, "cost": 0.5, "priority": 1.0, "total": 4.5},
    probability=0.75,
)
CAPPED = Considered(
    key="journey:a/gift/sms",
    action="gift",
    channel="sms",
    source="journey:a",
    suppressed=Reason.CAPPED,
    detail="sms_weekly",
    until=TOMORROW,
)
QUIET = Considered(
    key=SILENCE, action="", channel="", source=SILENCE, probability=0.25, suppressed=Reason.LOST_ARBITRATION
)


def a_decision(**changes: object) -> Decision:
    fields: dict[str, object] = {
        "decision_id": DecisionId("d1"),
        "customer_id": CustomerId("c1"),
        "event_id": EventId("e1"),
        "at": AT,
        "slot": "message",
        "revision": Revision("r1"),
        "seed": "s",
        "policy": "random@1",
        "group": "agent",
        "considered": (CAPPED, QUIET, OFFER),
        "chosen": OFFER.key,
        "probability": 0.75,
        "is_exploration": False,
        "draw": 0.5,
        "input_hash": "h",
        "delivery_id": DeliveryId("x1"),
    }
    return Decision(**{**fields, **changes})  # type: ignore[arg-type]


def test_it_reads_from_considered_to_chosen() -> None:
    assert (
        "\n".join(funnel_lines(a_decision(), "accepted"))
        == """\
Decision d1
  customer  c1                    group     agent
  at        2026-03-04T09:30:00Z  policy    random@1
  slot      message               revision  r1
  event     e1                    seed      s

3 candidates: 1 suppressed, 2 scored

  suppressed  from       first reason
  gift · sms  journey:a  capped        sms_weekly, until 2026-03-05T08:00:00Z

     scored         from        value  cost  priority  total  probability
  →  offer · email  rule:thank   5.00  0.50      1.00   4.50       0.7500  chosen
     silence        silence                                        0.2500  lost_arbitration

Chosen: offer · email (action probability 0.7500, draw 0.500000)
Delivery x1: accepted"""
    )


def test_a_ghost_says_that_nothing_was_sent() -> None:
    held_out = OFFER.__class__(
        **{name: getattr(OFFER, name) for name in OFFER.__struct_fields__} | {"suppressed": Reason.HOLDOUT}
    )
    lines = funnel_lines(a_decision(considered=(held_out,), is_ghost=True, group="holdout"))

    assert lines[-1].startswith("Not carried out: the customer is held out")
    assert any("holdout" in line and "→" in line for line in lines)


def test_silence_can_be_the_choice() -> None:
    silence = Considered(key=SILENCE, action="", channel="", source=SILENCE, probability=1.0)
    lines = funnel_lines(a_decision(considered=(CAPPED, silence), chosen=SILENCE, delivery_id=DeliveryId("")))

    assert lines[-1] == "Chosen: silence (action probability 0.7500, draw 0.500000)"


def test_exploration_and_fallback_are_said() -> None:
    lines = funnel_lines(a_decision(is_exploration=True, fallback="stale model"))

    assert "exploration, fallback: stale model" in "\n".join(lines)
