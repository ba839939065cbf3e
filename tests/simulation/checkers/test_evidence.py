from segue.model.ids import CustomerId
from segue.simulation.checkers.evidence import is_call, is_free, show
from tests.simulation.checkers.breaking import ANN, BOB, decision, deliver, entry, handed, history, merged

CAT = CustomerId("cat")


def test_a_family_grows_with_the_log() -> None:
    found = history(entry(merged(BOB, ANN)), entry(merged(ANN, CAT)))
    assert [found.family(BOB, seq) for seq in range(3)] == [{BOB}, {ANN, BOB}, {ANN, BOB, CAT}]


def test_a_message_is_traced_to_what_was_chosen() -> None:
    found = history(entry(decisions=(decision(),), commands=(deliver(),)))
    chosen = found.chosen(handed())
    assert chosen is not None
    assert chosen.key == decision().chosen
    assert found.chosen(handed(deliver("d2"))) is None
    assert found.issued["d1"][0] == 1  # type: ignore[index]


def test_a_call_of_a_company_s_own_system_is_no_message() -> None:
    call = deliver(action="_webhook:care/call", channel="crm")
    assert is_call(call)
    assert not is_free(handed(call))
    assert is_free(handed())
    assert "email hello" in show([handed()])
