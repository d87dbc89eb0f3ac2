"""What `status` warns of."""

from __future__ import annotations

import errno
import shutil
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from lakehouse.platform.alarms import folder_alarm
from lakehouse.platform.services import Service
from lakehouse.platform.settings import Settings

GB = 2**30
SERVICE = Service(folder=Path("services/trial"), description="", profiles=("stream",))


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    (tmp_path / "trial" / "log").mkdir(parents=True)
    return Settings(state_dir=tmp_path)


def disk(monkeypatch: pytest.MonkeyPatch, free: float, total: float) -> None:
    found = SimpleNamespace(total=int(total * GB), free=int(free * GB))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: found)


def test_a_folder_with_space_is_no_alarm_and_stays_empty(
    config: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk(monkeypatch, 10, 100)
    assert folder_alarm(SERVICE, config) == ""
    assert [path.name for path in (config.state_dir / "trial").rglob("*")] == ["log"]


def test_a_server_that_has_kept_nothing_yet_is_no_alarm(tmp_path: Path) -> None:
    assert folder_alarm(SERVICE, Settings(state_dir=tmp_path)) == ""


@pytest.mark.parametrize(
    ("free", "total", "said"), [(1.5, 20, "1.5 GB (8 %)"), (4, 100, "4.0 GB (4 %)")]
)
def test_a_disk_is_nearly_full_by_size_or_share(
    config: Settings, monkeypatch: pytest.MonkeyPatch, free: float, total: float, said: str
) -> None:
    disk(monkeypatch, free, total)
    assert said in folder_alarm(SERVICE, config)


def test_a_folder_inside_that_takes_no_file_is_named_with_the_reason(
    config: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = tempfile.TemporaryFile

    def refusing(dir: Path) -> object:
        if dir.name == "log":
            raise OSError(errno.EROFS, "Read-only file system")
        return real(dir=dir)

    disk(monkeypatch, 10, 100)
    monkeypatch.setattr(tempfile, "TemporaryFile", refusing)
    folder = config.state_dir / "trial" / "log"
    assert folder_alarm(SERVICE, config) == f"{folder} cannot be written to: Read-only file system"
