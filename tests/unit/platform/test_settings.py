"""Settings: the environment wins over the file, paths are absolute, folders follow."""

from __future__ import annotations

from pathlib import Path

import pytest

from lakehouse.platform.environment import (
    fingerprint,
    process_environment,
    settings_environment,
)
from lakehouse.platform.nifi import NifiError
from lakehouse.platform.nifi_flows import prepare_log_folders
from lakehouse.platform.settings import Settings


def read(file: Path) -> Settings:
    return Settings(_env_file=file)


def test_the_environment_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / ".env"
    file.write_text("LAKEHOUSE_POSTGRES_PORT=1111\nLAKEHOUSE_METASTORE_PORT=2222\n")
    monkeypatch.setenv("LAKEHOUSE_POSTGRES_PORT", "3333")
    config = read(file)
    assert (config.postgres_port, config.metastore_port) == (3333, 2222)


def test_a_relative_state_folder_becomes_absolute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LAKEHOUSE_STATE_DIR", "here")
    assert read(tmp_path / "none").state_dir == tmp_path / "here"


def test_two_state_folders_have_two_databases(tmp_path: Path) -> None:
    one, other = Settings(state_dir=tmp_path / "a"), Settings(state_dir=tmp_path / "b")
    assert one.postgres_home != other.postgres_home


def test_servers_read_the_same_settings_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = Settings(state_dir=tmp_path / "state", airflow_port=6161, ingest_engine="spark")
    for name, value in settings_environment(config).items():
        monkeypatch.setenv(name, value)
    assert read(tmp_path / "none") == config


def test_a_changed_setting_changes_the_fingerprint(tmp_path: Path) -> None:
    config = Settings(state_dir=tmp_path)
    changed = config.model_copy(update={"metastore_port": 1})
    assert fingerprint(config) == fingerprint(config.model_copy())
    assert fingerprint(config) != fingerprint(changed)


def test_servers_inherit_no_mark_of_a_session(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPARK_CONNECT_MODE_ENABLED", "1")
    monkeypatch.setenv("LAKEHOUSE_NOTE", "kept")
    environment = process_environment(Settings(_env_file=None))

    assert "SPARK_CONNECT_MODE_ENABLED" not in environment
    assert environment["LAKEHOUSE_NOTE"] == "kept"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ((), "access_log"),
        (("access.log",), ""),
        (("access.log.2.gz",), ""),
        (("access_log/access.log",), "access_log"),
        (("access_log/access.log", "access.log"), "access_log"),
        # an empty folder of an earlier start does not hide the log
        (("access_log/notes.txt", "access.log"), ""),
    ],
)
def test_folder_of_a_log_is_found_in_both_layouts(
    tmp_path: Path, files: tuple[str, ...], expected: str
) -> None:
    for name in files:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    config = Settings(_env_file=None, weblogs_dir=tmp_path)
    assert config.weblog_folder("access_log") == tmp_path / expected


def test_a_pattern_of_log_files_that_is_no_expression_is_refused() -> None:
    with pytest.raises(ValueError, match="no regular expression"):
        Settings(_env_file=None, weblogs_pattern="{log}(")


def test_folders_of_logs_that_cannot_be_made_name_the_expected_layout(tmp_path: Path) -> None:
    nowhere = tmp_path / "file"
    nowhere.touch()
    with pytest.raises(NifiError, match=r"access_log/access\.log.*or one of these files itself"):
        prepare_log_folders(Settings(_env_file=None, weblogs_dir=nowhere))
    prepare_log_folders(Settings(_env_file=None, weblogs_dir=tmp_path / "new"))
    assert (tmp_path / "new/clickstream").is_dir()
