"""Every process of a state folder is found and ended, and no other."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from lakehouse.platform.environment import MARK, settings_environment
from lakehouse.platform.leftovers import end_leftovers, find_leftovers
from lakehouse.platform.services import SERVICES
from lakehouse.platform.settings import Settings

Started = list[subprocess.Popen[bytes]]
# as Airflow's servers and its LocalExecutor do: a title over the environment, another directory
RENAMED = """
import os, sys, time, setproctitle
if len(sys.argv) > 2 and os.fork() == 0:
    if sys.argv[2] == "new group":
        os.setpgid(0, 0)
    os.chdir("/")
    setproctitle.setproctitle("renamed worker")
    time.sleep(60)
os.chdir(sys.argv[1])
setproctitle.setproctitle("renamed server")
time.sleep(60)
"""


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    found = Settings(state_dir=tmp_path / "my state", cache_dir=tmp_path / "cache")
    (found.state_dir / "prometheus").mkdir(parents=True)
    return found


@pytest.fixture
def started() -> Iterator[Started]:
    processes: Started = []
    yield processes
    for process in processes:
        for child in psutil.Process(process.pid).children() if process.poll() is None else ():
            child.kill()
        process.kill()
        process.wait()


def sleep_below(folder: Path) -> Path:
    """A program of its own that sleeps."""
    program = folder / "usr/bin/prometheus-node-exporter"
    program.parent.mkdir(parents=True)
    shutil.copy2(shutil.which("sleep") or "/bin/sleep", program)
    return program


def wait_for(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)


def wait_for_exec(process: subprocess.Popen[bytes], name: str) -> None:
    wait_for(lambda: name in " ".join(psutil.Process(process.pid).cmdline()))


def test_server_that_drops_the_settings_is_found_after_its_supervisor_died(
    config: Settings, started: Started, tmp_path: Path
) -> None:
    program = tmp_path / "elsewhere/usr/bin/prometheus-node-exporter"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o755)
    environment = os.environ | settings_environment(config)
    environment |= {
        MARK: str(config.state_dir),
        "LAKEHOUSE_PROMETHEUS_ASSEMBLY": str(tmp_path / "elsewhere"),
        "LAKEHOUSE_PROMETHEUS_DATA": str(config.state_dir / "prometheus"),
    }
    command = [str(SERVICES / "prometheus/run"), "node-exporter"]
    started.append(subprocess.Popen(command, env=environment))
    wait_for_exec(started[0], "sleep")
    assert [found.pid for found in find_leftovers(config)] == [started[0].pid]
    end_leftovers(config)
    assert not psutil.pid_exists(started[0].pid)


def test_installed_program_at_work_in_the_state_folder_is_found_without_its_mark(
    config: Settings, started: Started
) -> None:
    program = sleep_below(config.cache_dir / "servers/prometheus-0")
    place = config.state_dir / "prometheus"
    started.append(subprocess.Popen([program, "60"], cwd=place, env={"PATH": "/bin"}))
    wait_for_exec(started[0], "60")
    assert [found.pid for found in find_leftovers(config)] == [started[0].pid]


def test_processes_of_others_are_left_alone(
    config: Settings, started: Started, tmp_path: Path
) -> None:
    person = {"PATH": "/bin"}
    started.append(subprocess.Popen(["sleep", "60"], cwd=config.state_dir, env=person))
    other = {"PATH": "/bin", MARK: str(tmp_path / "another state")}
    started.append(subprocess.Popen(["sleep", "60"], cwd=config.state_dir, env=other))
    for process in started:
        wait_for_exec(process, "60")
    assert list(find_leftovers(config)) == []


def start_renamed(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """A server in a group of its own, as supervisord starts it; with a worker if it is asked to."""
    command = [sys.executable, "-c", RENAMED, str(folder), *arguments]
    return subprocess.Popen(command, env={"PATH": os.environ["PATH"]}, process_group=0)


def wait_for_title(server: subprocess.Popen[bytes]) -> None:
    wait_for(lambda: title(psutil.Process(server.pid)) == "renamed server")


def title(process: psutil.Process) -> str:
    return " ".join(process.cmdline()).strip()


def find_worker(server: subprocess.Popen[bytes]) -> psutil.Process:
    wait_for_title(server)
    parent = psutil.Process(server.pid)
    wait_for(lambda: [title(child) for child in parent.children()] == ["renamed worker"])
    return parent.children()[0]


def test_server_that_overwrites_its_environment_is_found_by_its_directory(
    config: Settings, started: Started
) -> None:
    started.append(start_renamed(config.state_dir / "prometheus"))
    wait_for_title(started[0])
    assert "PATH" not in psutil.Process(started[0].pid).environ()
    assert [found.pid for found in find_leftovers(config)] == [started[0].pid]


def test_renamed_worker_elsewhere_is_found_by_its_parent(
    config: Settings, started: Started
) -> None:
    started.append(start_renamed(config.state_dir / "prometheus", "new group"))
    worker = find_worker(started[0])
    assert {found.pid for found in find_leftovers(config)} == {started[0].pid, worker.pid}
    end_leftovers(config)
    assert not worker.is_running()


def test_renamed_worker_elsewhere_is_found_by_a_sibling_of_its_group(
    config: Settings, started: Started
) -> None:
    started.append(start_renamed(Path("/"), "same group"))
    worker = find_worker(started[0])
    assert find_leftovers(config) == []
    sibling = [sys.executable, "-c", RENAMED, str(config.state_dir)]
    group = os.getpgid(started[0].pid)
    started.append(subprocess.Popen(sibling, process_group=group))
    wait_for_title(started[1])
    started[0].kill()
    started[0].wait()
    assert {found.pid for found in find_leftovers(config)} == {worker.pid, started[1].pid}
    end_leftovers(config)
    assert not worker.is_running()


def find_sleeper(parent: subprocess.Popen[bytes]) -> psutil.Process:
    wait_for(lambda: [c.name() for c in psutil.Process(parent.pid).children()] == ["sleep"])
    return psutil.Process(parent.pid).children()[0]


def test_child_with_an_environment_of_its_own_is_found_by_its_parent(
    config: Settings, started: Started
) -> None:
    marked = os.environ | {MARK: str(config.state_dir)}
    command = ["sh", "-c", "env -i PATH=/bin sleep 60 & wait"]
    started.append(subprocess.Popen(command, env=marked, cwd="/"))
    child = find_sleeper(started[0])
    assert {found.pid for found in find_leftovers(config)} == {started[0].pid, child.pid}
    end_leftovers(config)
    assert not child.is_running()


def test_program_inside_the_state_folder_is_found(config: Settings, started: Started) -> None:
    program = sleep_below(config.state_dir / "nifi")
    started.append(subprocess.Popen([program, "60"], cwd="/", env={"PATH": "/bin"}))
    wait_for_exec(started[0], "60")
    assert [found.pid for found in find_leftovers(config)] == [started[0].pid]


def test_servers_of_another_state_folder_are_left_alone(
    config: Settings, started: Started, tmp_path: Path
) -> None:
    another = tmp_path / "my state 2"
    (another / "prometheus").mkdir(parents=True)
    # both share the cache
    program = sleep_below(config.cache_dir / "servers/prometheus-0")
    started.append(
        subprocess.Popen([program, "60"], cwd=another / "prometheus", env={"PATH": "/bin"})
    )
    wait_for_exec(started[0], "60")
    started.append(start_renamed(another, "same group"))
    find_worker(started[1])
    assert find_leftovers(config) == []


def test_unreadable_process_of_our_group_is_found(
    config: Settings, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    # root reads everything: the refusal that an ordinary user gets is planted
    marked = os.environ | {MARK: str(config.state_dir)}
    command = ["sh", "-c", "sleep 60 & wait"]
    started.append(subprocess.Popen(command, env=marked, process_group=0))
    child = find_sleeper(started[0])
    read = psutil.Process.environ

    def environ(process: psutil.Process) -> dict[str, str]:
        if process.pid == child.pid:
            raise psutil.AccessDenied(process.pid)
        return read(process)

    monkeypatch.setattr(psutil.Process, "environ", environ)
    assert {found.pid for found in find_leftovers(config)} == {started[0].pid, child.pid}
    end_leftovers(config)
    assert not child.is_running()
