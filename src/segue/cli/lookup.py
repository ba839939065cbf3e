"""Finding a customer in a store that nobody has opened: by id, or by identifier."""

from segue.core.identity.resolve import Directory
from segue.model.identities import Identifier, email_identifier
from segue.model.ids import CustomerId
from segue.ports.store import Store


def find_customer(store: Store, name: str) -> CustomerId:
    """Return the customer that ``name`` means: an id, or an identifier such as ``user_id:17850``; known or not."""
    directory = Directory(store.links())
    for block in store.blocks(store.watermark()):
        for link in block.links:
            directory.add(link)
    kind, colon, value = name.partition(":")
    if not colon:
        return directory.survivor(CustomerId(name))
    return directory.find(email_identifier(value) if kind == "email" else Identifier(kind, value))


def last_entry(store: Store, customer_id: CustomerId) -> int:
    """Return the customer's last entry in the log, 0 where there is none."""
    saved = (state.seq for state in store.states() if state.customer_id == customer_id)
    seq = next(saved, 0)
    for block in store.blocks(store.watermark()):
        for entry in block.read():
            if entry.event.customer_id == customer_id:
                seq = max(seq, entry.seq)
    return seq
