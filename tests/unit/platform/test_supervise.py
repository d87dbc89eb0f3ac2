"""What the process keeper is told."""

from __future__ import annotations

import configparser
from pathlib import Path

from lakehouse.platform.secrets import GENERATORS
from lakehouse.platform.services import load_services, processes_of
from lakehouse.platform.settings import Settings
from lakehouse.platform.supervise import LONGEST_SOCKET, socket_path, write_configuration


def test_every_process_restarts_and_takes_its_children_along(tmp_path: Path) -> None:
    file = write_configuration(load_services(), Settings(state_dir=tmp_path))
    parsed = configparser.RawConfigParser()
    parsed.read(file)
    known = processes_of(load_services())
    assert {f"program:{process.name}" for process in known} <= set(parsed.sections())
    assert known
    for process in known:
        section = parsed[f"program:{process.name}"]
        assert section["autorestart"] == "true"
        assert section["autostart"] == "false"
        assert section["stopasgroup"] == section["killasgroup"] == "true"


def test_no_secret_stands_in_it(tmp_path: Path) -> None:
    secrets = {name: f"hidden-{name}" for name in GENERATORS}
    config = Settings(state_dir=tmp_path, **secrets)  # type: ignore[arg-type]
    assert "hidden-" not in write_configuration(load_services(), config).read_text()


def test_a_percent_sign_in_a_path_survives(tmp_path: Path) -> None:
    config = Settings(state_dir=tmp_path / "100%")
    assert "100%%" in write_configuration(load_services(), config).read_text()


def test_a_long_path_gets_a_short_private_socket(tmp_path: Path) -> None:
    path = socket_path(Settings(state_dir=tmp_path / ("x" * 120)))
    assert len(str(path)) <= LONGEST_SOCKET
    assert path.parent.stat().st_mode & 0o777 == 0o700
    path.parent.rmdir()
