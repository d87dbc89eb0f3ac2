"""One platform for the whole test session: its own data folder and ports, beside one that runs."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from integration.launching import lakehouse
from lakehouse.platform.settings import Settings, settings

PORTS = [name for name in Settings.model_fields if name.endswith("_port")]


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on, all held at once so that they differ."""
    with ExitStack() as stack:
        held = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [one.getsockname()[1] for one in held]


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings of running batch servers; everything is stopped and deleted afterwards."""
    before = dict(os.environ)
    folder: Path = tmp_path_factory.mktemp("lake")
    dags = folder / "dags"
    dags.mkdir()
    os.environ["LAKEHOUSE_STATE_DIR"] = str(folder / "state")
    # the project's own DAGs would start to work as soon as they are read
    os.environ["LAKEHOUSE_DAGS_DIR"] = str(dags)
    for name, number in zip(PORTS, free_ports(len(PORTS)), strict=True):
        os.environ[f"LAKEHOUSE_{name.upper()}"] = str(number)
    settings.cache_clear()
    try:
        started = lakehouse("up")
        assert started.returncode == 0, started.stdout + started.stderr
        settings.cache_clear()
        yield settings()
    finally:
        lakehouse("reset", "--yes")
        os.environ.clear()
        os.environ.update(before)
        settings.cache_clear()
