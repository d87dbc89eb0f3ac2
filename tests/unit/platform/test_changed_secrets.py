"""A password that is changed in .env: NiFi's files follow, or the start is refused."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from pathlib import Path

import pytest

from lakehouse.platform.services import SERVICES

STORED = """\
nifi.sensitive.props.key=first
nifi.security.keystorePasswd=old
"""


@pytest.fixture
def accept(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """The check of the script that prepares NiFi's folder."""
    monkeypatch.setenv("LAKEHOUSE_NIFI_SENSITIVE_KEY", "first")
    monkeypatch.setenv("LAKEHOUSE_NIFI_KEYSTORE_PASSWORD", "old")
    script = runpy.run_path(str(SERVICES / "nifi" / "configure"))
    found: Callable[[Path], None] = script["accept_changed_secrets"]
    return found


@pytest.fixture
def conf(tmp_path: Path) -> Path:
    (tmp_path / "nifi.properties").write_text(STORED)
    for name in ("localhost.p12", "localhost.pem", "logback.xml"):
        (tmp_path / name).touch()
    return tmp_path


def names(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


def test_unchanged_secrets_keep_every_file(accept: Callable[[Path], None], conf: Path) -> None:
    before = names(conf)
    accept(conf)
    assert names(conf) == before


def test_first_start_has_nothing_to_compare(accept: Callable[[Path], None], tmp_path: Path) -> None:
    accept(tmp_path)


def test_changed_keystore_password_replaces_the_key(
    accept: Callable[[Path], None], conf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAKEHOUSE_NIFI_KEYSTORE_PASSWORD", "new")
    accept(conf)
    assert names(conf) == {"nifi.properties", "logback.xml"}


def test_changed_sensitive_key_is_refused_without_showing_it(
    accept: Callable[[Path], None], conf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAKEHOUSE_NIFI_SENSITIVE_KEY", "second")
    with pytest.raises(SystemExit, match="LAKEHOUSE_NIFI_SENSITIVE_KEY has changed") as ended:
        accept(conf)
    assert "first" not in str(ended.value)
    assert names(conf) > {"localhost.p12"}
