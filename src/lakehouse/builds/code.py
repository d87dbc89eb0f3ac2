"""Identity of the code that computes tables."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from pathlib import Path

import lakehouse
from lakehouse.platform.services import SERVICES
from lakehouse.registry import catalog

_LIBRARIES = ("pyspark", "delta-spark")


@functools.cache
def code_version() -> str:
    """Hash of the core, all workloads, the declaration of the Spark server and its libraries.

    Coarse on purpose: a changed file builds every table once, and no dependency can be forgotten.
    """
    core = Path(lakehouse.__file__).parent
    installed = (each.folder for each in catalog.FOUND if not each.folder.is_relative_to(core))
    folders = (core, *sorted(installed), SERVICES / "spark")
    return version_of(folders, [f"{name} {version(name)}" for name in _LIBRARIES])


def version_of(folders: Iterable[Path], libraries: Iterable[str]) -> str:
    """Hash of the names and contents of all files below folders, and of versions of libraries."""
    digest = hashlib.sha256("\n".join(libraries).encode())
    for folder in folders:
        for file in sorted(_sources(folder)):
            content = hashlib.sha256(file.read_bytes()).hexdigest()
            digest.update(f"\n{file.relative_to(folder)} {content}".encode())
    return digest.hexdigest()


def _sources(folder: Path) -> Iterator[Path]:
    return (
        file for file in folder.rglob("*") if "__pycache__" not in file.parts and file.is_file()
    )
