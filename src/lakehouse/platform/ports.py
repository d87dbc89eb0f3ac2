"""Free and taken ports, the processes that hold them, and the address of the machine's name."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterable

import psutil

from lakehouse.platform.errors import PlatformError
from lakehouse.platform.services import Process
from lakehouse.platform.settings import Settings


def require_free_ports(processes: Iterable[Process], config: Settings) -> None:
    """Check every port of these processes before any of them is started.

    Raises:
        PlatformError: ports are taken; the message names each, its setting and its holder.
    """
    taken = taken_ports(processes, config)
    if taken:
        raise PlatformError("\n".join(taken))


def taken_ports(processes: Iterable[Process], config: Settings) -> list[str]:
    """One sentence for each port that something else listens on."""
    found = []
    for process in processes:
        for setting in process.ports.values():
            number = int(getattr(config, setting))
            if not is_free(number, config.bind_host):
                found.append(
                    f"port {number}, which {process.name} needs, is taken{_by(number)}: "
                    f"end that, or choose another port with LAKEHOUSE_{setting.upper()}"
                )
    return found


def unresolved_name() -> str:
    """A sentence if the machine's own name has no address, which Java's servers look up.

    Empty where it has one.
    """
    name = socket.gethostname()
    try:
        socket.getaddrinfo(name, None)
    except OSError:
        return (
            f"the machine's name {name} resolves to no address, which Hadoop and Sqoop need: "
            f"add the line `127.0.1.1 {name}` to /etc/hosts"
        )
    return ""


def is_free(number: int, host: str) -> bool:
    """Whether a server could listen there now."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as trial:
        # servers do the same: a connection that has just been closed is no obstacle
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, number))
        except OSError:
            return False
    return True


def _by(number: int) -> str:
    """Who listens there, as far as this user may see."""
    # another user's process may be seen and yet not be looked into
    with contextlib.suppress(psutil.Error):
        for connection in psutil.net_connections("tcp"):
            address = connection.laddr
            if connection.status != psutil.CONN_LISTEN or not address or not connection.pid:
                continue
            if address.port == number:
                name = psutil.Process(connection.pid).name()
                return f" by {name} (process {connection.pid})"
    return ""
