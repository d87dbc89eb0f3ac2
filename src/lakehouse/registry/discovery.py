"""Workloads found by folder and by Python entry point.

A folder is a package below `lakehouse.workloads` whose module `workload` has a `WORKLOAD`. An
installed package names its own in the entry point group `lakehouse.workloads`:

    [project.entry-points."lakehouse.workloads"]
    furniture = "my_package.workload:WORKLOAD"
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path

from lakehouse.contracts.workload import Workload

PACKAGE = "lakehouse.workloads"
GROUP = "lakehouse.workloads"
MODULE = "workload"
ATTRIBUTE = "WORKLOAD"


class InvalidWorkloadError(Exception):
    """A workload cannot be used; the message names its folder and the field."""


@dataclass(frozen=True)
class Found:
    """A declared workload, and the package that declares it.

    Attributes:
        workload: the declaration.
        folder: folder of its package.
        package: full name of its package.
    """

    workload: Workload
    folder: Path
    package: str


def find() -> list[Found]:
    """Every workload, not validated: folders by name, then installed packages by name.

    Raises:
        InvalidWorkloadError: a package has no declaration.
    """
    return [*_in_folders(), *_installed()]


def in_order(found: Iterable[Found]) -> tuple[Workload, ...]:
    """Workloads by name, each behind those that it uses.

    Raises:
        InvalidWorkloadError: workloads use each other in a circle.
    """
    pending = sorted(found, key=lambda each: each.workload.name)
    ordered: list[Workload] = []
    while pending:
        placed = {each.name for each in ordered}
        ready = next((one for one in pending if set(one.workload.uses) <= placed), None)
        if ready is None:
            names = " and ".join(each.workload.name for each in pending)
            raise InvalidWorkloadError(
                f"{pending[0].folder}: uses: {names} use each other in a circle; remove one"
            )
        ordered.append(ready.workload)
        pending.remove(ready)
    return tuple(ordered)


def _in_folders() -> Iterator[Found]:
    parent = importlib.import_module(PACKAGE)
    for module in sorted(pkgutil.iter_modules(parent.__path__), key=lambda each: each.name):
        if module.ispkg:
            yield _declared(f"{PACKAGE}.{module.name}.{MODULE}", ATTRIBUTE)


def _installed() -> Iterator[Found]:
    for entry in sorted(entry_points(group=GROUP), key=lambda each: each.name):
        yield _declared(entry.module, entry.attr or ATTRIBUTE)


def _declared(module: str, attribute: str) -> Found:
    package = module.rpartition(".")[0] or module
    try:
        imported = importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or not module.startswith(error.name):
            raise
        raise InvalidWorkloadError(
            f"{package.replace('.', '/')}: {attribute}: there is no module {module}; add it, or "
            "remove the folder or the entry point"
        ) from error
    folder = Path(imported.__file__ or "").parent
    workload = getattr(imported, attribute, None)
    if not isinstance(workload, Workload):
        raise InvalidWorkloadError(
            f"{folder}: {attribute}: {module} has no Workload of that name; declare one"
        )
    return Found(workload, folder, package)
