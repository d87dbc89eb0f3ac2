"""The process keeper: supervisord, its configuration and how to talk to it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import xmlrpc.client
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from supervisor.xmlrpc import Faults, SupervisorTransport

from lakehouse.platform.environment import MARK, fingerprint, process_environment
from lakehouse.platform.errors import PlatformError
from lakehouse.platform.services import SERVICES, Process, Service
from lakehouse.platform.settings import Settings

# the system's limit is 107 bytes, and supervisor adds a suffix while it binds
LONGEST_SOCKET = 90
SERVICES_VARIABLE = "LAKEHOUSE_SERVICES"
_STATE = "%(ENV_LAKEHOUSE_STATE_DIR)s"


@dataclass(frozen=True)
class ProcessState:
    """What supervisor says of one process."""

    name: str
    state: str
    pid: int
    started_at: int


def socket_path(config: Settings, process: str = "self") -> Path:
    """Path of supervisor's socket; where it is too long, by way of the process that works there.

    Args:
        config: names the state folder.
        process: id of the supervisor, as seen by others.
    """
    natural = config.run_dir / "supervisor.sock"
    if len(os.fsencode(natural)) <= LONGEST_SOCKET:
        return natural
    return Path("/proc") / process / "cwd" / natural.name


def write_configuration(services: tuple[Service, ...], config: Settings) -> Path:
    """Write supervisord.conf for every process; nothing starts by itself.

    Folders are named by variables of the environment: in the file itself, characters such as #
    would be syntax.
    """
    for folder in (config.state_dir, config.run_dir, config.logs_dir):
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700 if folder != config.state_dir else 0o755)
    sections = [_daemon_section(config)]
    for service in services:
        (config.state_dir / service.name).mkdir(exist_ok=True)
        sections += [_program_section(service, process) for process in service.process]
    file = config.run_dir / "supervisord.conf"
    file.write_text("\n".join(sections), encoding="utf-8")
    return file


def _daemon_section(config: Settings) -> str:
    socket = socket_path(config)
    file = socket if socket.parent != config.run_dir else f"{_STATE}/run/{socket.name}"
    user = "user=root\n" if os.geteuid() == 0 else ""
    return (
        f"[unix_http_server]\nfile={file}\nchmod=0700\n\n"
        f"[supervisord]\n{user}logfile={_STATE}/logs/supervisord.log\nlogfile_maxbytes=5MB\n"
        f"logfile_backups=1\nloglevel=info\npidfile={_STATE}/run/supervisord.pid\n"
        f"childlogdir={_STATE}/logs\numask=077\n\n"
        "[rpcinterface:supervisor]\n"
        "supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface\n"
    )


def _program_section(service: Service, process: Process) -> str:
    program, *arguments = process.command
    command = " ".join([f'"%(ENV_{SERVICES_VARIABLE})s/{service.name}/{program}"', *arguments])
    return (
        f"[program:{process.name}]\ncommand={command}\n"
        f"directory={_STATE}/{service.name}\n"
        # killed servers come back; those that cannot start give up after about three minutes
        "autostart=false\nautorestart=true\nstartsecs=2\nstartretries=18\n"
        f"stopsignal={process.stop_signal}\nstopwaitsecs={process.stop_seconds}\n"
        "stopasgroup=true\nkillasgroup=true\nredirect_stderr=true\n"
        # supervisor expands this one twice
        f"stdout_logfile=%{_STATE}/logs/{process.name}.log\n"
        "stdout_logfile_maxbytes=20MB\nstdout_logfile_backups=1\n"
    )


def log_file(name: str, config: Settings) -> Path:
    """Where a process's output goes."""
    return config.logs_dir / f"{name}.log"


class Supervisor:
    """The running process keeper of one state folder."""

    def __init__(self, config: Settings) -> None:
        self._config = config
        self._pid_file = config.run_dir / "supervisord.pid"
        self._fingerprint_file = config.run_dir / "settings.sha256"

    def _rpc(self) -> Any:
        process = self._pid_file.read_text("utf-8").strip() if self._pid_file.exists() else "self"
        transport = SupervisorTransport(None, None, f"unix://{socket_path(self._config, process)}")
        proxy = xmlrpc.client.ServerProxy("http://localhost", transport=transport)
        return proxy.supervisor

    @property
    def pid(self) -> int | None:
        """The keeper's process, nothing where it does not run."""
        try:
            return int(self._rpc().getPID())
        except (OSError, xmlrpc.client.Error):
            return None

    def has_settings_of(self, config: Settings) -> bool:
        """Whether the servers were started with these settings."""
        file = self._fingerprint_file
        return file.exists() and file.read_text("utf-8") == fingerprint(config)

    def ensure_running(self, services: tuple[Service, ...]) -> None:
        """Start the keeper, or let the running one know of changed descriptions.

        Raises:
            PlatformError: it did not start.
        """
        file = write_configuration(services, self._config)
        if self.pid is not None:
            self._reload()
            return
        environment = process_environment(self._config) | {
            MARK: str(self._config.state_dir),
            SERVICES_VARIABLE: str(SERVICES),
        }
        answer = subprocess.run(
            [sys.executable, "-m", "supervisor.supervisord", "-c", str(file)],
            env=environment,
            cwd=self._config.run_dir,
            capture_output=True,
            text=True,
        )
        if answer.returncode:
            raise PlatformError(f"supervisord did not start: {answer.stderr.strip()}")
        self._fingerprint_file.write_text(fingerprint(self._config), encoding="utf-8")
        _wait(lambda: self.pid is not None, 10, "supervisord does not answer")

    def _reload(self) -> None:
        rpc = self._rpc()
        added, changed, removed = rpc.reloadConfig()[0]
        for name in [*changed, *removed]:
            rpc.stopProcessGroup(name)
            rpc.removeProcessGroup(name)
        for name in [*changed, *added]:
            rpc.addProcessGroup(name)

    def states(self) -> dict[str, ProcessState]:
        """Every process it knows, by name; empty where it does not run."""
        try:
            found = self._rpc().getAllProcessInfo()
        except (OSError, xmlrpc.client.Error):
            return {}
        return {
            info["name"]: ProcessState(info["name"], info["statename"], info["pid"], info["start"])
            for info in found
        }

    def start(self, name: str) -> None:
        """Start a process, unless it runs."""
        try:
            self._rpc().startProcess(name, False)
        except xmlrpc.client.Fault as fault:
            if fault.faultCode != Faults.ALREADY_STARTED:
                raise PlatformError(f"{name} cannot be started: {fault.faultString}") from fault

    def stop(self, name: str) -> None:
        """Stop a process and its children, waiting for their end."""
        try:
            self._rpc().stopProcess(name, True)
        except xmlrpc.client.Fault as fault:
            if fault.faultCode != Faults.NOT_RUNNING:
                raise PlatformError(f"{name} cannot be stopped: {fault.faultString}") from fault

    def shut_down(self) -> None:
        """End the keeper itself."""
        if self.pid is not None:
            self._rpc().shutdown()
            _wait(lambda: self.pid is None, 30, "supervisord does not end")


def _wait(done: Any, seconds: float, complaint: str) -> None:
    until = time.monotonic() + seconds
    while not done():
        if time.monotonic() > until:
            raise PlatformError(complaint)
        time.sleep(0.1)
