"""A platform for measuring alone: its own data folder and ports, beside one that may run."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lakehouse.platform.ports import is_free
from lakehouse.platform.services import load_services, processes_of
from lakehouse.platform.settings import PROJECT, Settings, settings
from lakehouse.platform.supervise import Supervisor

_PORTS = [name for name in Settings.model_fields if name.endswith("_port")]


@contextmanager
def own_platform() -> Iterator[Settings]:
    """Settings of running servers; everything is stopped and deleted afterwards.

    Airflow is stopped once it has started: what is measured here is the work of its tasks, not
    what it needs itself.
    """
    before = dict(os.environ)
    folder = Path(tempfile.mkdtemp(prefix="lakehouse-benchmark-"))
    # other users pass through: started from root, PostgreSQL runs as one of them
    folder.chmod(0o711)
    dags = folder / "dags"
    dags.mkdir()
    os.environ["LAKEHOUSE_STATE_DIR"] = str(folder / "state")
    os.environ["LAKEHOUSE_DAGS_DIR"] = str(dags)
    for name, number in zip(_PORTS, _free_ports(len(_PORTS)), strict=True):
        os.environ[f"LAKEHOUSE_{name.upper()}"] = str(number)
    settings.cache_clear()
    try:
        _lakehouse("up")
        settings.cache_clear()
        _stop_airflow(settings())
        yield settings()
    finally:
        _lakehouse("reset", "--yes")
        shutil.rmtree(folder, ignore_errors=True)
        os.environ.clear()
        os.environ.update(before)
        settings.cache_clear()


@contextmanager
def setting(name: str, value: str) -> Iterator[None]:
    """One setting changed for a while, for this process and those that it starts."""
    variable = f"LAKEHOUSE_{name.upper()}"
    before = os.environ.get(variable)
    os.environ[variable] = value
    settings.cache_clear()
    try:
        yield
    finally:
        if before is None:
            del os.environ[variable]
        else:
            os.environ[variable] = before
        settings.cache_clear()


@contextmanager
def output_into(file: Path) -> Iterator[None]:
    """What this process and its children write to the error output goes into a file."""
    sys.stderr.flush()
    kept = os.dup(2)
    with file.open("ab") as stream:
        os.dup2(stream.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(kept, 2)
            os.close(kept)


def _free_ports(count: int) -> list[int]:
    """Ports nobody listens on, below those that systems give to outgoing connections."""
    candidates = random.sample(range(20_000, 32_000), 20 * count)
    return [port for port in candidates if is_free(port, "127.0.0.1")][:count]


def _lakehouse(*arguments: str) -> None:
    subprocess.run([PROJECT / "lakehouse", *arguments], stdout=sys.stderr, check=True)


def _stop_airflow(config: Settings) -> None:
    supervisor = Supervisor(config)
    for process in reversed(processes_of(load_services())):
        if process.name.startswith("airflow-"):
            supervisor.stop(process.name)
