"""Changed files take over while the server runs, and the counters tell where people are."""

from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.server.harness import serving, write_workspace

JOURNEY = """
journey: course
version: {version}
in_flight: {in_flight}
entry:
  on: {{kind: event, event: signed_up}}
steps:
  - {{id: first, kind: wait, after: {after}}}
  - {{id: second, kind: wait, after: 30d}}
"""


def course(version: int = 1, in_flight: str = "finish", after: str = "9d") -> str:
    return JOURNEY.format(version=version, in_flight=in_flight, after=after)


def steps(http: httpx2.Client) -> list[tuple[str, int, bool, dict[str, int]]]:
    shown: list[dict[str, Any]] = http.get("/v1/journeys").json()["journeys"]
    return [
        (each["journey"], each["version"], each["is_current"], {s["step"]: s["waiting"] for s in each["steps"]})
        for each in shown
    ]


def test_a_changed_journey_takes_over_and_tells_what_became_of_people(tmp_path: Path) -> None:
    folder = write_workspace(tmp_path, journeys__course_yaml=course())
    with (
        serving(folder) as served,
        httpx2.Client(base_url=served.url, headers={"authorization": f"Bearer {served.key}"}) as http,
    ):
        for user in "abc":
            http.post("/v1/track", json={"userId": user, "event": "signed_up"})
        assert steps(http) == [("course", 1, True, {"first": 3, "second": 0})]
        (folder / "journeys/course.yaml").write_text(course(after="8d"))
        refused = http.post("/v1/admin/apply")
        assert (refused.status_code, refused.json()["code"]) == (409, "not_applicable")
        assert "version 1, which 3 runs are in" in refused.json()["message"]
        (folder / "journeys/course.yaml").write_text(course(version=2))
        (told,) = http.post("/v1/admin/apply").json()["journeys"]
        assert (told["from_version"], told["to_version"], told["choice"]) == (1, 2, "finish")
        http.post("/v1/track", json={"userId": "d", "event": "signed_up"})
        assert steps(http) == [
            ("course", 2, True, {"first": 1, "second": 0}),
            ("course", 1, False, {"first": 3, "second": 0}),
        ]
        (folder / "journeys/course.yaml").write_text(course(version=3, in_flight="migrate"))
        told = http.post("/v1/admin/apply").json()
        assert [each["outcomes"]["migrate"] for each in told["journeys"]] == [{"first": 3}, {"first": 1}]
        assert steps(http) == [("course", 3, True, {"first": 4, "second": 0})]
        text = http.get("/metrics").text
        assert 'segue_journey_step_waiting{journey="course",version="3",step="first"} 4' in text
        assert 'segue_journey_step_runs_total{journey="course",version="1",step="first",way="exited"} 3' in text


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("actions/tea.yaml", "action: tea\nvalue: much\n", "error"),
        ("segue.yaml", "name: corner_shop\nchannels: {site: {type: website}}\nplacements: {hero: {}}\n", "error"),
        (
            "segue.yaml",
            "name: corner_shop\nchannels: {mail: {type: outbox_folder}, site: {type: website}, b: {type: website}}\n"
            "placements: {hero: {}}\n",
            "channels",
        ),
        (
            "segue.yaml",
            "name: other\nchannels: {mail: {type: outbox_folder}, site: {type: website}}\nplacements: {hero: {}}\n",
            "name",
        ),
    ],
)
def test_what_cannot_take_over_changes_nothing(tmp_path: Path, name: str, text: str, words: str) -> None:
    folder = write_workspace(tmp_path)
    with (
        serving(folder) as served,
        httpx2.Client(base_url=served.url, headers={"authorization": f"Bearer {served.key}"}) as http,
    ):
        before = served.site.runtime.world.revision
        (folder / name).write_text(text)
        refused = http.post("/v1/admin/apply")
        assert (refused.status_code, refused.json()["code"]) == (409, "not_applicable")
        assert words in refused.json()["message"]
        assert served.site.runtime.world.revision == before


def test_a_new_placement_can_be_asked_for_at_once(tmp_path: Path) -> None:
    folder = write_workspace(tmp_path)
    with (
        serving(folder) as served,
        httpx2.Client(base_url=served.url, headers={"authorization": f"Bearer {served.key}"}) as http,
    ):
        ask = {"customer": {"user_id": "u"}, "placement": "footer"}
        assert http.post("/v1/decide", json=ask).status_code == 404
        segue = (folder / "segue.yaml").read_text()
        (folder / "segue.yaml").write_text(segue.replace("hero: {}", "hero: {}\n  footer: {}"))
        tea = (folder / "actions/tea.yaml").read_text()
        (folder / "actions/tea.yaml").write_text(tea.replace("placement: hero", "placement: footer"))
        assert http.post("/v1/admin/apply").json()["journeys"] == []
        answer = http.post("/v1/decide", json=ask).json()
        assert [action["action"] for action in answer["actions"]] == ["tea"]
