"""Calling the running server."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from segue.cli.calling import address_of, post
from segue.model.errors import SegueError
from segue.workspace import load
from tests.workspace.shop import FILES, write_shop


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:9000"),
        ("0.0.0.0", "http://127.0.0.1:9000"),  # noqa: S104  # what a workspace may say
        ("'::'", "http://[::1]:9000"),
        ("segue.internal", "http://segue.internal:9000"),
    ],
)
def test_the_workspace_says_where_its_server_is(tmp_path: Path, host: str, address: str) -> None:
    server = f"server: {{host: {host}, port: 9000, "
    files = {"segue.yaml": FILES["segue.yaml"].replace("server: {", server)}
    assert address_of(load(write_shop(tmp_path, files))) == address


class _Other(BaseHTTPRequestHandler):
    """A server that is not ours: it answers everything with the status in the path, and no JSON."""

    def do_POST(self) -> None:
        body = b"<html>"
        self.send_response(int(self.path.strip("/")))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def other() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Other)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("path", "words"),
    [("/200", "is not Segue"), ("/502", "HTTP 502. Nothing happened."), ("/401", "segue keys create --scope manage")],
)
def test_what_answers_is_not_always_ours(other: str, path: str, words: str) -> None:
    with pytest.raises(SegueError, match=words):
        post(other, path, {}, scope="manage", refused="Nothing happened.")
