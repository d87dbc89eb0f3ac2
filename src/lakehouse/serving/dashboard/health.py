"""Every server: whether it answers, since when it is so, where it is, how much memory it takes."""

from __future__ import annotations

import dataclasses
import datetime as dt
from urllib.parse import urlsplit

from lakehouse.platform.services import Process, Service, load_services
from lakehouse.platform.settings import Settings
from lakehouse.platform.status import ServerStatus, reached, server_statuses
from lakehouse.platform.supervise import Supervisor
from lakehouse.serving.dashboard.source import Clock, utc_now

READY = "ready"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclasses.dataclass(frozen=True)
class Health:
    """One server at one moment.

    Attributes:
        service: the folder of `services` that it belongs to.
        name: name of the process.
        description: what the service is for.
        profiles: which `./lakehouse up PROFILE` start it.
        state: ready, starting, failed, stopped; unknown where nothing within reach tells.
        since: when the state began, UTC, as far as it is known: the start of a server that ran
            before this page, else when the state was first seen.
        address: host and first port; empty where it listens on none.
        memory_mb: PSS in MiB of it and its children; nothing where it runs elsewhere or not.
        alarm: what will soon stop it.
        lost: it was ready while this page was served, and is not now.
        url: what a browser opens, with the host of the settings; empty where it has no pages, or
            they are not published.
    """

    service: str
    name: str
    description: str
    profiles: tuple[str, ...]
    state: str
    since: dt.datetime
    address: str
    memory_mb: float | None
    alarm: str
    lost: bool
    url: str


class HealthReader:
    """Looks at all servers; remembers since when each is as it is."""

    def __init__(self, config: Settings, clock: Clock = utc_now) -> None:
        self._config = config
        self._clock = clock
        self._once_ready: set[str] = set()
        self._seen: dict[str, tuple[str, dt.datetime]] = {}

    def read(self) -> list[Health]:
        """Every server, in the order of `services`."""
        now = self._clock()
        kept_here = Supervisor(self._config).pid is not None
        known = {s.name: s for s in server_statuses(self._config, quick=True)} if kept_here else {}
        return [
            self._health(service, process, known.get(process.name), now)
            for service in load_services()
            for process in service.process
        ]

    def _health(
        self, service: Service, process: Process, status: ServerStatus | None, now: dt.datetime
    ) -> Health:
        state = status.state if status else reached(process, self._config)
        if state == READY:
            self._once_ready.add(process.name)
        return Health(
            service=service.name,
            name=process.name,
            description=service.description,
            profiles=service.profiles,
            state=state,
            since=self._since(process.name, state, now, status.uptime_seconds if status else None),
            address=address(process, self._config),
            memory_mb=status.memory_mb if status else None,
            alarm=status.alarm if status else "",
            lost=state != READY and process.name in self._once_ready,
            url=url(process, self._config),
        )

    def _since(
        self, name: str, state: str, now: dt.datetime, uptime_seconds: int | None
    ) -> dt.datetime:
        """Time of the last change of state; of a server that ran before, its start."""
        before = self._seen.get(name)
        if before is None:
            self._seen[name] = (state, now - dt.timedelta(seconds=uptime_seconds or 0))
        elif before[0] != state:
            self._seen[name] = (state, now)
        return self._seen[name][1]


def place(process: Process, config: Settings) -> tuple[str, int] | None:
    """Host and port of the first of its ports; nothing where it has none."""
    for setting in process.ports.values():
        host = _host(setting, config)
        if host:
            return host, int(getattr(config, setting))
    return None


def address(process: Process, config: Settings) -> str:
    """The same as text."""
    found = place(process, config)
    return f"{found[0]}:{found[1]}" if found else ""


def url(process: Process, config: Settings) -> str:
    """The pages of a server: it names the port that they are on `http` or `https`."""
    for scheme in ("https", "http"):
        if scheme in process.ports:
            setting = process.ports[scheme]
            host = config.published_host if config.runtime == "docker" else _host(setting, config)
            number = config.published(setting)
            return f"{scheme}://{host}:{number}" if number else ""
    return ""


def asks(where: str, address: str, url: str) -> bool:
    """Whether it is the server of this address and these pages that asks for a login there."""
    return any(known and known in where for known in (address, url))


def for_browser(url: str, browser_host: str) -> str:
    """The address as the browser reaches it: by the host of this page, where that is another one.

    A server on loopback keeps its own name for a browser on this machine, since NiFi insists on it.
    """
    parts = urlsplit(url)
    if parts.hostname in _LOOPBACK and browser_host in _LOOPBACK:
        return url
    return parts._replace(netloc=f"{browser_host}:{parts.port}").geturl()


def _host(setting: str, config: Settings) -> str:
    """The host that belongs to a port: `spark_host` for `spark_thrift_port`."""
    words = setting.removesuffix("_port").split("_")
    for length in range(len(words), 0, -1):
        host = getattr(config, "_".join(words[:length]) + "_host", "")
        if host:
            return str(host)
    return ""
