from segue.core.arbitration.verdicts import Verdict
from segue.model.decisions import Reason
from segue.model.time import Instant


def test_a_no_without_a_moment_is_a_no_for_good() -> None:
    assert Verdict(Reason.NO_CONSENT) == Verdict(Reason.NO_CONSENT, detail="", until=Instant(0))


def test_verdicts_with_the_same_words_are_the_same() -> None:
    assert Verdict(Reason.CAPPED, "weekly", Instant(5)) == Verdict(Reason.CAPPED, "weekly", Instant(5))
    assert Verdict(Reason.CAPPED, "weekly", Instant(5)) != Verdict(Reason.CAPPED, "daily", Instant(5))
