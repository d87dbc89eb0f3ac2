"""Processes of ours that their keeper no longer knows: children that left their group, orphans."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import psutil

from lakehouse.platform.environment import MARK
from lakehouse.platform.settings import Settings

_ROUNDS = 3


def end_leftovers(config: Settings) -> None:
    """End every process that was started for this state folder, and no other."""
    found = list(find_leftovers(config))
    for process in found:
        _signal(process, hard=False)
    psutil.wait_procs(found, timeout=10)
    # again: while they ended, some may have started others
    for _ in range(_ROUNDS):
        alive = list(find_leftovers(config))
        for process in alive:
            _signal(process, hard=True)
        if not psutil.wait_procs(alive, timeout=5)[1]:
            break


def find_leftovers(config: Settings) -> Iterator[psutil.Process]:
    """Processes that were started for this state folder."""
    own = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    for process in psutil.process_iter():
        if process.pid not in own and _is_ours(process, config):
            yield process


def _is_ours(process: psutil.Process, config: Settings) -> bool:
    """True if it carries our mark, or lacks it and yet can be no one else's.

    PostgreSQL and Airflow overwrite their environment with their titles: they are recognised by
    their working directory. A person's shell in one of the folders still has its environment and
    is left alone, but for programs that were installed into the cache.
    """
    try:
        environment = process.environ()
        if MARK in environment:
            return environment[MARK] == str(config.state_dir)
        place, program = Path(process.cwd()), Path(process.exe())
    except psutil.Error:
        return False
    if "PATH" in environment and not program.is_relative_to(config.cache_dir / "servers"):
        return False
    return any(place.is_relative_to(folder) for folder in (config.state_dir, config.postgres_home))


def _signal(process: psutil.Process, *, hard: bool) -> None:
    # it may have ended by itself meanwhile
    with contextlib.suppress(psutil.Error):
        process.kill() if hard else process.terminate()
