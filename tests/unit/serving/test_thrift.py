"""What people are told when the Thrift server cannot be reached; how often a session logs in."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from lakehouse.platform.settings import settings
from lakehouse.platform.trial import free_ports
from lakehouse.serving import thrift
from lakehouse.serving.thrift_transport import LoggedIn


def test_a_server_that_is_not_there_is_named_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (free,) = free_ports(1)
    here = settings().model_copy(update={"spark_thrift_port": free})
    monkeypatch.setattr(thrift, "settings", lambda: here)
    with pytest.raises(thrift.QueryError, match=f":{free} does not answer .*lakehouse up"):
        thrift.query("SELECT 1", thrift.Login("nobody", "nothing"))


@pytest.fixture
def server() -> Iterator[tuple[str, list[tuple[bool, str | None]]]]:
    """A server that gives a cookie to whoever brings none: its address, and what requests had."""
    seen: list[tuple[bool, str | None]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            seen.append(("Authorization" in self.headers, self.headers["Cookie"]))
            self.send_response(200)
            if self.headers["Cookie"] is None:
                self.send_header("Set-Cookie", "auth=given; Max-Age=9; HttpOnly")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *told: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{listening.server_port}/cliservice", seen
        listening.shutdown()
        thread.join()


def test_a_session_logs_in_once_and_then_shows_its_cookie(
    server: tuple[str, list[tuple[bool, str | None]]],
) -> None:
    url, seen = server
    transport = LoggedIn(url, thrift.Login("somebody", "something"))
    for _ in range(4):
        transport.write(b"x")
        transport.flush()
    transport.close()
    assert seen == [(True, None), *[(True, "auth=given")] * 3]
