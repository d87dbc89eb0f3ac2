"""What runs, since when, and how much memory it takes."""

from __future__ import annotations

import time
from dataclasses import dataclass

import psutil

from lakehouse.platform.probes import ready
from lakehouse.platform.services import Process, load_services, processes_of
from lakehouse.platform.settings import Settings
from lakehouse.platform.supervise import ProcessState, Supervisor


@dataclass(frozen=True)
class ServerStatus:
    """One line of `status`."""

    name: str
    state: str
    ports: dict[str, int]
    pid: int | None
    memory_mb: float | None
    uptime_seconds: int | None


def server_statuses(config: Settings) -> list[ServerStatus]:
    """Every server, running or not. `ready` means that its probe answers."""
    states = Supervisor(config).states()
    return [
        _status(process, states.get(process.name), config)
        for process in processes_of(load_services())
    ]


def _status(process: Process, state: ProcessState | None, config: Settings) -> ServerStatus:
    ports = {name: process.port(name, config) for name in process.ports}
    if state is None or not state.pid:
        name = "failed" if state and state.state in ("FATAL", "BACKOFF") else "stopped"
        return ServerStatus(process.name, name, ports, None, None, None)
    return ServerStatus(
        name=process.name,
        state="ready" if ready(process, config) else "starting",
        ports=ports,
        pid=state.pid,
        memory_mb=proportional_memory_mb(state.pid),
        uptime_seconds=int(time.time()) - state.started_at,
    )


def proportional_memory_mb(pid: int) -> float | None:
    """Memory of a process and its children, shared pages counted in part (PSS)."""
    try:
        root = psutil.Process(pid)
        family = [root, *root.children(recursive=True)]
    except psutil.Error:
        return None
    total = 0
    for process in family:
        try:
            total += process.memory_full_info().pss
        except psutil.Error:
            continue
    return round(total / 2**20, 1)
