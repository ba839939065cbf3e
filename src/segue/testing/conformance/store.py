"""What every store must do: numbered cases, each a function that opens the store, acts and asserts.

    @pytest.mark.parametrize("case", CASES, ids=str)
    def test_my_store_conforms(case, tmp_path):
        case.check(lambda: MyStore(tmp_path))

``open_store`` opens the same data at every call; a case closes what it opened before it opens again.
"""

from collections.abc import Callable
from contextlib import closing

import msgspec

from segue.model.deliveries import DeliveryStatus
from segue.model.errors import StoreError
from segue.model.identities import Identifier, Link
from segue.model.ids import CustomerId, DecisionId, DeliveryId, EventId, Revision
from segue.model.time import NEVER, Instant
from segue.ports.store import Block, Commit, CustomerState, DeadLetter, Job, Store
from segue.testing.conformance.store_values import LINK, REVISION, block, change, decision_of, entry_of, row

OpenStore = Callable[[], Store]


class Case(msgspec.Struct, frozen=True):
    """One numbered promise; ``check`` raises `AssertionError` where the store breaks it."""

    number: str
    sentence: str
    check: Callable[[OpenStore], None]

    def __str__(self) -> str:
        return f"{self.number} {self.sentence}"


def _reads_back_what_was_committed(open_store: OpenStore) -> None:
    with closing(open_store()) as store:
        assert store.last_seq() == 0
        assert list(store.blocks()) == []
        store.commit(Commit(block=block(1, 3)))
        store.commit(Commit(block=block(4, 1)))
        assert store.last_seq() == 4
        assert [entry.seq for each in store.blocks() for entry in each.read()] == [1, 2, 3, 4]
    with closing(open_store()) as store:
        assert [entry for each in store.blocks() for entry in each.read()] == [entry_of(seq) for seq in range(1, 5)]


def _starts_reading_after_a_seq(open_store: OpenStore) -> None:
    with closing(open_store()) as store:
        for first in (1, 4, 7):
            store.commit(Commit(block=block(first, 3)))
        assert [each.first for each in store.blocks(3)] == [4, 7]
        assert [each.first for each in store.blocks(4)] == [4, 7]
        assert [each.first for each in store.blocks(9)] == []


def _finds_an_entry_by_its_seq(open_store: OpenStore) -> None:
    with closing(open_store()) as store:
        store.commit(Commit(block=block(1, 3)))
        store.commit(Commit(block=Block(first=4, revision=REVISION, links=(LINK,))))
        store.commit(Commit(block=block(4, 2)))
        assert [store.entry(seq) for seq in (1, 3, 4, 5)] == [entry_of(seq) for seq in (1, 3, 4, 5)]
        assert store.entry(0) is None
        assert store.entry(6) is None


def _refuses_a_gap(open_store: OpenStore) -> None:
    with closing(open_store()) as store:
        store.commit(Commit(block=block(1, 2)))
        _refuses(lambda: store.commit(Commit(block=block(4, 1))))
    with closing(open_store()) as store:
        assert store.last_seq() == 2


def _refuses_to_work_after_a_failure(open_store: OpenStore) -> None:
    with closing(open_store()) as store:
        _refuses(lambda: store.commit(Commit(block=block(4, 1))))
        _refuses(lambda: store.commit(Commit(block=block(1, 1))))


def _keeps_links_in_order(open_store: OpenStore) -> None:
    later = Link(Identifier("user_id", "u"), Identifier("email", "digest"), Instant(9), "test")
    with closing(open_store()) as store:
        store.commit(Commit(block=Block(first=1, revision=REVISION, links=(LINK, later))))
        assert [each.links for each in store.blocks(0)] == [(LINK, later)]
        store.complete(0, [LINK], [])
        store.complete(0, [later], [])
    with closing(open_store()) as store:
        assert list(store.links()) == [LINK, later]


def _keeps_the_latest_state_of_each_customer(open_store: OpenStore) -> None:
    first = CustomerState(CustomerId("a"), 1, NEVER, b"one")
    second = CustomerState(CustomerId("a"), 5, Instant(77), b"two")
    other = CustomerState(CustomerId("b"), 3, NEVER, b"")
    with closing(open_store()) as store:
        assert store.watermark() == 0
        store.save([first, other])
        store.save([second])
        store.complete(5, [], [])
    with closing(open_store()) as store:
        assert sorted(store.states(), key=lambda state: state.customer_id) == [second, other]
        assert store.watermark() == 5


