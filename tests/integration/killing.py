"""Kills a server as a crash would, and waits until its keeper has it back."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress

import psutil

from lakehouse.platform.leftovers import find_leftovers
from lakehouse.platform.probes import ready
from lakehouse.platform.services import load_services, process_named, processes_of
from lakehouse.platform.settings import Settings
from lakehouse.platform.supervise import Supervisor


def kill(platform: Settings, name: str) -> float:
    """Kill a server and wait until it is back; seconds that took."""
    supervisor = Supervisor(platform)
    processes = processes_of(load_services())
    before = supervisor.states()[name].pid
    assert before, f"{name} does not run"
    began = time.monotonic()
    os.kill(before, signal.SIGKILL)
    while time.monotonic() < began + 180:
        state = supervisor.states()[name]
        back = state.state == "RUNNING" and state.pid != before
        if back and ready(process_named(name, processes), platform):
            return time.monotonic() - began
        time.sleep(0.3)
    raise AssertionError(f"{name} did not come back: {supervisor.states()[name]}")


def kill_supervisor(platform: Settings) -> None:
    """Kill the supervisor alone; its servers go on without one."""
    pid = Supervisor(platform).pid
    assert pid, "no supervisor runs"
    os.kill(pid, signal.SIGKILL)
    psutil.wait_procs([psutil.Process(pid)] if psutil.pid_exists(pid) else [], timeout=10)


def cut_power(platform: Settings) -> int:
    """Kill every process of a platform at once; their number."""
    found = list(find_leftovers(platform))
    for process in found:
        with suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(found, timeout=10)
    return len(found)
