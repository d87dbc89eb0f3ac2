"""Generated secrets: made once, kept in `.env`, never replaced."""

from __future__ import annotations

import base64
import io
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from dotenv import dotenv_values

from lakehouse.platform.settings import ENV_FILE, Settings, settings

PREFIX = "LAKEHOUSE_"


def _password() -> str:
    return secrets.token_urlsafe(24)


def _key() -> str:
    return secrets.token_hex(32)


def _fernet() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


GENERATORS: dict[str, Callable[[], str]] = {
    "postgres_superuser_password": _password,
    "postgres_loader_password": _password,
    "postgres_reader_password": _password,
    "postgres_metastore_password": _password,
    "postgres_airflow_password": _password,
    "thrift_password": _password,
    "thrift_reader_password": _password,
    "airflow_admin_password": _password,
    "airflow_jwt_secret": _key,
    "airflow_secret_key": _key,
    "airflow_fernet_key": _fernet,
    "jupyter_token": _key,
    "nifi_password": _password,
    "nifi_sensitive_key": _key,
    "nifi_keystore_password": _password,
    "postgres_superset_password": _password,
    "superset_admin_password": _password,
    "superset_secret_key": _key,
}


def ensure_secrets(file: Path = ENV_FILE) -> tuple[str, ...]:
    """Append a generated value to `.env` for each secret that has none; return the names added.

    Values that stand in the file or in the environment are left alone.
    """
    config = Settings(_env_file=file)
    missing = tuple(name for name in GENERATORS if getattr(config, name) is None)
    if file.exists():
        file.chmod(0o600)
    if missing:
        _append(file, missing)
        settings.cache_clear()
    return missing


def completed(text: str) -> str:
    """The text of a `.env` with a generated value for each secret that it lacks."""
    found = dotenv_values(stream=io.StringIO(text))
    return text + _lines(
        text, tuple(name for name in GENERATORS if not found.get(f"{PREFIX}{name.upper()}"))
    )


def _append(file: Path, names: tuple[str, ...]) -> None:
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(_lines(text, names))


def _lines(text: str, names: tuple[str, ...]) -> str:
    """Lines that may follow a text."""
    start = "" if not text or text.endswith("\n") else "\n"
    lines = "".join(f"{PREFIX}{name.upper()}={GENERATORS[name]()}\n" for name in names)
    return start + lines if names else ""


def credentials(config: Settings) -> list[dict[str, str]]:
    """Who may log in where, with address and password.

    Raises:
        MissingSecretError: nothing has been set up yet.
    """
    database = f"{config.postgres_host}:{config.postgres_port}"
    found = [
        {
            "what": "Airflow",
            "where": f"http://{_door(config, config.airflow_host)}:"
            f"{config.airflow_published_port or config.airflow_port}",
            "user": config.airflow_user,
            "password": config.secret("airflow_admin_password"),
        },
        {
            "what": "JupyterLab",
            "where": lab_address(config),
            "user": "",
            "password": config.secret("jupyter_token"),
        },
        {
            "what": "NiFi",
            "where": f"https://{_door(config, config.nifi_host)}:"
            f"{config.nifi_published_port or config.nifi_port}/nifi",
            "user": config.nifi_user,
            "password": config.secret("nifi_password"),
        },
        {
            "what": "Superset",
            "where": f"http://{config.superset_host}:{config.superset_port}",
            "user": config.superset_user,
            "password": config.secret("superset_admin_password"),
        },
    ]
    thrift = f"http://{config.spark_host}:{config.spark_thrift_port}/cliservice"
    found += [
        {"what": what, "where": thrift, "user": user, "password": config.secret(secret)}
        for what, user, secret in (
            ("Thrift, to read", config.thrift_reader, "thrift_reader_password"),
            ("Thrift, for everything", config.thrift_user, "thrift_password"),
        )
    ]
    for user, secret in (
        ("postgres", "postgres_superuser_password"),
        ("lakehouse_loader", "postgres_loader_password"),
        ("lakehouse_reader", "postgres_reader_password"),
    ):
        found.append(
            {
                "what": "PostgreSQL",
                "where": database,
                "user": user,
                "password": config.secret(secret),
            }
        )
    return found


def lab_address(config: Settings) -> str:
    """Where people open JupyterLab."""
    return f"http://{_door(config, config.jupyter_host)}:{config.jupyter_port}/lab"


def _door(config: Settings, host: str) -> str:
    """Where people open a server: Docker publishes it on the machine itself."""
    return "localhost" if config.runtime == "docker" else host
