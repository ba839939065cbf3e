"""A small shop as files, with a log of what customers did and how they answered; for the commands that learn."""

from pathlib import Path

from segue.core.world import build_world
from segue.model.time import DAY, Instant
from segue.ports.store import Block, Commit, Entry, pack, pack_entry
from segue.stores.sqlite import SqliteStore
from segue.workspace import load
from tests.learning.shop import BEGIN, history, log_of

UNTIL = Instant(BEGIN + 40 * DAY)
"""When everything of the log is over."""

FILES = {
    "segue.yaml": """\
name: shop
groups: {holdout: 0.1}
policy: {name: random}
late_after: 40000d
channels:
  email: {type: outbox_folder, contact_trait: email}
""",
    "features.yaml": """\
traits:
  email: {type: text}
  buyer: {type: boolean}
  churn_risk: {type: number}
  lifetime_value: {type: number}
features:
  visits: {kind: count, event: visited, window: 30d}
  since_visit: {kind: recency, event: visited}
""",
    "events.yaml": """\
events:
  visited: {}
  bought: {properties: {margin: number}}
""",
    "triggers.yaml": """\
triggers:
  visit: {kind: event, event: visited}
rules:
  - {rule: ask_voucher, trigger: visit, action: voucher}
  - {rule: ask_news, trigger: visit, action: news}
""",
    "contact_rules.yaml": "caps: []\nquiet_hours: []\nmin_gap: 0s\nconsent: {default: opt_out}\n",
    "actions/voucher.yaml": """\
action: voucher
value: 20
cost: 0.5
category: service
converted_by: bought
converted_within: 1min
variants:
  - {channel: email, template: offer.txt}
""",
    "actions/news.yaml": """\
action: news
value: 5
cost: 0.1
category: service
converted_by: bought
converted_within: 1min
variants:
  - {channel: email, template: offer.txt}
""",
    "templates/offer.txt": "---\nsubject: For you\n---\nCome and see.\n",
    "learning.yaml": """\
objectives:
  bought: {event: bought, value: 20}
  margin: {event: bought, of: margin, at_most: 200}
context: [buyer, visits, since_visit]
windows: {email: 3d}
gates: {calibration_error: 0.15}
churn: {event: bought, within: 7d, among: 21d}
lifetime: {event: bought, of: margin, horizon: 90d}
""",
}


def write_files(folder: Path, **replaced: str) -> Path:
    """Write the workspace; ``replaced`` by name without ``.yaml``."""
    for name, content in {**FILES, **{f"{name}.yaml": text for name, text in replaced.items()}}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return folder


def write_log(folder: Path, customers: int, visits: int) -> list[Entry]:
    """Let customers visit, the workspace decide and customers answer; keep the log as a runtime would."""
    workspace = load(folder).workspace
    world = build_world(workspace)
    entries = log_of(workspace, history(customers, visits), until=UNTIL)
    store = SqliteStore(folder / ".segue")
    store.keep_workspace(world.revision, pack(workspace))
    store.commit(Commit(block=Block(1, world.revision, tuple(map(pack_entry, entries)))))
    store.close()
    return entries
