"""Unsubscribe links: GET asks, POST withdraws."""

import re

import httpx2

from segue.channels.unsubscribe import sign
from segue.model.events import ConsentChanged
from segue.model.identities import Identifier
from segue.model.ids import CustomerId
from tests.server.harness import Served


def customer(served: Served, http: httpx2.Client, user: str) -> CustomerId:
    http.post("/v1/identify", json={"userId": user, "traits": {"email": f"{user}@example.com"}})
    found = served.site.runtime.find(Identifier("user_id", user))
    assert found is not None
    return found


def link(served: Served, customer_id: CustomerId) -> str:
    return "/unsubscribe/" + sign(served.site.keys.secret, customer_id, "mail", "marketing")


def words(served: Served, customer_id: CustomerId) -> list[ConsentChanged]:
    entries = served.ask(served.site.runtime.timeline(customer_id, 100))
    return [entry.event for entry in entries if isinstance(entry.event, ConsentChanged)]


def test_looking_at_the_page_withdraws_nothing(served: Served, http: httpx2.Client, stranger: httpx2.Client) -> None:
    customer_id = customer(served, http, "ida")
    for method in ("GET", "HEAD"):
        answer = stranger.request(method, link(served, customer_id))
        assert answer.status_code == 200
    assert '<form method="post">' in stranger.get(link(served, customer_id)).text
    assert words(served, customer_id) == []


def test_one_click_withdraws_consent_and_again_without_harm(
    served: Served, http: httpx2.Client, stranger: httpx2.Client
) -> None:
    customer_id = customer(served, http, "jon")
    for _ in range(2):
        body = {"List-Unsubscribe": "One-Click"}
        assert stranger.post(link(served, customer_id), data=body).status_code == 200
    word = words(served, customer_id)[0]
    assert (word.channel, word.purpose, word.granted, word.source) == ("mail", "marketing", False, "one_click")
    shown = http.get(f"/v1/customers/{customer_id}").json()["consents"]
    assert [(c["channel"], c["purpose"], c["granted"]) for c in shown] == [("mail", "marketing", False)]


def test_nothing_is_sent_after_the_withdrawal(served: Served, http: httpx2.Client, stranger: httpx2.Client) -> None:
    customer_id = customer(served, http, "kay")
    stranger.post(link(served, customer_id))
    http.post("/v1/track", json={"userId": "kay", "event": "Signed Up"})
    served.ask(served.site.runtime.drain())
    entries = served.ask(served.site.runtime.timeline(customer_id, 100))
    assert [command for entry in entries for command in entry.commands] == []
    suppressed = [c.suppressed for entry in entries for d in entry.decisions for c in d.considered if c.action]
    assert suppressed == ["no_consent"]


def test_the_link_in_a_delivered_message_works(served: Served, http: httpx2.Client, stranger: httpx2.Client) -> None:
    customer_id = customer(served, http, "leo")
    http.post("/v1/track", json={"userId": "leo", "event": "Signed Up"})
    served.ask(served.site.runtime.drain())
    mails = [path.read_text() for path in served.site.state.rglob("*.eml") if "leo@example.com" in path.read_text()]
    (mail,) = mails
    header = re.search(r"^List-Unsubscribe: <(.+?)>", re.sub(r"\r?\n[ \t]+", "", mail), re.M)
    assert header is not None
    assert header[1].startswith(served.url)
    assert stranger.post(header[1], data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert [word.granted for word in words(served, customer_id)] == [False]


def test_a_token_that_was_not_signed_here_is_not_found(stranger: httpx2.Client) -> None:
    forged = "/unsubscribe/" + sign(b"another secret of enough bytes", CustomerId("c"), "mail", "marketing")
    for method in ("GET", "POST"):
        assert stranger.request(method, forged).status_code == 404


def test_the_page_is_kept_by_nobody_and_framed_by_nobody(
    served: Served, http: httpx2.Client, stranger: httpx2.Client
) -> None:
    headers = stranger.get(link(served, customer(served, http, "mia"))).headers
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
