"""Servers that a command names: by profile, by workload, by folder of services/, one by one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from lakehouse.contracts.workload import Workload
from lakehouse.platform import port_table
from lakehouse.platform.errors import PlatformError, UnknownNameError
from lakehouse.platform.services import (
    ALL,
    Process,
    Service,
    in_profile,
    load_services,
    processes_of,
)
from lakehouse.registry import catalog, validation
from lakehouse.registry.discovery import Found, InvalidWorkloadError


def require_valid_servers(found: Sequence[Found]) -> None:
    """Check servers and ports that workloads declare, and that none is named like a server.

    Raises:
        InvalidWorkloadError: the message has one line per error.
    """
    known = {ALL, *_profiles(), *_folders()}
    wrong = validation.unknown_servers(found, known, {ALL, *_folders(), *_servers()})
    ports = {port.number: port.server for port in port_table.of_processes()}
    wrong += validation.taken_ports(found, ports)
    if wrong:
        raise InvalidWorkloadError("\n".join(wrong))


def workload(name: str) -> Workload:
    """The workload of that name.

    Raises:
        UnknownNameError: there is none; the message names the nearest.
    """
    known = {one.name: one for one in catalog.WORKLOADS}
    if name not in known:
        raise UnknownNameError("workload", name, known)
    return known[name]


def group_names() -> list[str]:
    """Names of several servers: profiles, workloads that declare servers, folders of services/."""
    return sorted({ALL, *_profiles(), *_workloads(), *_folders()})


def server_groups() -> Mapping[str, tuple[str, ...]]:
    """Profiles and workloads, each with the profiles and folders of services/ that it starts."""
    services = [one for one in load_services() if one.process]
    own = {name: (name,) for one in services for name in (ALL, *one.profiles)}
    declared = {name: (*own.get(name, ()), *found) for name, found in _workloads().items()}
    return dict(sorted((own | declared).items()))


def selected(names: Iterable[str]) -> tuple[Service, ...]:
    """Services of profiles, workloads and folders of services/, with those that they need.

    Raises:
        UnknownNameError: a name is none of these; the message names the nearest.
        PlatformError: a workload declares no servers.
    """
    chosen = {one.name for name in names for one in _of(name)}
    return tuple(one for one in load_services() if one.name in chosen)


def members(names: Iterable[str]) -> tuple[Process, ...]:
    """Processes that names stand for: a group has what it needs, a single server only itself.

    Raises:
        UnknownNameError: a name is that of no group and of no server.
        PlatformError: a workload declares no servers.
    """
    processes = processes_of(load_services())
    chosen: set[str] = set()
    for name in names:
        chosen |= _servers().get(name) or {one.name for one in processes_of(_of(name))}
    return tuple(one for one in processes if one.name in chosen)


def needed_by_others(
    names: Collection[str], running: Collection[str], started: Collection[str]
) -> dict[str, str]:
    """Servers among those of `names` that something else needs, each with the name of that.

    Args:
        names: what is to stop; single servers stop even if a started profile has them.
        running: names of the processes that run.
        started: profiles, workloads and servers that were started by name.
    """
    own = {one.name for one in members(names)}
    alone = {server for name in names for server in _servers().get(name, ())}
    kept: dict[str, str] = {}
    for other in remaining(started, names):
        for process in members([other]):
            if process.name in own - alone:
                kept.setdefault(process.name, other)
    holders = {one.name: service for service in load_services() for one in service.process}
    by_name = {one.name: one for one in processes_of(load_services())}
    waiting = [name for name in running if name in by_name and (name not in own or name in kept)]
    while waiting:
        process = by_name[waiting.pop()]
        for need in process.needs:
            needed = {need}
            if holders[need] is not holders[process.name]:
                needed = {one.name for one in holders[need].process}
            for name in sorted(needed & own - set(kept)):
                kept[name] = process.name
                waiting.append(name)
    return kept


def remaining(started: Collection[str], names: Collection[str]) -> list[str]:
    """Started names that go on after others stop.

    `all` goes on as the other workloads, and the profiles that no workload needs.
    """
    found = set(started) & {*group_names(), *_servers()}
    if ALL in found:
        covered = {word for words in _workloads().values() for word in words}
        found |= set(server_groups()) - covered
    return sorted(found - {ALL, *names})


def _of(name: str) -> tuple[Service, ...]:
    words = _workloads().get(name, ())
    if name in (ALL, *_profiles(), *_folders()):
        words = (name, *words)
    if words:
        chosen = {one.name for word in words for one in in_profile(load_services(), word)}
        return tuple(one for one in load_services() if one.name in chosen)
    if any(one.name == name for one in catalog.WORKLOADS):
        raise PlatformError(
            f"the workload {name} declares no servers: name profiles or folders of services/ in "
            "its field servers"
        )
    raise UnknownNameError("profile, workload or server", name, {*group_names(), *_servers()})


def _workloads() -> dict[str, tuple[str, ...]]:
    return {one.name: one.servers for one in catalog.WORKLOADS if one.servers}


def _profiles() -> list[str]:
    return sorted({name for one in load_services() for name in one.profiles})


def _folders() -> list[str]:
    return [one.name for one in load_services()]


def _servers() -> dict[str, set[str]]:
    """Single servers: folders of services/ with their processes, and each process."""
    services = load_services()
    folders = {one.name: {each.name for each in one.process} for one in services if one.process}
    return folders | {one.name: {one.name} for one in processes_of(services)}
