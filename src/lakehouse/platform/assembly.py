"""Assembles servers from their `pom.xml` into a cache that all clones of a user share."""

from __future__ import annotations

import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
import tarfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from lakehouse.platform.errors import PlatformError
from lakehouse.platform.java import find_jdk, find_maven
from lakehouse.platform.services import Service
from lakehouse.platform.settings import Settings

POSTGRES_PLATFORMS = {
    "x86_64": "linux-amd64",
    "amd64": "linux-amd64",
    "aarch64": "linux-arm64v8",
    "arm64": "linux-arm64v8",
}


def assembled(service: Service, config: Settings) -> Path:
    """Where the service's assembly is, or will be: named after what it is made from."""
    if service.pom is None:
        raise ValueError(f"{service.name} has no pom.xml")
    content = b"".join(file.read_bytes() for file in sources(service.folder))
    digest = hashlib.sha256(content + platform.machine().encode()).hexdigest()[:12]
    return config.cache_dir / "servers" / f"{service.name}-{digest}"


def sources(folder: Path) -> list[Path]:
    """What Maven reads: the `pom.xml`, those of modules below it, and their sources in Java."""
    return sorted(
        file
        for file in folder.rglob("*")
        if file.is_file() and (file.name == "pom.xml" or "src" in file.relative_to(folder).parts)
    )


def missing_assemblies(services: Iterable[Service], config: Settings) -> tuple[Service, ...]:
    """The services that are not in the cache yet."""
    return tuple(
        service for service in services if service.pom and not assembled(service, config).exists()
    )


def assemble(services: Iterable[Service], config: Settings, say: Callable[[str], None]) -> None:
    """Assemble what is missing; others doing the same at the same time are waited for.

    Raises:
        PlatformError: Maven failed; the message holds its last lines.
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
    command = [
        *(find_maven(), "-q", "-B", "-f", service.pom, f"-Dassembly.directory={aside}"),
        f"-Dpostgres.platform={POSTGRES_PLATFORMS.get(platform.machine(), platform.machine())}",
        "package",
    ]
    environment = os.environ | {"JAVA_HOME": str(find_jdk())}
    answer = subprocess.run(
        [str(part) for part in command],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if answer.returncode:
        last = "\n".join(answer.stdout.strip().splitlines()[-8:])
        raise PlatformError(f"Maven could not assemble {service.name}:\n{last}")
    _unpack(aside)
    aside.rename(target)


def _unpack(folder: Path) -> None:
    """Unpack binaries that are published as an archive inside an archive."""
    for archive in folder.glob("*.txz"):
        with tarfile.open(archive) as content:
            content.extractall(folder / "server", filter="tar")
        archive.unlink()
