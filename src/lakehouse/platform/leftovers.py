"""Orphan processes: servers of a state folder, and their children, that no supervisor manages."""

from __future__ import annotations

import contextlib
import os
from enum import Enum, auto
from pathlib import Path

import psutil

from lakehouse.platform.environment import MARK
from lakehouse.platform.settings import Settings

_ROUNDS = 3


class _Owner(Enum):
    """Owner of a process, by its own traces."""

    OURS = auto()
    ANOTHER = auto()
    # it has an environment without our mark, as a person's shell has
    UNMARKED = auto()
    # its environment is overwritten or not readable
    UNREADABLE = auto()


def end_leftovers(config: Settings) -> None:
    """End every process that was started for this state folder, and no other."""
    found = find_leftovers(config)
    for process in found:
        _signal(process, hard=False)
    psutil.wait_procs(found, timeout=10)
    # again: while they ended, some may have started others
    for _ in range(_ROUNDS):
        alive = find_leftovers(config)
        for process in alive:
            _signal(process, hard=True)
        if not psutil.wait_procs(alive, timeout=5)[1]:
            break


def find_leftovers(config: Settings) -> list[psutil.Process]:
    """Processes that were started for this state folder, their descendants included.

    A process that overwrote its environment is also recognised by its process group: supervisord
    gives each server a group of its own, which outlives the server.
    """
    own = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    processes = {one.pid: one for one in psutil.process_iter() if one.pid not in own}
    owners = {pid: _owner(process, config) for pid, process in processes.items()}
    ours = {pid for pid, owner in owners.items() if owner is _Owner.OURS}
    # not this command's own group, in which a person's other programs may run
    groups = {group for pid in ours if (group := _group(pid))} - {os.getpgrp()}
    for pid, owner in owners.items():
        if owner is _Owner.UNREADABLE and _group(pid) in groups:
            ours.add(pid)
    parents = {
        pid: _parent(process)
        for pid, process in processes.items()
        if owners[pid] in (_Owner.UNMARKED, _Owner.UNREADABLE)
    }
    while children := {pid for pid in parents.keys() - ours if parents[pid] in ours}:
        ours |= children
    return [processes[pid] for pid in sorted(ours)]


def _owner(process: psutil.Process, config: Settings) -> _Owner:
    """The owner by mark, program and working directory.

    PostgreSQL, Airflow and its workers overwrite their environment with their titles. A person's
    shell in one of the folders still has its environment and is left alone, unlike programs that
    were installed into the cache.
    """
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return _Owner.ANOTHER
        # root also ends servers that it started as another user
        if os.getuid() not in (0, process.uids().real):
            return _Owner.ANOTHER
        environment = process.environ()
        if MARK in environment:
            ours = environment[MARK] == str(config.state_dir)
            return _Owner.OURS if ours else _Owner.ANOTHER
        directory, program = Path(process.cwd()), Path(process.exe())
    except psutil.AccessDenied:
        return _Owner.UNREADABLE
    except psutil.Error:
        return _Owner.ANOTHER
    unmarked = _Owner.UNMARKED if "PATH" in environment else _Owner.UNREADABLE
    is_installed = program.is_relative_to(config.cache_dir / "servers")
    is_server = is_installed or unmarked is _Owner.UNREADABLE
    if _is_below_data(program, config) or (is_server and _is_below_data(directory, config)):
        return _Owner.OURS
    return unmarked


def _is_below_data(path: Path, config: Settings) -> bool:
    return any(path.is_relative_to(folder) for folder in (config.state_dir, config.postgres_home))


def _group(pid: int) -> int | None:
    try:
        return os.getpgid(pid)
    except OSError:
        return None


def _parent(process: psutil.Process) -> int | None:
    try:
        return process.ppid()
    except psutil.Error:
        return None


def _signal(process: psutil.Process, *, hard: bool) -> None:
    # it may have ended in between
    with contextlib.suppress(psutil.Error):
        process.kill() if hard else process.terminate()
