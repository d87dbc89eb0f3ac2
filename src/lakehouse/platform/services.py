"""What servers there are, read from `services/*/service.toml`, and in which order they start."""

from __future__ import annotations

import functools
import graphlib
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from lakehouse.platform.errors import UnknownNameError
from lakehouse.platform.settings import PROJECT, Settings

SERVICES = PROJECT / "services"
# a profile that every service belongs to
ALL = "all"


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Probe(_Model):
    """How to tell that a process is ready."""

    kind: Literal[
        "tcp", "http", "postgres", "hdfs", "spark", "airflow", "kafka", "cassandra", "nifi", "file"
    ]
    port: str = Field("", description="which of the process's ports, by its name")
    path: str = Field("/", description="of the page, or of the file in the data folder")
    component: str = Field("", description="the part of Airflow that must report itself healthy")
    seconds: int = Field(60, description="longest wait until ready")


class ClosedPort(_Model):
    """A port that a program opens by default, and that its configuration closes or moves."""

    number: int
    name: str = Field(description="what listens there by default")
    file: str = Field(description="file of the service's folder that closes or moves it")
    text: str = Field(description="regular expression of the text that does")


class Process(_Model):
    """One supervised process."""

    name: str
    command: tuple[str, ...] = Field(description="program in the service's folder, arguments")
    probe: Probe
    needs: tuple[str, ...] = Field((), description="processes that must be ready before")
    host: str = Field("", description="the setting that holds where others reach it")
    ports: dict[str, str] = Field({}, description="name of a port to the setting that holds it")
    closed: tuple[ClosedPort, ...] = Field((), description="default ports that it does not open")
    memory_mb: int = Field(description="resident memory to expect, idle")
    stop_signal: str = "TERM"
    stop_seconds: int = 20

    def port(self, name: str, config: Settings) -> int:
        """The number of one of the process's ports."""
        return int(getattr(config, self.ports[name]))

    def address(self, name: str, config: Settings) -> tuple[str, int]:
        """Host and number of one of the process's ports."""
        return str(getattr(config, self.host)), self.port(name, config)


class Service(_Model):
    """One folder below `services/`."""

    folder: Path
    description: str
    profiles: tuple[str, ...]
    python: str = Field("", description="versions its environment can have; the platform's if none")
    process: tuple[Process, ...] = ()

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.name

    def data(self, config: Settings) -> Path:
        """The folder that holds what its processes keep."""
        if self.name == "postgres":
            return config.postgres_home
        return config.state_dir / self.name

    @property
    def pom(self) -> Path | None:
        """What Maven assembles the service from, if it does."""
        return self._file("pom.xml")

    @property
    def requirements(self) -> Path | None:
        """The hashed packages of the service's own Python environment, if it has one."""
        return self._file("requirements.txt")

    @property
    def debian_packages(self) -> Path | None:
        """The Debian packages it is unpacked from, a name a line, if it is."""
        return self._file("debian.txt")

    def _file(self, name: str) -> Path | None:
        file = self.folder / name
        return file if file.exists() else None

    @property
    def is_assembled(self) -> bool:
        """Whether it is more than what comes with the platform's Python environment."""
        return bool(self.pom or self.requirements or self.debian_packages)


@functools.cache
def load_services(root: Path = SERVICES) -> tuple[Service, ...]:
    """Every service, by name.

    Raises:
        pydantic.ValidationError: a file says something that is not understood.
    """
    found = []
    for file in sorted(root.glob("*/service.toml")):
        found.append(Service(folder=file.parent, **tomllib.loads(file.read_text("utf-8"))))
    return tuple(found)


def in_profile(services: Iterable[Service], profile: str) -> tuple[Service, ...]:
    """The services of a profile, or the one of that name, and those that hold what they need.

    Raises:
        UnknownNameError: no service names this profile, or has this name.
    """
    services = tuple(services)
    names = {one.name: (one.name, *one.profiles, ALL) for one in services}
    chosen = {one.name for one in services if profile in names[one.name]}
    if not chosen:
        raise UnknownNameError(
            "profile", profile, {name for all_ in names.values() for name in all_}
        )
    return with_needs(services, chosen)


def with_needs(services: Iterable[Service], names: Iterable[str]) -> tuple[Service, ...]:
    """Services of these names, and those that hold what they need."""
    services, chosen = tuple(services), set(names)
    holders = {process.name: one.name for one in services for process in one.process}
    waiting = list(chosen)
    while waiting:
        service = next(one for one in services if one.name == waiting[-1])
        waiting.pop()
        needed = {holders[need] for process in service.process for need in process.needs}
        waiting += needed - chosen
        chosen |= needed
    return tuple(one for one in services if one.name in chosen)


def processes_of(services: Iterable[Service]) -> tuple[Process, ...]:
    """Every process of these services."""
    return tuple(process for service in services for process in service.process)


def process_named(name: str, processes: Iterable[Process]) -> Process:
    """One process.

    Raises:
        UnknownNameError: there is none of this name.
    """
    by_name = {process.name: process for process in processes}
    if name not in by_name:
        raise UnknownNameError("server", name, by_name)
    return by_name[name]


def starting_order(processes: Iterable[Process]) -> tuple[Process, ...]:
    """Processes so that each stands behind everything it needs.

    Raises:
        graphlib.CycleError: two processes need each other.
        UnknownNameError: a process needs one that is not among them.
    """
    by_name = {process.name: process for process in processes}
    sorter: graphlib.TopologicalSorter[str] = graphlib.TopologicalSorter()
    for process in by_name.values():
        for need in process.needs:
            process_named(need, by_name.values())
        sorter.add(process.name, *process.needs)
    return tuple(by_name[name] for name in sorter.static_order())
