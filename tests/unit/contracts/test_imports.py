"""Data walks forward, and imports never point back."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[3] / "src" / "lakehouse"
# in the order in which data walks; a package imports itself and what stands before it
ORDER = (
    "contracts",
    "registry",
    "platform",
    "sources",
    "builds",
    "quality",
    "bronze",
    "silver",
    "gold",
    "sinks",
    "streams",
    "serving",
    "orchestration",
    "cli",
)
# what is declared and computed for one business case; found by the registry
WORKLOADS = "workloads"
# modules with a server, a setting or a file; all others of these packages are pure: functions from
# rows to rows or from bytes to records, and a new module is pure until it is named here
LAYERS = (
    "silver",
    "gold",
    "sinks",
    "sinks/encoding",
    "streams",
    "workloads/shop/contracts",
    "workloads/shop/silver",
    "workloads/shop/gold",
    "workloads/shop/science",
    "workloads/weblogs",
    "workloads/weblogs/contracts",
    "workloads/weblogs/gold",
    "workloads/weblogs/parsing",
)
EFFECTS = {
    "silver/arrivals",
    "silver/building",
    "silver/compaction",
    "gold/building",
    "gold/event_building",
    "gold/maintenance",
    "gold/sources",
    "sinks/cassandra",
    "sinks/hdfs",
    "sinks/kafka",
    "sinks/postgres",
    "streams/driving",
    "streams/flow_model",
    "streams/flows",
    "streams/gold_copy",
    "streams/queries",
    "workloads/shop/science/building",
    "workloads/weblogs/clocks",
    "workloads/weblogs/commands",
    "workloads/weblogs/demo",
}
PURE = sorted(
    module
    for layer in LAYERS
    for file in (SOURCE / layer).glob("[!_]*.py")
    if (module := f"{layer}/{file.stem}") not in EFFECTS
)
# of the command line, workloads use the output, questions to a person and the limits of containers
OUTPUT = ("cli/common", "cli/containers", "cli/data", "cli/pictures", "cli/watching")
# a base class of errors is no server
ALLOWED = ("contracts", "platform/errors")
PURE_REPORTS = ("lakehouse.serving.reconciliation", "lakehouse.serving.ledger")


def imported(file: Path) -> set[str]:
    """Modules of the lakehouse that a module imports, wherever in it the import stands."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: imports name the whole path"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    paths = (name.removeprefix("lakehouse.").split(".") for name in names if is_ours(name))
    return {"/".join(path) for path in paths}


def is_ours(name: str) -> bool:
    return name.startswith("lakehouse.")


def packages(file: Path) -> set[str]:
    return {name.split("/")[0] for name in imported(file)}


@pytest.mark.parametrize("package", ORDER)
def test_imports_never_point_back(package: str) -> None:
    for file in sorted((SOURCE / package).rglob("*.py")):
        beyond = packages(file) - set(ORDER[: ORDER.index(package) + 1]) - {WORKLOADS}
        assert not beyond, f"{file.relative_to(SOURCE)} imports {sorted(beyond)}"


@pytest.mark.parametrize("module", PURE)
def test_pure_modules_import_contracts_and_pure_modules(module: str) -> None:
    allowed = (*ALLOWED, *PURE)
    beyond = {
        name
        for name in imported(SOURCE / f"{module}.py")
        if not any(name == one or name.startswith(f"{one}/") for one in allowed)
    }
    assert not beyond, f"{module} is not pure (add it to EFFECTS if it must not be): {beyond}"


def test_modules_with_effects_exist() -> None:
    missing = [name for name in sorted(EFFECTS) if not (SOURCE / f"{name}.py").exists()]
    assert not missing


def test_reports_load_no_client_of_a_server() -> None:
    loads = "; ".join(f"import {name}" for name in PURE_REPORTS)
    program = f"{loads}; import sys; print(*sys.modules)"
    answer = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"PYTHONPATH": str(SOURCE.parent)},
        capture_output=True,
        text=True,
    )
    assert answer.returncode == 0, answer.stderr
    loaded = answer.stdout.split()
    assert set(PURE_REPORTS) <= set(loaded)
    assert [name for name in loaded if name.startswith(("lakehouse.platform", "pyspark"))] == []


def test_every_package_has_its_place() -> None:
    found = {folder.parent.name for folder in SOURCE.glob("*/__init__.py")}

    assert found == {*ORDER, WORKLOADS}


def test_the_core_imports_no_workload() -> None:
    importing = {
        str(file.relative_to(SOURCE))
        for package in ORDER
        for file in (SOURCE / package).rglob("*.py")
        if any(name.startswith(f"{WORKLOADS}/") for name in imported(file))
    }

    assert importing == set()


def test_workloads_do_not_import_the_top_of_the_core() -> None:
    files = sorted((SOURCE / WORKLOADS).rglob("*.py"))

    assert files
    for file in files:
        above = {name for name in imported(file) if name.startswith("cli/")}
        assert not {one for one in above if not one.startswith(OUTPUT)}, file
