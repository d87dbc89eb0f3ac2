"""One readiness probe a kind of server: ready means that it answers, not only that it runs."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable

import requests

from lakehouse.platform import cassandra, kafka, nifi
from lakehouse.platform.errors import PlatformError
from lakehouse.platform.services import Process, load_services
from lakehouse.platform.settings import Settings

TIMEOUT = 5.0
_PATIENCE = 2.0
# a file that a process touches while it does its work is older only when it does not
FRESH_SECONDS = 15


def ready(process: Process, config: Settings) -> bool:
    """Whether the process does its work now; never raises for a server that is not there."""
    try:
        return _PROBES[process.probe.kind](process, config)
    except (OSError, ValueError, LookupError):
        return False


def require_listener(
    server: str, host: str, port: int, error: type[PlatformError] = PlatformError
) -> None:
    """Find out at once whether anybody listens: clients of many servers would try for long.

    Raises:
        PlatformError: of the kind asked for; nobody does.
    """
    try:
        socket.create_connection((host, port), timeout=_PATIENCE).close()
    except OSError as refused:
        raise error(f"{server} at {host}:{port}: {refused}; see ./lakehouse status") from refused


def _tcp(process: Process, config: Settings) -> bool:
    address = process.address(process.probe.port, config)
    with socket.create_connection(address, timeout=TIMEOUT):
        return True


def _http(process: Process, config: Settings) -> bool:
    host, port = process.address(process.probe.port, config)
    url = f"http://{host}:{port}{process.probe.path}"
    return requests.get(url, timeout=TIMEOUT).ok


def _postgres(process: Process, config: Settings) -> bool:
    import psycopg2

    host, port = process.address(process.probe.port, config)
    try:
        connection = psycopg2.connect(
            host=host,
            port=port,
            user="postgres",
            password=config.secret("postgres_superuser_password"),
            dbname="postgres",
            connect_timeout=int(TIMEOUT),
        )
    except psycopg2.OperationalError as error:
        if "password authentication failed" in str(error):
            raise PlatformError(
                "PostgreSQL was set up with another superuser password than "
                "LAKEHOUSE_POSTGRES_SUPERUSER_PASSWORD: put the old one back into .env, "
                "or start afresh with ./lakehouse reset"
            ) from None
        return False
    connection.close()
    return True


def _hdfs(process: Process, config: Settings) -> bool:
    """A data node serves when it listens and the name node counts it, outside safe mode."""
    if not _tcp(process, config):
        return False
    url = f"http://{config.namenode_host}:{config.namenode_http_port}/jmx"
    query = {"qry": "Hadoop:service=NameNode,name=FSNamesystemState"}
    state = requests.get(url, params=query, timeout=TIMEOUT).json()["beans"][0]
    return bool(state["NumLiveDataNodes"] > 0 and state["FSState"] == "Operational")


def _spark(process: Process, config: Settings) -> bool:
    """Both doors of the engine are open."""
    for name in process.ports:
        with socket.create_connection(process.address(name, config), timeout=TIMEOUT):
            pass
    return True


def _airflow(process: Process, config: Settings) -> bool:
    url = f"http://{config.airflow_host}:{config.airflow_port}/api/v2/monitor/health"
    health = requests.get(url, timeout=TIMEOUT).json()
    return bool(health[process.probe.component]["status"] == "healthy")


def _kafka(process: Process, config: Settings) -> bool:
    return _tcp(process, config) and kafka.answers(config)


def _cassandra(process: Process, config: Settings) -> bool:
    return _tcp(process, config) and cassandra.answers(config)


def _nifi(process: Process, config: Settings) -> bool:
    return _tcp(process, config) and nifi.answers(config)


def _file(process: Process, config: Settings) -> bool:
    """The process touches a file in its data folder, again and again, while it does its work."""
    service = next(one for one in load_services() if process in one.process)
    touched = (service.data(config) / process.probe.path).stat().st_mtime
    return time.time() - touched < FRESH_SECONDS


_PROBES: dict[str, Callable[[Process, Settings], bool]] = {
    "tcp": _tcp,
    "http": _http,
    "postgres": _postgres,
    "hdfs": _hdfs,
    "spark": _spark,
    "airflow": _airflow,
    "kafka": _kafka,
    "cassandra": _cassandra,
    "nifi": _nifi,
    "file": _file,
}
