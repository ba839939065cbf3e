"""The same events give the same bytes in every process, whatever the order of its sets."""

import os
import subprocess
import sys
from pathlib import Path

PROGRAM = """
from hashlib import blake2b
import msgspec
from segue.model.deliveries import DeliveryStatus as S
from segue.model.time import DAY, HOUR, MINUTE
from tests.properties.market import a_market_world
from tests.properties.town import Plan, live

HAPPENINGS = [
    {"name": "joined"}, {"name": "page_viewed"}, {"name": "cart_updated", "cart_id": "a"}, {"tier": "gold"},
    {"enroll": "care"}, {"name": "item_viewed", "item": "a"}, {"placement": "hero"}, {"name": "order_completed"},
    {"name": "pricing_viewed"}, {"zone": "Asia/Kolkata"}, {"name": "complained"}, {"name": "called"},
    {"name": "merge", "other": "bob"}, {"name": "page_viewed"}, {"name": "joined"},
]
DELAYS = [MINUTE, 7 * HOUR, DAY, 0, 2 * DAY + HOUR, 31 * MINUTE, HOUR]
PEOPLE = ["ann", "bob", "cat", "ann", "cat"]
events = [(DELAYS[i % 7], PEOPLE[i % 5], HAPPENINGS[i % len(HAPPENINGS)]) for i in range(75)]
answers = [(S.ACCEPTED, 0), (S.RETRYABLE, MINUTE), (S.CLICKED, 3 * HOUR), (S.REJECTED, 0), (S.OPENED, MINUTE)]
town = live(Plan(events, answers), a_market_world())
digest = blake2b(digest_size=16)
for advanced in town.log:
    digest.update(bytes(advanced.packed))
    for transition in advanced.transitions:
        digest.update(msgspec.msgpack.encode(transition))
print(len(town.log), digest.hexdigest())
"""


def test_the_same_events_give_the_same_bytes_whatever_the_seed_of_hashes() -> None:
    root = Path(__file__).parents[3]
    told = set()
    for seed in ("0", "1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(root)}
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM], env=environment, cwd=root, capture_output=True, text=True, check=True
        )
        told.add(done.stdout)
    assert len(told) == 1
    assert int(told.pop().split()[0]) > 150