def _keeps_what_was_learnt_with_the_watermark(open_store: OpenStore) -> None:
    with closing(open_store()) as store:
        assert store.learned() == b""
        store.complete(1, [], [], b"some")
        store.complete(1, [], [])
        assert store.learned() == b"some"
    with closing(open_store()) as store:
        assert store.learned() == b"some"
        store.complete(2, [], [], b"more")
        assert (store.watermark(), store.learned()) == (2, b"more")


def _finds_a_decision_before_and_after_the_watermark(open_store: OpenStore) -> None:
    with closing(open_store()) as store:
        store.commit(Commit(block=block(1, 2)))
        store.complete(2, [], [(decision_of(1).decision_id, 1), (decision_of(2).decision_id, 2)])
        store.commit(Commit(block=block(3, 1)))
    with closing(open_store()) as store:
        for seq in (1, 2, 3):
            assert store.decision(decision_of(seq).decision_id) == decision_of(seq)
        assert store.decision(DecisionId("nobody's")) is None


def _opens_the_ledger_with_its_block(open_store: OpenStore) -> None:
    with closing(open_store()) as store:
        store.commit(Commit(block=block(1, 1), ledger=(row(1),)))
    with closing(open_store()) as store:
        assert store.delivery(row(1).delivery_id) == row(1)
        assert store.delivery(DeliveryId("nobody's")) is None


def _a_refused_commit_leaves_nothing(open_store: OpenStore) -> None:
    with closing(open_store()) as store:
        letter = DeadLetter(event_id=EventId("e"), at=Instant(1), code="c")
        _refuses(lambda: store.commit(Commit(block=block(9, 1), ledger=(row(9),), dead_letters=(letter,))))
    with closing(open_store()) as store:
        assert store.delivery(row(9).delivery_id) is None
        assert list(store.dead_letters()) == []


def _a_delivery_never_goes_back(open_store: OpenStore) -> None:
    with closing(open_store()) as store:
        store.commit(Commit(block=block(1, 1), ledger=(row(1),)))
        for status in (DeliveryStatus.DELIVERED, DeliveryStatus.ACCEPTED, DeliveryStatus.ATTEMPTING):
            store.commit(Commit(changes=(change(1, status),)))
        found = store.delivery(row(1).delivery_id)
        assert found is not None
        assert found.status is DeliveryStatus.DELIVERED


def _a_later_attempt_is_news(open_store: OpenStore) -> None:
    with closing(open_store()) as store:
        store.commit(Commit(block=block(1, 1), ledger=(row(1),)))
        store.commit(Commit(changes=(change(1, DeliveryStatus.RETRYABLE, provider_id="p"),)))
        store.commit(Commit(changes=(change(1, DeliveryStatus.ATTEMPTING, attempt=2, epoch=3),)))
        store.commit(Commit(changes=(change(1, DeliveryStatus.ACCEPTED),)))
        store.commit(Commit(changes=(change(2, DeliveryStatus.ACCEPTED),)))
        found = store.delivery(row(1).delivery_id)
        assert found is not None
        assert (found.attempt, found.status, found.epoch) == (2, DeliveryStatus.ATTEMPTING, 3)
        assert found.provider_id == "p"
        assert store.delivery(row(2).delivery_id) is None


def _lists_what_is_pending(open_store: OpenStore) -> None:
    with closing(open_store()) as store:
        store.commit(Commit(block=block(1, 4), ledger=(*map(row, range(1, 5)), row(4, "b"))))
        store.commit(Commit(changes=(change(1, DeliveryStatus.ACCEPTED), change(2, DeliveryStatus.ATTEMPTING))))
        assert [(r.seq, r.channel) for r in store.pending()] == [(2, "mail"), (3, "mail"), (4, "mail"), (4, "b")]
        assert [r.seq for r in store.pending("mail", after=2)] == [3, 4]
        assert [r.seq for r in store.pending(limit=1)] == [2]
        assert len(store.pending(limit=3)) == 4


