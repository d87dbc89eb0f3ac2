"""For which processors the parts of the platform are published: native code in jars, wheels.

Java and Python themselves run anywhere; what they carry in machine code does not.
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tempfile
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from lakehouse.platform.assembly import POSTGRES_PLATFORMS, assembled, by_maven
from lakehouse.platform.environment import spark_home
from lakehouse.platform.errors import PlatformError
from lakehouse.platform.services import Service
from lakehouse.platform.settings import PROJECT, Settings

WANTED = ("amd64", "arm64")
_PYTHON_PLATFORMS = {"amd64": "x86_64-manylinux_2_28", "arm64": "aarch64-manylinux_2_28"}
# the field of an ELF file that names its processor
_MACHINES = {62: "amd64", 183: "arm64"}
_ARCHIVES = (".jar", ".nar")
_NO_WHEEL = "has no usable wheels"

# code for amd64 alone that nothing here calls, or that Java stands in for
UNUSED: Mapping[str, str] = {
    "leveldbjni-all": "HDFS: for the alias map of provided storage, which is off",
    "jline": "metastore: for a terminal, and it has none",
    "native-linux-x86_64": "NiFi: Brotli, which no flow compresses with",
    "netty-transport-native-epoll": "NiFi: Netty goes on with Java's own sockets",
}


@dataclass(frozen=True)
class Artefact:
    """A library with machine code, or the packages of a lock file together.

    Attributes:
        holder: the service, or the lock file.
        name: without version and architecture; of nested archives the inner one.
        architectures: those of `WANTED` that it has code for.
        note: why it may lack one of them.
    """

    holder: str
    name: str
    architectures: tuple[str, ...]
    note: str = ""

    @property
    def complete(self) -> bool:
        """Whether it runs on every wanted architecture, or is not needed there."""
        return self.architectures == WANTED or bool(self.note)


def of_assembly(holder: str, folder: Path) -> list[Artefact]:
    """Every library below a folder that carries machine code for amd64, by name."""
    found: dict[str, set[str]] = defaultdict(set)
    for file in sorted(folder.rglob("*")):
        if file.suffix in _ARCHIVES and file.is_file():
            for name, machine in _native_code(file.name, file):
                found[name].add(machine)
    return [
        Artefact(holder, name, tuple(a for a in WANTED if a in machines), _note(name, machines))
        for name, machines in sorted(found.items())
        if "amd64" in machines
    ]


def of_lock_file(file: Path) -> list[Artefact]:
    """The packages of a hashed lock file: those that are built from source are named one by one.

    Raises:
        PlatformError: uv cannot say: no network, or a lock file that it refuses.
    """
    holder = str(file.relative_to(PROJECT))
    built = {name: _built_from_source(file, name) for name in WANTED}
    together = Artefact(holder, "every package with a wheel", WANTED)
    named = [
        Artefact(
            holder,
            name,
            tuple(a for a in WANTED if name not in built[a]),
            # the same everywhere: source without machine code
            "from source on both" if all(name in built[a] for a in WANTED) else "",
        )
        for name in sorted(set().union(*built.values()))
    ]
    return [together, *named]


def examine(services: Iterable[Service], config: Settings) -> list[Artefact]:
    """Every artefact of assembled services, of their lock files and of Spark.

    Raises:
        PlatformError: Maven or uv cannot say: no network, or a file that it refuses.
    """
    found = of_lock_file(PROJECT / "requirements/lakehouse.txt")
    found += of_assembly("pyspark", spark_home() / "jars")
    for service in services:
        if service.requirements:
            found += of_lock_file(service.requirements)
        elif service.name == "postgres":
            found.append(_of_postgres(service))
        elif service.pom:
            found += of_assembly(service.name, assembled(service, config))
    return found


def _of_postgres(service: Service) -> Artefact:
    """PostgreSQL is published a package an architecture: each is fetched and looked at."""
    seen = set()
    for platform in sorted(set(POSTGRES_PLATFORMS.values())):
        with tempfile.TemporaryDirectory() as folder:
            by_maven(service, Path(folder), platform)
            seen.add(machine_of((Path(folder) / "server/bin/postgres").read_bytes()[:20]))
    return Artefact(service.name, "server", tuple(a for a in WANTED if a in seen))


def _note(name: str, machines: set[str]) -> str:
    if machines.issuperset(WANTED):
        return ""
    return next((why for start, why in UNUSED.items() if name.startswith(start)), "")


def _native_code(name: str, file: Path | IO[bytes]) -> Iterator[tuple[str, str]]:
    """Name of the library and architecture, for each file of machine code in an archive."""
    with zipfile.ZipFile(file) as archive:
        for entry in archive.infolist():
            if entry.filename.endswith(_ARCHIVES):
                inner = Path(entry.filename).name
                yield from _native_code(inner, io.BytesIO(archive.read(entry)))
            elif not entry.is_dir():
                with archive.open(entry) as stream:
                    machine = machine_of(stream.read(20))
                if machine:
                    yield _library(name), machine


def machine_of(head: bytes) -> str:
    """The architecture of a Linux binary by its first bytes; empty for any other file."""
    if len(head) < 20 or not head.startswith(b"\x7fELF"):
        return ""
    order: Literal["little", "big"] = "little" if head[5] == 1 else "big"
    return _MACHINES.get(int.from_bytes(head[18:20], order), "other")


def _library(jar: str) -> str:
    """The library that a jar belongs to: several jars may be one library, an architecture each."""
    return re.split(r"-\d+\.", jar)[0].removesuffix(".jar").removesuffix(".nar")


def _built_from_source(lock: Path, architecture: str) -> set[str]:
    """Packages without a wheel for an architecture, one found after the other."""
    without: set[str] = set()
    with tempfile.TemporaryDirectory() as nowhere:
        while True:
            answer = _dry_run(lock, architecture, without, nowhere)
            if answer.returncode == 0:
                return without
            words = answer.stderr.split()
            refused = {word.split("==")[0] for word in words if "==" in word and word[0].isalpha()}
            if _NO_WHEEL not in " ".join(words) or refused <= without:
                raise PlatformError(f"uv refuses {lock}:\n{answer.stderr.strip()}")
            without |= refused


def _dry_run(
    lock: Path, architecture: str, from_source: set[str], folder: str
) -> subprocess.CompletedProcess[str]:
    version = ".".join(map(str, sys.version_info[:2]))
    command = [str(Path(sys.executable).with_name("uv")), "pip", "install", "--dry-run"]
    command += ["--no-deps", "--require-hashes", "--only-binary", ":all:", "-r", str(lock)]
    command += ["--python-platform", _PYTHON_PLATFORMS[architecture], "--python-version", version]
    command += [word for name in sorted(from_source) for word in ("--no-binary", name)]
    command += ["--target", folder]
    return subprocess.run(command, capture_output=True, text=True)
