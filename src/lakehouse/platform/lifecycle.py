"""The life of the servers: start in order, stop in reverse, start again, forget."""

from __future__ import annotations

import fcntl
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event

from lakehouse.platform import cassandra, hdfs, kafka, nifi_flows, postgres, sqoop, started
from lakehouse.platform.assembly import assemble, java_runtime
from lakehouse.platform.errors import PlatformError
from lakehouse.platform.java import ensure_tools, has_jdk
from lakehouse.platform.leftovers import end_leftovers, find_leftovers
from lakehouse.platform.paths import require_usable_paths
from lakehouse.platform.ports import require_free_ports, unresolved_name
from lakehouse.platform.probes import ready
from lakehouse.platform.scratch import remove_stale_counters
from lakehouse.platform.secrets import ensure_secrets
from lakehouse.platform.selection import members, needed_by_others, remaining, selected
from lakehouse.platform.services import (
    Process,
    load_services,
    processes_of,
    starting_order,
)
from lakehouse.platform.settings import PROJECT, Settings, settings
from lakehouse.platform.supervise import Supervisor, log_file

Say = Callable[[str], None]

# what must be there before anything that needs the server may start; each may run again at any time
PREPARATIONS: dict[str, Callable[[Settings], None]] = {
    "postgres": postgres.bootstrap,
    "datanode": hdfs.bootstrap,
    "kafka": kafka.bootstrap,
    "cassandra": cassandra.bootstrap,
    "nifi": nifi_flows.bootstrap,
}
ATTEMPTS = 4
DEAD = ("FATAL", "STOPPED", "UNKNOWN")


def set_up(say: Say, names: Sequence[str] = ("batch",)) -> Settings:
    """Everything that is done once: Java, secrets, assembled servers. Returns the settings.

    Args:
        say: takes each message.
        names: profiles, workloads and folders of services/.

    Raises:
        PlatformError: something is missing that cannot be had from here.
    """
    services = selected(names)
    require_usable_paths(settings())
    if warning := unresolved_name():
        say(f"warning: {warning}")
    ensure_tools(say)
    added = ensure_secrets()
    if added:
        say(f"generated {len(added)} secrets into .env")
    config = settings()
    if not has_jdk():
        if config.ingest_engine == "sqoop" and any(one.name == "sqoop" for one in services):
            raise PlatformError(sqoop.NEEDS_JDK)
        say("no JDK 17: servers run on the Java runtime of PyPI; Sqoop is left out")
        services = (java_runtime(), *(one for one in services if one.name != "sqoop"))
    assemble(services, config, say)
    # Maven is a JVM, too
    remove_stale_counters()
    return config


def up(names: Sequence[str], say: Say) -> None:
    """Start the servers of profiles, workloads and folders of services/; wait until all are ready.

    Servers that Docker keeps are only waited for, and prepared.

    Raises:
        PlatformError: a port is taken, or a server does not get ready.
    """
    chosen = processes_of(selected(names))
    if settings().runtime == "docker":
        _await_containers(chosen, settings(), say)
        return
    config = set_up(say, names)
    with _alone(config):
        supervisor = Supervisor(config)
        if supervisor.pid is None:
            end_leftovers(config)
            started.write((), config)
        elif not supervisor.has_settings_of(config):
            say("settings have changed: starting the servers again")
            _stop_all(supervisor, config, say)
            started.write((), config)
        states = supervisor.states()
        idle = [p for p in chosen if p.name not in states or states[p.name].state in DEAD]
        require_free_ports(idle, config)
        supervisor.ensure_running(load_services())
        started.add(names, config)
        _start(chosen, supervisor, config, say)


def down(say: Say, names: Sequence[str] = ()) -> None:
    """Stop servers, those that need others first; without names every one.

    Args:
        say: takes each message.
        names: profiles, workloads and servers; what others need goes on.

    Raises:
        UnknownNameError: there is no such name.
        PlatformError: Docker keeps them, or no supervisor does.
    """
    config = _own_servers()
    with _alone(config):
        supervisor = Supervisor(config)
        if names and supervisor.pid is None and any(find_leftovers(config)):
            raise PlatformError(
                "servers run without their supervisor, which was killed: ./lakehouse down stops "
                "every one, ./lakehouse up starts the supervisor again"
            )
        if names and _stop_some(names, supervisor, config, say):
            return
        _stop_all(supervisor, config, say)


def restart(name: str, say: Say) -> None:
    """Stop a server, or those of a profile or workload; start them again until they are ready.

    Raises:
        UnknownNameError: there is no such name.
        PlatformError: one does not get ready.
    """
    chosen = members([name])
    config = _own_servers()
    with _alone(config):
        supervisor = Supervisor(config)
        if supervisor.pid is None:
            raise PlatformError("nothing runs: start with ./lakehouse up")
        inside = {process.name for process in chosen}
        for process in reversed(_in_order(inside)):
            supervisor.stop(process.name)
        # what a single server needs is taken as it is
        alone = [
            one.model_copy(update={"needs": tuple(need for need in one.needs if need in inside)})
            for one in chosen
        ]
        _start(alone, supervisor, config, say)


def reset(say: Say) -> None:
    """Stop everything and delete all data of the servers.

    Raises:
        PlatformError: the state folder holds more than the servers' data; nothing was touched.
    """
    config = _own_servers()
    require_own_folder(config.state_dir)
    down(say)
    for folder in (config.postgres_home, config.state_dir):
        shutil.rmtree(folder, ignore_errors=True)
    # what stays is only the folder named after this platform, and nobody else's
    with suppress(OSError):
        config.postgres_home.parent.rmdir()


