"""Looks at the machine before anything is started, and says what to do about what is missing."""

from __future__ import annotations

import os
import shutil
import socket
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from lakehouse.platform.assembly import unpacks_debian_packages
from lakehouse.platform.errors import PlatformError
from lakehouse.platform.java import find_compiler, find_jdk, find_maven, has_jdk
from lakehouse.platform.paths import unusable_paths
from lakehouse.platform.ports import taken_ports, unresolved_name
from lakehouse.platform.selection import selected, server_groups
from lakehouse.platform.services import ALL, Process, processes_of
from lakehouse.platform.settings import ENV_FILE, Settings
from lakehouse.platform.sqoop import NEEDS_JDK
from lakehouse.platform.supervise import Supervisor

DISK_GB = 5


@dataclass(frozen=True)
class Finding:
    """What one check found; a remedy stands only where it failed."""

    check: str
    ok: bool
    found: str
    remedy: str = ""


def examine(config: Settings, names: Sequence[str] = ()) -> list[Finding]:
    """Every check, failed or not.

    Args:
        config: where the servers are.
        names: profiles, workloads and servers that memory and ports are checked for; all if empty.

    Raises:
        UnknownNameError: there is no such name.
    """
    processes = processes_of(selected(names or (ALL,)))
    return [
        _python(),
        _tool("JDK for Maven", find_compiler),
        _java(config),
        _tool("Maven", find_maven),
        _prometheus(),
        _memory("memory", processes),
        *_memory_by_name(names or server_groups()),
        _disk(config),
        _ports(config, processes),
        _paths(config),
        _host_name(),
        *(_writable(name, folder) for name, folder in _folders(config)),
        _secrets_file(),
    ]


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    ok = (3, 11) <= sys.version_info < (3, 14)
    return Finding("Python", ok, version, "" if ok else "install Python 3.11, 3.12 or 3.13")


def _tool(name: str, find: Callable[[], Path]) -> Finding:
    try:
        return Finding(name, True, str(find()))
    except PlatformError as error:
        return Finding(name, False, "missing", str(error))


def _java(config: Settings) -> Finding:
    """Servers do without a JDK of their version; Sqoop does not."""
    if has_jdk():
        return Finding("Java 17", True, str(find_jdk()))
    sqoop_chosen = config.ingest_engine == "sqoop"
    found = "runtime from PyPI, Sqoop is left out"
    return Finding("Java 17", not sqoop_chosen, found, NEEDS_JDK if sqoop_chosen else "")


def _prometheus() -> Finding:
    """No fault where it cannot be had: everything else does without."""
    found = "from Debian packages" if unpacks_debian_packages() else "not to be had without apt-get"
    return Finding("Prometheus", True, found)


def _memory(check: str, processes: Collection[Process]) -> Finding:
    needed = sum(process.memory_mb for process in processes)
    total = psutil.virtual_memory().total // 2**20
    free = psutil.virtual_memory().available // 2**20
    # what runs already takes part of it: only the machine's size decides
    ok = total >= needed
    has = f"the machine has {total:,} MB, {free:,} free"
    found = f"{needed:,} MB for {len(processes)} servers; {has}"
    remedy = f"{needed:,} MB are declared: start less, or add memory"
    return Finding(check, ok, found, "" if ok else remedy)


def _memory_by_name(names: Iterable[str]) -> Iterator[Finding]:
    """Declared memory of each of several profiles and workloads, with what these need."""
    chosen = [name for name in names if name != ALL]
    if len(chosen) > 1:
        for name in chosen:
            yield _memory(f"memory of {name}", processes_of(selected([name])))


def _disk(config: Settings) -> Finding:
    free = shutil.disk_usage(_existing(config.state_dir)).free // 2**30
    ok = free >= DISK_GB
    remedy = f"free {DISK_GB} GB, or put the data elsewhere with LAKEHOUSE_STATE_DIR"
    return Finding("disk", ok, f"{free} GB free", "" if ok else remedy)


def _ports(config: Settings, processes: Iterable[Process]) -> Finding:
    states = Supervisor(config).states()
    idle = [
        process
        for process in processes
        if process.name not in states or not states[process.name].pid
    ]
    taken = taken_ports(idle, config)
    found = f"{len(taken)} taken" if taken else "free, or held by our own servers"
    return Finding("ports", not taken, found, "; ".join(taken))


def _paths(config: Settings) -> Finding:
    unusable = unusable_paths(config)
    return Finding("paths", not unusable, f"{len(unusable)} unusable", "; ".join(unusable))


def _host_name() -> Finding:
    remedy = unresolved_name()
    return Finding("host name", not remedy, socket.gethostname(), remedy)


def _folders(config: Settings) -> list[tuple[str, Path]]:
    return [
        ("state folder", config.state_dir),
        ("cache folder", config.cache_dir),
        ("PostgreSQL folder", config.postgres_home),
    ]


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    return next(path for path in (folder, *folder.parents) if path.exists())


def _writable(name: str, folder: Path) -> Finding:
    place = _existing(folder)
    ok = os.access(place, os.W_OK | os.X_OK)
    remedy = f"allow yourself to write there: sudo chown -R {os.getuid()} {place}"
    return Finding(name, ok, str(folder), "" if ok else remedy)


def _secrets_file() -> Finding:
    if not ENV_FILE.exists():
        return Finding("secrets", True, "none yet: `up` makes them")
    mode = ENV_FILE.stat().st_mode & 0o777
    ok = not mode & 0o077
    remedy = f"others may read your passwords: chmod 600 {ENV_FILE}"
    return Finding("secrets", ok, f".env, mode {mode:o}", "" if ok else remedy)
