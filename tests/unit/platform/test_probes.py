"""Probe of PostgreSQL: a password that is not the server's is refused at once, with the remedy."""

from __future__ import annotations

from typing import Any

import psycopg2
import pytest
from pydantic import SecretStr

from lakehouse.platform.errors import PlatformError
from lakehouse.platform.probes import ready
from lakehouse.platform.services import load_services, process_named, processes_of
from lakehouse.platform.settings import Settings

CONFIG = Settings(_env_file=None, postgres_superuser_password=SecretStr("s3cret"))


def probe(monkeypatch: pytest.MonkeyPatch, error: str) -> bool:
    """Result of the probe when a connection ends with an error."""

    def connect(**login: Any) -> None:
        raise psycopg2.OperationalError(error)

    monkeypatch.setattr(psycopg2, "connect", connect)
    return ready(process_named("postgres", processes_of(load_services())), CONFIG)


def test_other_superuser_password_is_refused_with_setting_and_remedy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refusal = 'FATAL:  password authentication failed for user "postgres"'
    with pytest.raises(PlatformError, match="LAKEHOUSE_POSTGRES_SUPERUSER_PASSWORD") as refused:
        probe(monkeypatch, refusal)
    assert "./lakehouse reset" in str(refused.value)
    assert "s3cret" not in str(refused.value)


def test_server_that_starts_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not probe(monkeypatch, "FATAL:  the database system is starting up")
