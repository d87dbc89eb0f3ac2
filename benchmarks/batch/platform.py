"""A platform for measuring alone: its own data folder and ports, beside one that may run."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lakehouse.platform.services import load_services, processes_of
from lakehouse.platform.settings import Settings
from lakehouse.platform.supervise import Supervisor
from lakehouse.platform.trial import trial_platform


@contextmanager
def own_platform() -> Iterator[Settings]:
    """Settings of running servers; everything is stopped and deleted afterwards.

    Airflow is stopped once it has started: what is measured here is the work of its tasks, not
    what it needs itself.
    """
    with (
        tempfile.TemporaryDirectory(prefix="lakehouse-benchmark-") as folder,
        trial_platform(Path(folder), "batch") as config,
    ):
        _stop_airflow(config)
        yield config


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


def _stop_airflow(config: Settings) -> None:
    supervisor = Supervisor(config)
    for process in reversed(processes_of(load_services())):
        if process.name.startswith("airflow-"):
            supervisor.stop(process.name)
