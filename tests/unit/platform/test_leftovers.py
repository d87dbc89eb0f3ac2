"""Every process of a state folder is found and ended, and no other."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from lakehouse.platform.environment import MARK, settings_environment
from lakehouse.platform.leftovers import end_leftovers, find_leftovers
from lakehouse.platform.services import SERVICES
from lakehouse.platform.settings import Settings

Started = list[subprocess.Popen[bytes]]


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
        process.kill()
        process.wait()


def sleep_below(folder: Path) -> Path:
    """A program of its own that sleeps."""
    program = folder / "usr/bin/prometheus-node-exporter"
    program.parent.mkdir(parents=True)
    shutil.copy2(shutil.which("sleep") or "/bin/sleep", program)
    return program


def wait_for_exec(process: subprocess.Popen[bytes], name: str) -> None:
    until = time.monotonic() + 10
    while name not in " ".join(psutil.Process(process.pid).cmdline()):
        assert time.monotonic() < until
        time.sleep(0.02)


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
