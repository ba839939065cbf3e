"""Serving as a process: open only to this machine in development, and it ends gracefully."""

import signal
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from segue.model.errors import SegueError
from segue.runtimes.embedded import Settings
from segue.server.serve import bind, check_exposure, serve
from tests.server.harness import serving, write_workspace

PROGRAM = """
import sys
from pathlib import Path
from segue.server.serve import serve
serve(Path(sys.argv[1]), port=0, is_development=True, ready=lambda address, site: print(address, flush=True))
print("stopped", flush=True)
"""


def test_development_is_refused_on_an_interface_that_others_reach(tmp_path: Path) -> None:
    with pytest.raises(SegueError, match="this machine only"):
        serve(write_workspace(tmp_path), host="0.0.0.0", port=0, is_development=True)  # noqa: S104
    check_exposure("0.0.0.0", is_open=False)  # noqa: S104


def test_a_taken_port_is_said() -> None:
    taken = bind("127.0.0.1", 0)
    taken.listen()
    with pytest.raises(SegueError, match="--port"):
        bind("127.0.0.1", taken.getsockname()[1])
    taken.close()


def test_open_access_needs_no_key_from_this_machine_and_none_helps_from_elsewhere(tmp_path: Path) -> None:
    call = {"userId": "u", "event": "E"}
    with serving(write_workspace(tmp_path), open_access=True) as served, httpx2.Client(base_url=served.url) as http:
        assert http.post("/v1/track", json=call).status_code == 200
        assert http.get("/v1/customers", params={"user_id": "u"}).status_code == 200
        page = {"origin": "http://localhost:3000"}
        assert http.post("/v1/track", json=call, headers=page).status_code == 200
        for foreign in ({"host": "rebound.example"}, {"origin": "https://evil.example"}, {"origin": "null"}):
            assert http.post("/v1/track", json=call, headers=foreign).status_code == 403


def test_when_too_much_waits_the_answer_is_429_with_retry_after(tmp_path: Path) -> None:
    settings = Settings(queue_max=10)
    with (
        serving(write_workspace(tmp_path), open_access=True, settings=settings) as served,
        httpx2.Client(base_url=served.url) as http,
    ):
        batch = [{"type": "track", "userId": "u", "event": "E", "messageId": f"m{n}"} for n in range(11)]
        answer = http.post("/v1/batch", json={"batch": batch})
        assert (answer.status_code, answer.json()["code"]) == (429, "overloaded")
        assert answer.headers["retry-after"] == "1"
        assert http.post("/v1/batch", json={"batch": batch[:10]}).status_code == 200


def test_a_signal_ends_it_gracefully_and_what_was_acknowledged_is_there_after_a_restart(tmp_path: Path) -> None:
    folder = write_workspace(tmp_path)
    for turn, number in enumerate((signal.SIGTERM, signal.SIGINT)):
        with subprocess.Popen([sys.executable, "-c", PROGRAM, folder], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            address = process.stdout.readline().strip()
            with httpx2.Client(base_url=address) as http:
                if turn:
                    assert http.get("/v1/customers", params={"user_id": "kept"}).status_code == 200
                else:
                    assert http.post("/v1/track", json={"userId": "kept", "event": "E"}).status_code == 200
            process.send_signal(number)
            assert process.stdout.read() == "stopped\n"
            assert process.wait(20) == 0
