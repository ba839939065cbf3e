from segue.core.journeys.proposing import Terms, terms_of
from segue.model.steps import Propose
from segue.model.time import DAY, HOUR
from tests.builders import NOW, around, run

TERMS = Terms("mail", deadline=HOUR)


def test_terms_are_those_of_the_step() -> None:
    step = Propose(
        id="mail", action="offer", deadline="6h", keep="7d", on_cap="exit", on_lost="skip", timing="receptive"
    )
    assert terms_of(step) == Terms("mail", 6 * HOUR, 7 * DAY, "exit", "skip", "receptive")


def test_candidates_of_one_slot_share_a_send_key() -> None:
    def key(*slot: str, visits: int = 1) -> str:
        return TERMS.candidate(run(visits=visits), around(), "offer", "email", *slot).delivery_id

    assert key("message") == key("message")
    assert len({key("message"), key("message", "part 1"), key("task"), key("message", visits=2)}) == 4


def test_many_candidates_at_once_are_those_one_by_one() -> None:
    where = run(facts={"cart": "c1"}, stage="awareness", visits=2)
    offered = (("offer", "email", "message"), ("news", "sms", "message"), ("offer", "ads", "audience:a"))
    together = TERMS.candidates(where, around(), offered)
    assert together == tuple(TERMS.candidate(where, around(), *each) for each in offered)
    assert together[0].delivery_id == together[1].delivery_id != together[2].delivery_id


def test_a_candidate_carries_the_run_s_facts_or_what_it_is_given() -> None:
    where = run(facts={"cart": "c1"}, stage="awareness")
    own = TERMS.candidate(where, around(), "offer", "email", "message")
    given = TERMS.candidate(where, around(), "offer", "email", "message", facts={})
    assert (own.facts, given.facts, own.stage, own.deadline) == ({"cart": "c1"}, {}, "awareness", NOW + HOUR)
