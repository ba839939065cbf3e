"""The engine decides the same in every process: two hash seeds, byte for byte."""

import os
import subprocess
import sys

from tests.architecture.sources import ROOT

REPLAY = """
from itertools import islice
from pathlib import Path
from segue.core.world import build_world
from segue.runtimes.replay import replay
from segue.sources.files import DeadRow, parse_mapping, read
from segue.workspace import load

loaded = load(Path("examples/two_channels"))
mapping = parse_mapping(loaded.sources["online_retail"], "online_retail")
rows = read(loaded.folder / "data" / "orders.parquet", mapping, source="online_retail")
facts = islice((row for row in rows if not isinstance(row, DeadRow)), 4000)
replayed = replay(build_world(loaded.workspace), facts)
print(replayed.decisions, replayed.decisions_digest, replayed.states_digest)
"""


def test_two_hash_seeds_give_the_same_decisions_and_states() -> None:
    outputs = [
        subprocess.run(
            [sys.executable, "-c", REPLAY],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "4242")
    ]

    assert outputs[0] == outputs[1]
    assert int(outputs[0].split()[0]) > 10