def require_own_folder(state: Path) -> None:
    """Refuse a folder that holds the project or somebody's home.

    Raises:
        PlatformError: it does.
    """
    for precious in (PROJECT, Path.home()):
        if precious.resolve().is_relative_to(state.resolve()):
            raise PlatformError(
                f"{state} holds {precious} and is not deleted: set LAKEHOUSE_STATE_DIR to a "
                "folder of its own"
            )


def _own_servers() -> Settings:
    config = settings()
    if config.runtime == "docker":
        raise PlatformError(
            "Docker keeps these servers: ask it from outside, by ./lakehouse --runtime docker"
        )
    return config


def _await_containers(chosen: Iterable[Process], config: Settings, say: Say) -> None:
    """Wait for what answers over the network; what does not, Docker's own checks look after."""
    for process in starting_order(chosen):
        if not process.host:
            continue
        until = time.monotonic() + process.probe.seconds
        while not ready(process, config):
            if time.monotonic() > until:
                raise PlatformError(
                    f"{process.name} was not ready after {process.probe.seconds} s: see "
                    f"./lakehouse --runtime docker logs {process.name}"
                )
            time.sleep(0.5)
        if process.name in PREPARATIONS:
            _prepare(process, config, until)
        say(f"{process.name} ready")


def _prepare(process: Process, config: Settings, until: float) -> None:
    """Prepare a server, which on a busy machine may answer its probe and be late with the rest."""
    while True:
        try:
            PREPARATIONS[process.name](config)
            return
        except PlatformError:
            if time.monotonic() > until:
                raise
        time.sleep(1)


@contextmanager
def _alone(config: Settings) -> Iterator[None]:
    """One command at a time may start or stop servers of a state folder."""
    config.run_dir.mkdir(parents=True, exist_ok=True)
    with (config.run_dir / "lock").open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def _start(chosen: Iterable[Process], supervisor: Supervisor, config: Settings, say: Say) -> None:
    """Start each as soon as what it needs is ready, side by side where nothing forbids it."""
    waiting = list(starting_order(chosen))
    done: set[str] = set()
    failed = Event()
    with ThreadPoolExecutor(max_workers=max(1, len(waiting))) as pool:
        running: dict[Future[None], str] = {}
        while waiting or running:
            for process in [p for p in waiting if done.issuperset(p.needs)]:
                waiting.remove(process)
                work = pool.submit(_start_one, process, supervisor, config, say, failed)
                running[work] = process.name
            finished, _ = wait(running, return_when=FIRST_COMPLETED)
            for work in finished:
                if work.exception() is not None:
                    # the others stop waiting: what failed is told at once
                    failed.set()
                work.result()
                done.add(running.pop(work))


def _start_one(
    process: Process, supervisor: Supervisor, config: Settings, say: Say, cancelled: Event
) -> None:
    began = time.monotonic()
    supervisor.start(process.name)
    _await_ready(process, supervisor, config, cancelled)
    if cancelled.is_set():
        return
    if process.name in PREPARATIONS:
        PREPARATIONS[process.name](config)
    say(f"{process.name} ready in {time.monotonic() - began:.1f} s")


def _await_ready(
    process: Process, supervisor: Supervisor, config: Settings, cancelled: Event
) -> None:
    until = time.monotonic() + process.probe.seconds
    attempts: set[int] = set()
    while not ready(process, config) and not cancelled.is_set():
        state = supervisor.states().get(process.name)
        if state is not None and state.started_at:
            attempts.add(state.started_at)
        gone = state is None or state.state in DEAD or len(attempts) >= ATTEMPTS
        if gone or time.monotonic() > until:
            raise PlatformError(_not_ready(process, config, gone=gone))
        time.sleep(0.25)


def _not_ready(process: Process, config: Settings, *, gone: bool) -> str:
    file = log_file(process.name, config)
    last = file.read_text("utf-8", errors="replace").splitlines()[-12:] if file.exists() else []
    why = "ends right after its start" if gone else f"was not ready after {process.probe.seconds} s"
    return "\n".join([f"{process.name} {why}; the end of {file}:", *last])


def _stop_some(
    names: Sequence[str], supervisor: Supervisor, config: Settings, say: Say
) -> list[str]:
    """Stop the servers of names that nothing else needs; returns those that still run."""
    running = [name for name, one in supervisor.states().items() if one.state not in DEAD]
    recorded = started.names(config)
    if recorded is None and running:
        say("unknown which profiles were started: only servers that others need go on")
    kept = needed_by_others(names, running, recorded or ())
    for process in reversed(_in_order(one.name for one in members(names))):
        if process.name not in running:
            continue
        if process.name in kept:
            say(f"{process.name} goes on: {kept[process.name]} needs it")
            continue
        supervisor.stop(process.name)
        running.remove(process.name)
        say(f"{process.name} stopped")
    if recorded is not None:
        started.write(remaining(recorded, names), config)
    return running


def _in_order(names: Iterable[str]) -> tuple[Process, ...]:
    """Processes of these names, each behind what it needs."""
    wanted = set(names)
    return tuple(one for one in starting_order(processes_of(load_services())) if one.name in wanted)


def _stop_all(supervisor: Supervisor, config: Settings, say: Say) -> None:
    if supervisor.pid is not None:
        known = supervisor.states()
        for process in reversed(starting_order(processes_of(load_services()))):
            if process.name in known and known[process.name].state not in DEAD:
                supervisor.stop(process.name)
                say(f"{process.name} stopped")
        supervisor.shut_down()
    started.forget(config)
    end_leftovers(config)
    remove_stale_counters()
