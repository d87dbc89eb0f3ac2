"""The way into JupyterLab: its address with the token, or what to do where it does not answer."""

from __future__ import annotations

import http.server
import runpy
import threading
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from jupyter_server.services.contents.filemanager import FileContentsManager
from traitlets.config import Config

from lakehouse.platform.errors import PlatformError
from lakehouse.platform.jupyter import address_with_token
from lakehouse.platform.services import SERVICES
from lakehouse.platform.settings import MissingSecretError, Settings
from lakehouse.platform.trial import free_ports


class Answering(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/api" else 403)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def answering() -> Iterator[int]:
    """The port of a server that answers as JupyterLab does to somebody without a token."""
    with http.server.HTTPServer(("127.0.0.1", 0), Answering) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def test_its_token_stands_in_the_address(answering: int) -> None:
    config = Settings(_env_file=None, jupyter_port=answering, jupyter_token="abc")
    assert address_with_token(config) == f"http://127.0.0.1:{answering}/lab?token=abc"


@pytest.mark.parametrize(
    ("runtime", "command"),
    [("processes", "./lakehouse up jupyter"), ("docker", "./lakehouse --runtime docker up bi")],
)
def test_where_it_does_not_answer_the_command_that_starts_it_is_named(
    runtime: str, command: str
) -> None:
    (port,) = free_ports(1)
    config = Settings(_env_file=None, runtime=runtime, jupyter_port=port, jupyter_token="abc")
    with pytest.raises(PlatformError, match=command) as raised:
        address_with_token(config)
    assert "abc" not in str(raised.value)


def test_before_set_up_there_is_no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LAKEHOUSE_JUPYTER_TOKEN", raising=False)
    with pytest.raises(MissingSecretError, match="lakehouse up"):
        address_with_token(Settings(_env_file=None))


def test_saved_notebook_keeps_its_outputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LAKEHOUSE_BIND_HOST", "LAKEHOUSE_NOTEBOOKS_DIR", "JUPYTER_TOKEN"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("LAKEHOUSE_JUPYTER_PORT", "1")
    config = Config()
    file = SERVICES / "jupyter" / "conf" / "jupyter_server_config.py"
    runpy.run_path(str(file), {"get_config": lambda: config})
    manager = FileContentsManager(config=config, root_dir=str(tmp_path))
    shown = nbformat.v4.new_output("stream", text="42")
    cell = nbformat.v4.new_code_cell("6 * 7", outputs=[shown], execution_count=1)
    notebook = nbformat.v4.new_notebook(cells=[cell])

    manager.save({"type": "notebook", "format": "json", "content": notebook}, "mine.ipynb")

    (saved,) = nbformat.read(tmp_path / "mine.ipynb", as_version=4).cells
    assert (saved.outputs, saved.execution_count) == ([shown], 1)
