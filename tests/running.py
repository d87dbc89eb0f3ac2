"""One platform for the whole test session: its own data folder and ports, beside one that runs."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from integration.launching import lakehouse
from lakehouse.platform.ports import is_free
from lakehouse.platform.settings import PROJECT, Settings, settings

PORTS = [name for name in Settings.model_fields if name.endswith("_port")]


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on, below those that systems give to outgoing connections.

    One of those could be taken while a killed server starts again.
    """
    candidates = random.sample(range(20_000, 32_000), 20 * count)
    return [port for port in candidates if is_free(port, "127.0.0.1")][:count]


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings of running batch servers; everything is stopped and deleted afterwards."""
    before = dict(os.environ)
    folder: Path = tmp_path_factory.mktemp("lake")
    # a copy: tests put DAGs of their own beside the project's
    dags = shutil.copytree(PROJECT / "dags", folder / "dags")
    os.environ["LAKEHOUSE_STATE_DIR"] = str(folder / "state")
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
