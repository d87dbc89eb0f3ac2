"""What runs, since when, and how much memory it takes."""

from __future__ import annotations

import dataclasses
import time
from dataclasses import dataclass

import psutil

from lakehouse.platform.alarms import folder_alarm, own_alarms
from lakehouse.platform.leftovers import find_leftovers
from lakehouse.platform.ports import is_free
from lakehouse.platform.probes import ready
from lakehouse.platform.services import Probe, Process, Service, load_services
from lakehouse.platform.settings import Settings
from lakehouse.platform.supervise import ProcessState, Supervisor


@dataclass(frozen=True)
class ServerStatus:
    """One line of `status`; the alarm says what will soon stop the server, if anything."""

    name: str
    state: str
    ports: dict[str, int]
    pid: int | None
    memory_mb: float | None
    uptime_seconds: int | None
    alarm: str = ""


ORPHANED = "runs without its supervisor, which was killed: ./lakehouse up starts it again"
# probes that log in or ask a query: too dear for who looks every few seconds
_DEAR = ("postgres", "kafka", "cassandra", "nifi")


def server_statuses(config: Settings, *, quick: bool = False) -> list[ServerStatus]:
    """Every server, running or not. `ready` means that its probe answers.

    Args:
        config: where the servers are.
        quick: of servers whose probe is dear, only find out whether they listen.
    """
    supervisor = Supervisor(config)
    states = supervisor.states()
    found = [
        _status(service, process, states.get(process.name), config, quick)
        for service in load_services()
        for process in service.process
    ]
    own = config.runtime == "processes"
    if own and supervisor.pid is None and any(find_leftovers(config)):
        return [_orphaned(status, config) for status in found]
    return found


def _orphaned(status: ServerStatus, config: Settings) -> ServerStatus:
    """The status of a server after its supervisor was killed: it may run on without one."""
    if all(is_free(port, config.bind_host) for port in status.ports.values()):
        return status
    return dataclasses.replace(status, alarm=ORPHANED)


def _status(
    service: Service, process: Process, state: ProcessState | None, config: Settings, quick: bool
) -> ServerStatus:
    ports = {name: process.port(name, config) for name in process.ports}
    if state is None or not state.pid:
        if state is None or state.state not in ("FATAL", "BACKOFF"):
            return ServerStatus(process.name, "stopped", ports, None, None, None)
        why = folder_alarm(service, config)
        return ServerStatus(process.name, "failed", ports, None, None, None, why)
    answers = ready(_listening(process) if quick else process, config)
    alarms = [folder_alarm(service, config)]
    if answers and not quick:
        alarms += own_alarms(process.name, config)
    return ServerStatus(
        name=process.name,
        state="ready" if answers else "starting",
        ports=ports,
        pid=state.pid,
        memory_mb=proportional_memory_mb(state.pid),
        uptime_seconds=int(time.time()) - state.started_at,
        alarm="; ".join(filter(None, alarms)),
    )


def reached(process: Process, config: Settings) -> str:
    """The state of a server that no keeper on this machine knows, by asking the server itself.

    Returns:
        ready or stopped; unknown where only a file of another machine would tell.
    """
    if process.probe.kind == "file":
        service = next(one for one in load_services() if process in one.process)
        if not service.data(config).exists():
            return "unknown"
    return "ready" if ready(_listening(process), config) else "stopped"


def _listening(process: Process) -> Process:
    """The same process with a probe that only knocks at its port, where its own is dear."""
    if process.probe.kind not in _DEAR:
        return process
    return process.model_copy(update={"probe": Probe(kind="tcp", port=process.probe.port)})


def proportional_memory_mb(pid: int) -> float | None:
    """Memory of a process and its children, shared pages counted in part (PSS)."""
    family = process_family(pid)
    if not family:
        return None
    total = 0
    for process in family:
        try:
            total += process.memory_full_info().pss
        except psutil.Error:
            continue
    return round(total / 2**20, 1)


def process_family(pid: int) -> list[psutil.Process]:
    """A process and those it started, and they in turn; empty where it has ended."""
    try:
        root = psutil.Process(pid)
        return [root, *root.children(recursive=True)]
    except psutil.Error:
        return []
