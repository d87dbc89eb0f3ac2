"""Figures of servers: state; of those that this machine runs also memory, time, JVMs, disk."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import psutil

from lakehouse.platform.services import load_services, processes_of
from lakehouse.platform.settings import Settings
from lakehouse.platform.status import ServerStatus, process_family, reached, server_statuses
from lakehouse.serving.metrics import declared, jvm
from lakehouse.serving.metrics.declared import Sample


class Servers:
    """Servers that were started, and what they take."""

    def __init__(self, config: Settings) -> None:
        self._config = config
        self._cpu: dict[str, CpuMeter] = {}
        self._seen: set[str] = set()

    def read(self) -> Iterator[Sample]:
        """The figures of now."""
        if self._config.runtime == "docker":
            yield from self._in_containers()
            return
        for server in server_statuses(self._config):
            # one that nobody started, or that was stopped on purpose, is no server down
            if server.state != "stopped":
                yield from self._of(server)

    def close(self) -> None:
        """Nothing is held open."""

    def _in_containers(self) -> Iterator[Sample]:
        """Whether each answers; a container tells nothing of what the others take.

        One that has answered once was started.
        """
        for process in processes_of(load_services()):
            ready = reached(process, self._config) == "ready"
            if ready:
                self._seen.add(process.name)
            if process.name in self._seen:
                yield Sample(declared.SERVER_READY.name, ready, (process.name,))

    def _of(self, server: ServerStatus) -> Iterator[Sample]:
        labels = (server.name,)
        yield Sample(declared.SERVER_READY.name, server.state == "ready", labels)
        yield Sample(declared.SERVER_ALARM.name, bool(server.alarm), labels)
        if server.memory_mb is not None:
            yield Sample(declared.SERVER_MEMORY.name, server.memory_mb * 2**20, labels)
        if server.uptime_seconds is not None:
            yield Sample(declared.SERVER_UPTIME.name, server.uptime_seconds, labels)
        if server.pid is not None:
            meter = self._cpu.setdefault(server.name, CpuMeter())
            yield Sample(declared.SERVER_CPU.name, meter.read(server.pid), labels)
            yield from _java(server.pid, labels)


class CpuMeter:
    """Processor seconds of a process and its children, as they come and go.

    A sum over those that live would fall when one ends, and a counter must not.
    """

    def __init__(self) -> None:
        self._total = 0.0
        self._known: dict[tuple[int, float], float] = {}

    def read(self, pid: int) -> float:
        """Seconds since the first reading."""
        first = not self._known
        now: dict[tuple[int, float], float] = {}
        for process in process_family(pid):
            try:
                times = process.cpu_times()
                # a process id may come again: with the moment of its start it is one process's
                now[process.pid, process.create_time()] = times.user + times.system
            except psutil.Error:
                continue
        if not first:
            self._total += sum(spent - self._known.get(one, 0.0) for one, spent in now.items())
        self._known = now
        return self._total


def _java(pid: int, labels: tuple[str, ...]) -> Iterator[Sample]:
    file = jvm.counters_file(pid)
    if file is None:
        return
    try:
        figures = jvm.read(file)
    except (OSError, ValueError):
        # it ends or starts at this moment
        return
    yield Sample(declared.JVM_HEAP_USED.name, figures.heap_used, labels)
    yield Sample(declared.JVM_HEAP_MAX.name, figures.heap_max, labels)
    yield Sample(declared.JVM_GC.name, figures.gc_seconds, labels)
    yield Sample(declared.JVM_THREADS.name, figures.threads, labels)


class Disk:
    """What services keep, and what is left."""

    def __init__(self, config: Settings) -> None:
        self._config = config

    def read(self) -> Iterator[Sample]:
        """The figures of now."""
        usage = shutil.disk_usage(self._config.state_dir)
        yield Sample(declared.DISK_FREE.name, usage.free)
        yield Sample(declared.DISK_SIZE.name, usage.total)
        if self._config.runtime == "docker":
            # the data of each is on a volume of its own
            return
        for service in load_services():
            folder = service.data(self._config)
            if folder.exists():
                yield Sample(declared.DATA_BYTES.name, size_of(folder), (service.name,))

    def close(self) -> None:
        """Nothing is held open."""


def size_of(folder: Path) -> int:
    """Bytes on disk of everything below a folder; what vanishes meanwhile counts as nothing."""
    total = 0
    for place, _, files in os.walk(folder):
        for name in files:
            try:
                total += os.lstat(os.path.join(place, name)).st_blocks * 512
            except FileNotFoundError:
                continue
    return total
