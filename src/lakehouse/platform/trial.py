"""A platform for a trial: its own folder and free ports, beside one that may run; gone afterwards.

Tests and benchmarks try things on it. Settings go through the environment, so that every command
and server that is started meanwhile belongs to it.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from lakehouse.platform.errors import PlatformError
from lakehouse.platform.ports import is_free
from lakehouse.platform.services import load_services, processes_of
from lakehouse.platform.settings import PROJECT, Settings, settings


@contextmanager
def trial_platform(
    folder: Path, *profiles: str, settings_: Mapping[str, str] | None = None
) -> Iterator[Settings]:
    """Settings of running servers.

    Args:
        folder: an empty one, for everything that the servers keep; other users may pass through.
        profiles: what to start; the name of one service starts it with what it needs.
        settings_: further settings by name, such as `kafka_partitions`.

    Raises:
        PlatformError: the servers do not start.
    """
    # a copy: a trial may put DAGs of its own beside the project's
    dags = shutil.copytree(PROJECT / "dags", folder / "dags")
    chosen = {
        "state_dir": str(folder / "state"),
        "dags_dir": str(dags),
        # an hour that comes while something is tried must not bring another day's rows
        "schedules": "false",
        # tests and benchmarks build what they name, and nothing by chance
        "recheck_share": "0",
        **(settings_ or {}),
    }
    names = port_settings()
    ports = zip(names, map(str, free_ports(len(names))), strict=True)
    with changed_settings(dict(ports) | chosen):
        try:
            for profile in profiles:
                _lakehouse("up", profile)
            settings.cache_clear()
            yield settings()
        finally:
            _lakehouse("reset", "--yes")


@contextmanager
def changed_settings(values: Mapping[str, str]) -> Iterator[None]:
    """Settings changed for a while, for this process and those that it starts."""
    before = dict(os.environ)
    os.environ.update({f"LAKEHOUSE_{name.upper()}": value for name, value in values.items()})
    settings.cache_clear()
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        settings.cache_clear()


def port_settings() -> list[str]:
    """Settings of the ports that servers of the platform listen on.

    Ports of other servers (mail), and those that Docker publishes, are none of them.
    """
    processes = processes_of(load_services())
    return sorted({setting for process in processes for setting in process.ports.values()})


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on, below those that systems give to outgoing connections.

    One of those could be taken while a killed server starts again.
    """
    candidates = random.sample(range(20_000, 32_000), 20 * count)
    return [port for port in candidates if is_free(port, "127.0.0.1")][:count]


def _lakehouse(*arguments: str) -> None:
    command = [str(PROJECT / "lakehouse"), *arguments]
    answer = subprocess.run(command, capture_output=True, text=True)
    if answer.returncode:
        raise PlatformError(f"{' '.join(arguments)}: {answer.stdout}{answer.stderr}")
