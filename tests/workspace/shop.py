"""A small workspace without findings, as text by file, and a way to spoil it."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from segue.workspace import check

FILES = {
    "segue.yaml": """\
name: shop
zone: Europe/London
groups: {holdout: 0.1}
channels:
  email:
    type: outbox_folder
    contact_trait: email
  hero:
    type: website
placements:
  home_hero: {}
server: {public_url: "https://segue.shop.example"}
""",
    "features.yaml": """\
traits:
  email: {type: text}
  vip: {type: boolean}
  first_name: {type: text}
features:
  orders_30d:
    kind: count
    event: order_completed
    where: event.amount > 0
    window: 30d
  spent:
    kind: sum
    event: order_completed
    of: amount
    half_life: 90d
""",
    "events.yaml": """\
events:
  order_completed:
    properties: {amount: number}
  cart_abandoned: {}
""",
    "triggers.yaml": """\
triggers:
  lapsed:
    kind: absence
    event: order_completed
    then_not: order_completed
    within: 30d
  busy:
    kind: count
    event: order_completed
    at_least: 3
    within: 7d
  became_vip:
    kind: trait_change
    trait: vip
rules:
  - rule: thank
    trigger: busy
    action: offer
    channels: [hero]
""",
    "contact_rules.yaml": """\
caps:
  - {cap: weekly, limit: 4, window: 7d}
  - {cap: mail_daily, limit: 1, window: 1d, scope: channel, only: email}
quiet_hours:
  - {start: "21:00", end: "08:00", channels: [email]}
consent: {default: opt_in, email: opt_in}
""",
    "themes.yaml": """\
themes:
  reorder: {window: 14d}
""",
    "actions/offer.yaml": """\
action: offer
value: 5
theme: reorder
eligible_when: spent > 10 and not vip
converted_by: order_completed
variants:
  - channel: email
    template: offer.html
  - channel: hero
    placement: home_hero
""",
    "journeys/reorder.yaml": """\
journey: reorder
entry:
  trigger: lapsed
reentry: after 30d
exits:
  - event: order_completed
goal: {event: order_completed}
steps:
  - id: morning
    kind: wait
    at: "+1d 09:00"
  - id: which
    kind: branch
    cases:
      - when: orders_30d > 2
        next: listen
    otherwise: mail
  - id: mail
    kind: propose
    action: offer
    channels: [email]
  - id: listen
    kind: wait_for
    events:
      - event: cart_abandoned
    within: 2d
  - id: end
    kind: exit
""",
    "sources/orders.yaml": """\
files: "orders*.csv"
at: {column: when}
identifiers: {user_id: customer}
event:
  - name: order_completed
    when: [{column: total, above: 0}]
properties:
  amount: {column: total, type: number}
""",
    "audiences/buyers.yaml": """\
audience: buyers
when: orders_30d > 0
""",
    "templates/offer.html": """\
---
subject: Time for more
---
<p>Hello {{ customer.first_name | default: "you" }}</p>
<p>Shop, 1 High Street, London N1 9GU. <a href="{{ unsubscribe_url }}">Unsubscribe</a></p>
""",
}


def write_shop(
    folder: Path, replaced: Mapping[str, str | None] | None = None, files: Mapping[str, str] = FILES
) -> Path:
    """Write the workspace; ``replaced`` are files with another content, None for a file that is left out."""
    for name, content in {**files, **(replaced or {})}.items():
        if content is not None:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
    return folder


def spoil(folder: Path, file: str, there: str, instead: str, files: Mapping[str, str] = FILES) -> Path:
    """Write the workspace with one passage of one file replaced."""
    assert files[file].count(there) == 1, f"{there!r} does not stand once in {file}"
    return write_shop(folder, {file: files[file].replace(there, instead)}, files)


class Slip(NamedTuple):
    """A mistake somebody could make: in ``file``, ``instead`` of what stands ``there``; ``check`` says ``code`` and
    points at the text that starts with ``points_at``.
    """

    code: str
    file: str
    there: str
    instead: str
    points_at: str


def assert_found(folder: Path, slip: Slip, files: Mapping[str, str] = FILES) -> None:
    """Make the mistake and look whether it is found once, at its place."""
    spoil(folder, slip.file, slip.there, slip.instead, files)
    findings = check(folder)
    found = [finding.place for finding in findings if finding.code == slip.code]
    assert [place.file for place in found] == [slip.file], "\n".join(map(str, findings))
    lines = (folder / slip.file).read_text(encoding="utf-8").split("\n")[found[0].line - 1 :]
    assert "\n".join(lines)[found[0].column - 1 :].startswith(slip.points_at)
