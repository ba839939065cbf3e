"""Every definition in the guide to entries is one, and together they make a workspace."""

import re
from pathlib import Path

from segue.core.world import build_world
from segue.model.triggers import Trigger
from segue.workspace import load

PAGE = (Path(__file__).parents[2] / "docs/guides/entries.md").read_text()
BLOCKS = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
FILES = {
    "segue.yaml": "name: guide\nchannels: {}\n",
    "events.yaml": """
events:
  cart_updated: {properties: {items: number}}
  order_completed: {}
  product_viewed: {properties: {category: text}}
  page_viewed: {}
  price_fell: {properties: {percent: number}, activity: false}
""",
    "features.yaml": """
traits:
  tier: {type: text}
features:
  orders: {kind: count, event: order_completed}
  orders_90d: {kind: count, event: order_completed, window: 90d}
  recent_orders: {kind: count, event: order_completed, window: 7d}
""",
}
STEPS = "steps:\n  - {kind: exit, id: end}\n"


def test_the_examples_of_the_guide_are_a_workspace_and_show_every_kind(tmp_path: Path) -> None:
    entries = [block for block in BLOCKS if block.startswith("entry:")]
    (audience,) = [block for block in BLOCKS if block not in entries]
    journeys = {f"example_{number}": entry for number, entry in enumerate(entries)} | {"onboarding": entries[0]}
    files = FILES | {"audiences/lapsed.yaml": audience}
    files |= {f"journeys/{name}.yaml": f"journey: {name}\n{entry}{STEPS}" for name, entry in journeys.items()}
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    world = build_world(load(tmp_path).workspace)
    shown = {journey.entry.on.__struct_config__.tag for journey in world.workspace.journeys if journey.entry.on}
    assert shown == {kind.__struct_config__.tag for kind in Trigger.__args__}  # type: ignore[attr-defined]
    assert len(world.triggers.schedules) == 2
    assert [kind for kind in shown if f"| `{kind}` |" not in PAGE] == []
