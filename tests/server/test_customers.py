"""What an operator sees of customers and decisions."""

import httpx2
import pytest

from tests.server.harness import Served


@pytest.fixture(scope="module", autouse=True)
def nora(http: httpx2.Client, served: Served) -> str:
    """A customer who signed up, ordered and was written to; her id."""
    traits = {"email": "nora@example.com", "firstName": "Nora"}
    http.post("/v1/identify", json={"userId": "nora", "anonymousId": "dev-1", "traits": traits})
    http.post("/v1/track", json={"userId": "nora", "event": "Order Completed", "properties": {"revenue": 20}})
    http.post("/v1/track", json={"userId": "nora", "event": "Signed Up"})
    served.ask(served.site.runtime.drain())
    customer_id: str = http.get("/v1/customers", params={"user_id": "nora"}).json()["customer_id"]
    return customer_id


def test_a_customer_shows_traits_features_caps_and_the_timeline_latest_first(http: httpx2.Client, nora: str) -> None:
    shown = http.get(f"/v1/customers/{nora}").json()
    assert shown["traits"] == {"email": "nora@example.com", "first_name": "Nora"}
    features = shown["features"]
    assert (features["orders"], features["revenue_30d"]) == (1, 20.0)
    assert features["last_order"].endswith("Z")
    assert features["idle"].startswith("PT")
    assert {cap["cap"]: (cap["used"], cap["limit"]) for cap in shown["caps"]} == {
        "promo_daily": (1, 1),
        "promo_weekly": (1, 4),
    }
    kinds = [(entry["kind"], entry["event"].get("name")) for entry in shown["timeline"]]
    assert kinds == [
        ("delivery_reported", None),
        ("tracked", "signed_up"),
        ("tracked", "order_completed"),
        ("identified", None),
    ]
    assert shown["first_seen"].endswith("Z")


@pytest.mark.parametrize("query", [{"user_id": "nora"}, {"anonymous_id": "dev-1"}, {"email": "NORA@example.com"}])
def test_a_customer_is_found_by_any_identifier(http: httpx2.Client, nora: str, query: dict[str, str]) -> None:
    assert http.get("/v1/customers", params=query).json()["customer_id"] == nora


def test_the_timeline_is_as_long_as_asked_for(http: httpx2.Client, nora: str) -> None:
    assert len(http.get(f"/v1/customers/{nora}", params={"limit": 2}).json()["timeline"]) == 2
    assert http.get(f"/v1/customers/{nora}", params={"limit": "all"}).json()["code"] == "bad_limit"


def test_a_decision_of_the_timeline_says_what_was_considered(http: httpx2.Client, nora: str) -> None:
    timeline = http.get(f"/v1/customers/{nora}").json()["timeline"]
    (decision_id,) = [each for entry in timeline for each in entry.get("decisions", [])]
    decision = http.get(f"/v1/decisions/{decision_id}").json()
    assert (decision["customer_id"], decision["slot"], decision["group"]) == (nora, "message", "agent")
    assert decision["chosen"] == "rule:greet/welcome/mail"
    assert {each["key"]: each.get("suppressed") for each in decision["considered"]} == {
        "rule:greet/welcome/mail": None,
        "silence": "lost_arbitration",
    }


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/v1/customers/nobody", "unknown_customer"),
        ("/v1/customers?user_id=nobody", "unknown_customer"),
        ("/v1/decisions/none", "unknown_decision"),
        ("/v1/nothing", "not_found"),
    ],
)
def test_what_is_not_there_is_404(http: httpx2.Client, path: str, code: str) -> None:
    answer = http.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, code)


def test_reading_needs_its_scope(served: Served, stranger: httpx2.Client, nora: str) -> None:
    for path in (f"/v1/customers/{nora}", "/v1/customers?user_id=nora", "/v1/decisions/x", "/metrics"):
        assert stranger.get(path).status_code == 401
        headers = {"authorization": f"Bearer {served.key_for('ingest', 'decide', 'receipts')}"}
        assert stranger.get(path, headers=headers).status_code == 403
