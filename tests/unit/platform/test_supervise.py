"""What the process keeper is told."""

from __future__ import annotations

import configparser
from pathlib import Path

import psutil
import pytest

from lakehouse.platform.secrets import GENERATORS
from lakehouse.platform.services import load_services, processes_of
from lakehouse.platform.settings import Settings
from lakehouse.platform.supervise import (
    LONGEST_SOCKET,
    Supervisor,
    socket_path,
    write_configuration,
)


def test_every_process_restarts_and_takes_its_children_along(tmp_path: Path) -> None:
    file = write_configuration(load_services(), Settings(state_dir=tmp_path))
    parsed = configparser.RawConfigParser()
    parsed.read(file)
    for process in processes_of(load_services()):
        section = parsed[f"program:{process.name}"]
        assert section["autorestart"] == "true"
        assert section["autostart"] == "false"
        assert section["stopasgroup"] == section["killasgroup"] == "true"


def test_no_secret_stands_in_it(tmp_path: Path) -> None:
    secrets = {name: f"hidden-{name}" for name in GENERATORS}
    config = Settings(state_dir=tmp_path, **secrets)  # type: ignore[arg-type]
    assert "hidden-" not in write_configuration(load_services(), config).read_text()


@pytest.mark.parametrize(
    "folder",
    [" two  words ;x", "a #hash", "100% %(here)s", "café", f"{'long' * 30} # % é"],
)
def test_supervisor_runs_in_any_folder(tmp_path: Path, folder: str) -> None:
    config = Settings(state_dir=tmp_path / folder)
    supervisor = Supervisor(config)
    supervisor.ensure_running(load_services())
    try:
        assert set(supervisor.states()) == {p.name for p in processes_of(load_services())}
        logs = [info["stdout_logfile"] for info in supervisor._rpc().getAllProcessInfo()]
        assert {Path(log).parent for log in logs} == {config.logs_dir}
        assert (config.logs_dir / "supervisord.log").exists()
        server = psutil.Process(supervisor.pid)
        assert server.environ()["TMPDIR"] == str(config.scratch_dir)
        assert config.scratch_dir.stat().st_mode & 0o777 == 0o700
        # the descriptions are read once more, with other expansions
        supervisor.ensure_running(load_services())
    finally:
        supervisor.shut_down()


def test_socket_of_a_long_path_is_short_and_not_in_tmp(tmp_path: Path) -> None:
    path = socket_path(Settings(state_dir=tmp_path / ("x" * 120)), "4711")
    assert len(str(path)) <= LONGEST_SOCKET
    assert path == Path("/proc/4711/cwd/supervisor.sock")
