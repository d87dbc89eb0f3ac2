"""Data walks forward, and imports never point back."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[3] / "src" / "lakehouse"
# in the order in which data walks; a package imports itself and what stands before it
ORDER = (
    "contracts",
    "registry",
    "platform",
    "sources",
    "quality",
    "bronze",
    "silver",
    "gold",
    "streams",
    "science",
    "serving",
    "orchestration",
    "cli",
)
# what is declared and computed for one business case; found by the registry
WORKLOADS = "workloads"
# functions from rows to rows: no server, no setting, no file
PURE = (
    "silver/reading",
    "silver/judging",
    "silver/ecom",
    "silver/marketing",
    "gold/keys",
    "gold/versions",
    "gold/allocation",
    "gold/dimensions",
    "gold/facts",
    "streams/parsing",
    "streams/access_log",
    "streams/clickstream",
    "streams/enriching",
    "streams/events",
    "streams/minutes",
    "gold/events",
    "science/interactions",
    "science/recommendation",
    "science/churn",
    "science/sales",
)


# files of the core that still import a workload, with the reason; the list only gets shorter
EXCEPTIONS: dict[str, str] = {}


def imported(file: Path) -> set[str]:
    """Packages of the lakehouse that a module imports, wherever in it the import stands."""
    return {name.split(".")[1] for name in imported_modules(file)}


def imported_modules(file: Path) -> set[str]:
    """Full names of modules and members of the lakehouse that a module imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: imports name the whole path"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in names if name.startswith("lakehouse.")}


@pytest.mark.parametrize("package", ORDER)
def test_imports_never_point_back(package: str) -> None:
    for file in sorted((SOURCE / package).rglob("*.py")):
        beyond = imported(file) - set(ORDER[: ORDER.index(package) + 1]) - {WORKLOADS}
        assert not beyond, f"{file.relative_to(SOURCE)} imports {sorted(beyond)}"


@pytest.mark.parametrize("module", PURE)
def test_pure_functions_know_only_contracts_and_their_own_layer(module: str) -> None:
    assert imported(SOURCE / f"{module}.py") <= {"contracts", module.split("/")[0]}


def test_every_package_has_its_place() -> None:
    packages = {folder.parent.name for folder in SOURCE.glob("*/__init__.py")}

    assert packages == {*ORDER, WORKLOADS}


def test_the_core_imports_no_workload() -> None:
    importing = {
        str(file.relative_to(SOURCE))
        for package in ORDER
        for file in (SOURCE / package).rglob("*.py")
        if any(name.startswith(f"lakehouse.{WORKLOADS}.") for name in imported_modules(file))
    }

    assert importing == set(EXCEPTIONS)
    assert all(EXCEPTIONS.values())


def test_workloads_do_not_import_the_top_of_the_core() -> None:
    files = sorted((SOURCE / WORKLOADS).rglob("*.py"))

    assert files
    for file in files:
        assert not imported(file) & {"cli"}, file
