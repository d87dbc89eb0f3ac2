"""Encryption keys and passwords changed in .env take effect at the next start, or it is refused.

Servers are stand-ins: a program named `airflow`, and the class of Superset that encrypts again.
"""

from __future__ import annotations

import os
import runpy
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

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


@pytest.fixture
def rotate_fernet_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Start of Airflow's api-server with a key; `airflow` appends command and keys to a file."""
    program = tmp_path / "bin" / "airflow"
    program.parent.mkdir()
    program.write_text(
        f'#!/bin/sh\necho "$1 $AIRFLOW__CORE__FERNET_KEY" >> "{tmp_path / "calls"}"\n'
        'test "${AIRFLOW__CORE__FERNET_KEY#broken}" = "$AIRFLOW__CORE__FERNET_KEY"\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    script = runpy.run_path(str(SERVICES / "airflow" / "run"))

    def start(key: str) -> None:
        monkeypatch.setenv("LAKEHOUSE_AIRFLOW_FERNET_KEY", key)
        script["rotate_fernet_key"](tmp_path)

    return start


def calls(folder: Path) -> list[str]:
    file = folder / "calls"
    return file.read_text().splitlines() if file.exists() else []


def test_changed_fernet_key_of_airflow_encrypts_again(
    rotate_fernet_key: Callable[[str], None], tmp_path: Path
) -> None:
    for key in ("first", "first", "second", "second", "third"):
        rotate_fernet_key(key)
    assert calls(tmp_path) == ["rotate-fernet-key second,first", "rotate-fernet-key third,second"]
    assert (tmp_path / "fernet.key").stat().st_mode & 0o777 == 0o600


def test_fernet_key_that_cannot_be_used_is_refused_until_the_former_is_back(
    rotate_fernet_key: Callable[[str], None], tmp_path: Path
) -> None:
    rotate_fernet_key("first")
    with pytest.raises(SystemExit, match="LAKEHOUSE_AIRFLOW_FERNET_KEY has changed") as ended:
        rotate_fernet_key("broken")
    assert str(tmp_path / "fernet.key") in str(ended.value)
    assert "first" not in str(ended.value)
    rotate_fernet_key("first")
    assert calls(tmp_path) == ["rotate-fernet-key broken,first"]


@pytest.fixture
def rotate_secret_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], list[str]]:
    """Start of Superset with a key; returns the keys from which it encrypted again."""
    for name in ("SUPERSET_HOME", "LAKEHOUSE_SUPERSET_USER", "LAKEHOUSE_SUPERSET_ADMIN_PASSWORD"):
        monkeypatch.setenv(name, str(tmp_path))
    former: list[str] = []

    class Migrator:
        def __init__(self, key: str) -> None:
            self._db = SimpleNamespace(metadata="no table")
            self._key = key

        def run(self) -> None:
            assert self._db.metadata == "all tables"
            former.append(self._key)

    modules = {
        "flask_appbuilder": SimpleNamespace(Model=SimpleNamespace(metadata="all tables")),
        "superset.extensions": SimpleNamespace(db=SimpleNamespace(engine=None)),
        "superset": SimpleNamespace(),
        "superset.app": SimpleNamespace(
            create_app=lambda: SimpleNamespace(app_context=nullcontext)
        ),
        "superset.utils": SimpleNamespace(),
        "superset.utils.encrypt": SimpleNamespace(SecretsMigrator=Migrator),
    }
    for name, module in modules.items():
        monkeypatch.setitem(sys.modules, name, module)  # type: ignore[arg-type]

    def start(key: str) -> list[str]:
        monkeypatch.setenv("LAKEHOUSE_SUPERSET_SECRET_KEY", key)
        former.clear()
        main = runpy.run_path(str(SERVICES / "superset" / "prepare.py"))["main"]
        names = ("ensure_login", "import_assets")
        main.__globals__.update(dict.fromkeys(names, lambda *_: None))
        main.__globals__["migrate"] = main.__globals__["rotate_secret_key"]
        main.__globals__["fingerprint"] = lambda assets: f"state with {key}"
        main()
        return list(former)

    return start


def test_changed_secret_key_of_superset_encrypts_again(
    rotate_secret_key: Callable[[str], list[str]], tmp_path: Path
) -> None:
    assert rotate_secret_key("first") == []
    assert rotate_secret_key("first") == []
    assert rotate_secret_key("second") == ["first"]
    assert rotate_secret_key("second") == []
    assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600


def test_superset_prepared_before_the_key_was_stored_stores_it(
    rotate_secret_key: Callable[[str], list[str]], tmp_path: Path
) -> None:
    (tmp_path / "prepared").write_text("state with first")
    assert rotate_secret_key("first") == []
    assert rotate_secret_key("second") == ["first"]
