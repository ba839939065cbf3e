"""The pieces of the guide to journeys are one journey, which can be run."""

import re
from pathlib import Path
from typing import Any

import yaml

from segue.core.world import build_world
from segue.model.steps import Step
from segue.workspace import load
from segue.workspace.documents import write_document

PAGE = (Path(__file__).parents[2] / "docs/guides/journeys.md").read_text()
BLOCKS = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
VARIANTS = """
variants:
  - {channel: email, template: words.txt}
  - {channel: sms, template: words.txt}
  - {channel: display, audience: lookers}
"""
FILES = {
    "segue.yaml": """
name: guide
channels:
  email: {type: outbox_folder, folder: out}
  sms: {type: outbox_folder, folder: out}
  display: {type: display_audience, folder: ads}
  crm: {type: webhook, url: 'https://crm.example.com/hook', secret: '${CRM_SECRET}'}
""",
    "events.yaml": """
events:
  product_viewed: {properties: {price: number}}
  cart_updated: {}
  order_completed: {}
  order_returned: {}
  account_closed: {}
  ticket_opened: {}
  ticket_closed: {}
  price_asked: {}
""",
    "features.yaml": """
traits:
  unhappy: {type: boolean}
  trial_ends: {type: instant}
  last_journey: {type: text}
  first_seen_price: {type: number}
features:
  orders: {kind: count, event: order_completed}
  views_7d: {kind: count, event: product_viewed, window: 7d}
""",
    "templates/words.txt": "Hello.",
    "actions/welcome_offer.yaml": f"action: welcome_offer{VARIANTS}",
    "actions/size_guide.yaml": f"action: size_guide{VARIANTS}",
    "audiences/lookers.yaml": "audience: lookers",
    "journeys/survey.yaml": "journey: survey\nentry: {on: {kind: api}}\nsteps: [{id: end, kind: exit}]\n",
}


def whole_journey() -> dict[str, Any]:
    """Return the journey that the blocks make up; `on` is a key here, no yes."""
    journey: dict[str, Any] = {"steps": []}
    for block in BLOCKS:
        piece = yaml.safe_load(re.sub(r"\bon:", '"on":', block))
        journey["steps"] += piece.pop("steps", [])
        journey |= piece
    return journey


def test_the_pieces_are_one_journey_with_every_kind_of_step(tmp_path: Path) -> None:
    for name, text in {**FILES, "journeys/care.yaml": write_document(whole_journey())}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    world = build_world(load(tmp_path).workspace)
    (care,) = (journey for journey in world.workspace.journeys if journey.journey == "care")
    shown = {step.__struct_config__.tag for step in care.steps}
    assert shown == {kind.__struct_config__.tag for kind in Step.__args__}
    assert len(care.steps) == len(world.journeys.by_name["care"].steps) == 16