def _keeps_dead_letters_once(open_store: OpenStore) -> None:
    letters = [
        DeadLetter(event_id=EventId(f"e{n}"), at=Instant(n), code="bad", source="s", detail="d", body=b"\x00")
        for n in range(3)
    ]
    with closing(open_store()) as store:
        store.commit(Commit(dead_letters=tuple(letters)))
        store.commit(Commit(dead_letters=(letters[0],)))
    with closing(open_store()) as store:
        assert list(store.dead_letters()) == [letters[0], letters[2], letters[1]]
        assert list(store.dead_letters(1)) == [letters[0]]


def _keeps_workspaces_by_revision(open_store: OpenStore) -> None:
    with closing(open_store()) as store:
        store.keep_workspace(REVISION, b"first")
        store.keep_workspace(REVISION, b"again")
        store.keep_workspace(Revision("r2"), b"second")
    with closing(open_store()) as store:
        assert store.latest_revision() == "r2"
        store.keep_workspace(REVISION, b"once more")
        assert store.latest_revision() == REVISION
        assert store.workspace(REVISION) == b"first"
        assert store.workspace(Revision("r2")) == b"second"
        assert store.workspace(Revision("r3")) is None


def _keeps_jobs_as_they_were_last_committed(open_store: OpenStore) -> None:
    with closing(open_store()) as store:
        assert list(store.jobs()) == []
        store.commit(Commit(jobs=(Job("b", b"begun"), Job("a", b"begun"), Job("c", b"begun"))))
        store.commit(Commit(block=block(1, 2), jobs=(Job("b", b"half"), Job("c", b""))))
        _refuses(lambda: store.commit(Commit(block=block(9, 1), jobs=(Job("a", b"lost"),))))
    with closing(open_store()) as store:
        assert list(store.jobs()) == [Job("a", b"begun"), Job("b", b"half")]


def _counts_epochs(open_store: OpenStore) -> None:
    with closing(open_store()) as store:
        assert store.begin_epoch() == 1
    with closing(open_store()) as store:
        assert store.begin_epoch() == 2


def _has_one_user_at_a_time(open_store: OpenStore) -> None:
    with closing(open_store()):
        _refuses(open_store)
    open_store().close()


def _refuses_use_after_closing(open_store: OpenStore) -> None:
    store = open_store()
    store.close()
    store.close()
    _refuses(lambda: store.commit(Commit(block=block(1, 1))))
    _refuses(lambda: store.entry(1))


CASES = (
    Case("ST-01", "reads back what was committed", _reads_back_what_was_committed),
    Case("ST-02", "starts reading after a seq", _starts_reading_after_a_seq),
    Case("ST-03", "finds an entry by its seq", _finds_an_entry_by_its_seq),
    Case("ST-04", "refuses a gap in the log", _refuses_a_gap),
    Case("ST-05", "refuses to work after a failure", _refuses_to_work_after_a_failure),
    Case("ST-06", "keeps links in order", _keeps_links_in_order),
    Case("ST-07", "keeps the latest state of each customer", _keeps_the_latest_state_of_each_customer),
    Case("ST-08", "finds a decision on both sides of the watermark", _finds_a_decision_before_and_after_the_watermark),
    Case("ST-09", "opens ledger rows with their block", _opens_the_ledger_with_its_block),
    Case("ST-10", "leaves nothing of a refused commit", _a_refused_commit_leaves_nothing),
    Case("ST-11", "never takes a delivery back", _a_delivery_never_goes_back),
    Case("ST-12", "takes a later attempt as news", _a_later_attempt_is_news),
    Case("ST-13", "lists what is pending", _lists_what_is_pending),
    Case("ST-14", "keeps a dead letter once", _keeps_dead_letters_once),
    Case("ST-15", "keeps workspaces by revision", _keeps_workspaces_by_revision),
    Case("ST-16", "counts epochs", _counts_epochs),
    Case("ST-17", "has one user at a time", _has_one_user_at_a_time),
    Case("ST-18", "refuses use after closing", _refuses_use_after_closing),
    Case("ST-19", "keeps jobs as they were last committed", _keeps_jobs_as_they_were_last_committed),
    Case("ST-20", "keeps what was learnt with the watermark", _keeps_what_was_learnt_with_the_watermark),
)


def _refuses(act: Callable[[], object]) -> None:
    refusal = None
    try:
        act()
    except StoreError as error:
        refusal = error
    assert refusal is not None, "the store did not refuse"
    assert refusal.instruction, "a StoreError says what to do next"
