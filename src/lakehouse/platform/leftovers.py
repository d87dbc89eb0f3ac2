"""Processes of ours that their keeper no longer knows: children that left their group, orphans."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import psutil

from lakehouse.platform.environment import MARK
from lakehouse.platform.settings import Settings


def end_leftovers(config: Settings) -> None:
    """End every process that was started for this state folder, and no other."""
    found = list(find_leftovers(config))
    for process in found:
        _signal(process, hard=False)
    _, alive = psutil.wait_procs(found, timeout=10)
    for process in alive:
        _signal(process, hard=True)
    psutil.wait_procs(alive, timeout=5)


def find_leftovers(config: Settings) -> Iterator[psutil.Process]:
    """Processes that were started for this state folder."""
    own = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    for process in psutil.process_iter():
        if process.pid not in own and _is_ours(process, config):
            yield process


def _is_ours(process: psutil.Process, config: Settings) -> bool:
    """Whether it carries our mark, or has overwritten it and works in our folders.

    PostgreSQL and Airflow put their titles where the environment was. A person's shell that stands
    in one of the folders still has its environment, and is left alone.
    """
    try:
        environment = process.environ()
        if "PATH" in environment:
            return environment.get(MARK) == str(config.state_dir)
        place = Path(process.cwd())
    except psutil.Error:
        return False
    return any(place.is_relative_to(folder) for folder in (config.state_dir, config.postgres_home))


def _signal(process: psutil.Process, *, hard: bool) -> None:
    # it may have ended by itself meanwhile
    with contextlib.suppress(psutil.Error):
        process.kill() if hard else process.terminate()
