"""A workspace that uses every kind of step and everything that journeys share, without findings; for slips in it."""

from tests.workspace.shop import FILES as SHOP

FILES = {
    **SHOP,
    "segue.yaml": """\
name: club
hours_by: country
channels:
  email:
    type: outbox_folder
    contact_trait: email
    roles: [awareness, consideration]
    provider: relay
    rate: 20
  sms:
    type: outbox_folder
    contact_trait: phone
    can: [link]
    latency: 3s
  hero:
    type: website
  display:
    type: display_audience
  crm:
    type: webhook
    url: https://crm.example/hook
    secret: ${CRM_SECRET}
providers: {relay: 10}
placements:
  home_hero: {}
server: {public_url: "https://segue.club.example"}
""",
    "features.yaml": SHOP["features.yaml"].replace(
        "traits:\n", "traits:\n  phone: {type: text}\n  country: {type: text}\n"
    ),
    "events.yaml": SHOP["events.yaml"] + "  signed_up: {}\n  seat_taken: {}\n",
    "themes.yaml": """\
themes:
  reorder:
    exclusive: line
    order: [display, email]
    lead: 1d
  hello:
    exclusive: line
""",
    "capacities.yaml": """\
capacities:
  texts:
    limit: 100
    per: 1d
    channels: [sms]
    ramp: [0.1, 0.5]
    ramp_from: 2026-03-01
  budget:
    limit: 50.5
    per: 1d
    counts: cost
    actions: [hello]
""",
    "contact_rules.yaml": """\
caps:
  - {cap: weekly, limit: 4, calendar: week}
  - {cap: news, limit: 1, window: 1d, scope: tag, only: news}
""",
    "actions/hello.yaml": """\
action: hello
category: service
theme: hello
tags: [news]
urgency: 1h
needs: [link]
variants:
  - channel: email
    template: hello.txt
  - channel: sms
    template: hello.txt
""",
    "actions/banner.yaml": """\
action: banner
theme: reorder
follows_theme: true
variants:
  - channel: hero
    placement: home_hero
  - channel: display
    audience: warm
""",
    "audiences/warm.yaml": "audience: warm\n",
    "templates/hello.txt": "---\nsubject: Hello\n---\nHello\n",
    "journeys/nurture.yaml": """\
journey: nurture
version: 2
in_flight: migrate
migration: {steps: {welcome: greet}}
entry:
  on: {kind: event, event: signed_up}
  debounce: 5min
  rate: {limit: 100, per: 1h}
goal: {event: order_completed}
expires_after: 90d
on:
  - event: seat_taken
    goto: nudge
  - event: cart_abandoned
    set: {orders: orders_30d}
pacing: {by: orders_30d, keen: 3}
stages:
  - stage: consideration
    expect: {event: cart_abandoned, when: spent > 0}
    within: 10d
    recover: again
steps:
  - id: greet
    kind: propose
    action: hello
    group: {order: [email, sms], cancel_on: [{event: order_completed, when: spent > 1}]}
  - id: breathe
    kind: wait
    after: 3d
    paced: true
  - id: tone
    kind: split
    experiment: tone
    arms:
      - {arm: warm, next: nudge}
      - {arm: cool, next: mark}
  - id: nudge
    kind: propose
    stage: consideration
    actions: [hello, offer]
    channels: [email]
  - id: mark
    kind: set_trait
    set: {vip: orders_30d > 3}
  - id: tell
    kind: webhook
    channel: crm
    payload: {address: email}
    on_failure: pick
  - id: pick
    kind: choose
    options:
      - {option: more, next: round, value: 2}
      - {option: enough, next: other}
    otherwise: end
  - id: round
    kind: goto
    to: breathe
    at_most: 2
  - id: other
    kind: sub_journey
    journey: reorder
    next: end
  - id: again
    kind: wait
    receptive: 2d
  - id: end
    kind: exit
""",
}
