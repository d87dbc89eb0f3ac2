"""Secrets are made once, kept private, and never replaced."""

from __future__ import annotations

from pathlib import Path

import pytest

from lakehouse.platform.secrets import GENERATORS, ensure_secrets
from lakehouse.platform.settings import MissingSecretError, Settings


@pytest.fixture(autouse=True)
def no_secrets_in_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in GENERATORS:
        monkeypatch.delenv(f"LAKEHOUSE_{name.upper()}", raising=False)


def read(file: Path) -> Settings:
    return Settings(_env_file=file)


def test_all_are_generated_into_a_private_file(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    assert set(ensure_secrets(file)) == set(GENERATORS)
    assert file.stat().st_mode & 0o777 == 0o600
    values = {read(file).secret(name) for name in GENERATORS}
    assert len(values) == len(GENERATORS)
    assert all(len(value) >= 32 for value in values)


def test_a_second_time_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    ensure_secrets(file)
    before = file.read_text()
    assert ensure_secrets(file) == ()
    assert file.read_text() == before


def test_what_a_person_wrote_stays(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("# mine\nLAKEHOUSE_AIRFLOW_ADMIN_PASSWORD=chosen")
    file.chmod(0o644)
    assert "airflow_admin_password" not in ensure_secrets(file)
    assert file.read_text().startswith("# mine\nLAKEHOUSE_AIRFLOW_ADMIN_PASSWORD=chosen\n")
    assert read(file).secret("airflow_admin_password") == "chosen"
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_secret_in_the_environment_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAKEHOUSE_AIRFLOW_JWT_SECRET", "from-outside")
    file = tmp_path / ".env"
    assert "airflow_jwt_secret" not in ensure_secrets(file)
    assert "from-outside" not in file.read_text()


def test_secrets_do_not_show(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    ensure_secrets(file)
    config = read(file)
    assert config.secret("postgres_loader_password") not in repr(config)


def test_a_missing_secret_names_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(MissingSecretError, match="lakehouse up"):
        read(tmp_path / "none").secret("airflow_jwt_secret")
