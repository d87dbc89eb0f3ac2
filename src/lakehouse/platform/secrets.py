"""Generated secrets: made once, kept in `.env`, never replaced."""

from __future__ import annotations

import base64
import io
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dotenv import dotenv_values

from lakehouse.platform.settings import ENV_FILE, Settings, read_settings, settings

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
    "grafana_admin_password": _password,
}


def ensure_secrets(file: Path = ENV_FILE) -> tuple[str, ...]:
    """Append a generated value to `.env` for each secret that has none; return the names added.

    Values that stand in the file or in the environment are left alone.
    """
    config = read_settings(file)
    missing = tuple(name for name in GENERATORS if getattr(config, name) is None)
    if file.exists():
        file.chmod(0o600)
    if missing:
        _append(file, missing)
        settings.cache_clear()
    return missing


def completed(text: str) -> str:
    """The text of a `.env` with a generated value for each secret that it lacks."""
    found = dotenv_values(stream=io.StringIO(text), interpolate=False)
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


@dataclass(frozen=True)
class Login:
    """Where somebody logs in.

    Attributes:
        what: the server, and what the login is for.
        where: its address as people reach it.
        user: the name to log in with.
        secret: the secret that is the password.
    """

    what: str
    where: str
    user: str
    secret: str


def logins(config: Settings) -> list[Login]:
    """Who may log in where; needs no secret."""
    nifi = f"{page(config, 'nifi', 'https')}/nifi"
    found = [
        Login("Airflow", page(config, "airflow"), config.airflow_user, "airflow_admin_password"),
        Login("JupyterLab", lab_address(config), "", "jupyter_token"),
        Login("NiFi", nifi, config.nifi_user, "nifi_password"),
        Login(
            "Superset",
            page(config, "superset"),
            config.superset_user,
            "superset_admin_password",
        ),
    ]
    if config.grafana_published_port:
        grafana = f"http://{config.published_host}:{config.grafana_published_port}"
        found.append(Login("Grafana", grafana, "admin", "grafana_admin_password"))
    thrift = thrift_address(config)
    database = f"{config.postgres_host}:{config.postgres_port}"
    if config.published("postgres_port") is None:
        database += " (inside Docker's network only)"
    return [
        *found,
        Login("Thrift, to read", thrift, config.thrift_reader, "thrift_reader_password"),
        Login("Thrift, for everything", thrift, config.thrift_user, "thrift_password"),
        Login("PostgreSQL", database, "postgres", "postgres_superuser_password"),
        Login("PostgreSQL", database, "lakehouse_loader", "postgres_loader_password"),
        Login("PostgreSQL", database, "lakehouse_reader", "postgres_reader_password"),
    ]


def credentials(config: Settings) -> list[dict[str, str]]:
    """Who may log in where, with address and password.

    Raises:
        MissingSecretError: nothing has been set up yet.
    """
    return [
        {
            "what": login.what,
            "where": login.where,
            "user": login.user,
            "password": config.secret(login.secret),
        }
        for login in logins(config)
    ]


def lab_address(config: Settings) -> str:
    """Where people open JupyterLab."""
    return f"{page(config, 'jupyter')}/lab"


def thrift_address(config: Settings) -> str:
    """Address of Thrift over HTTP for BI tools."""
    return f"{page(config, 'spark', port='spark_thrift_port')}/cliservice"


def page(config: Settings, name: str, scheme: str = "http", port: str = "") -> str:
    """Address of a server for people; of one in a container, the published address."""
    setting = port or f"{name}_port"
    docker = config.runtime == "docker"
    host = config.published_host if docker else getattr(config, f"{name}_host")
    return f"{scheme}://{host}:{config.published(setting) or getattr(config, setting)}"
