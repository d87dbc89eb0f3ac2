"""Processes of ours that their keeper no longer knows: children that left their group, orphans."""

from __future__ import annotations

import os
from collections.abc import Iterator

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
    """Processes that carry our mark; PostgreSQL's, which lose it, by the folder they work in."""
    own = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    for process in psutil.process_iter():
        if process.pid not in own and _is_ours(process, config):
            yield process


def _is_ours(process: psutil.Process, config: Settings) -> bool:
    try:
        if process.environ().get(MARK) == str(config.state_dir):
            return True
        data = config.postgres_home / "data"
        return process.name() == "postgres" and process.cwd() == str(data)
    except psutil.Error:
        return False


def _signal(process: psutil.Process, *, hard: bool) -> None:
    try:
        process.kill() if hard else process.terminate()
    except psutil.Error:
        pass
