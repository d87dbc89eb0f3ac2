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
    "serving",
    "orchestration",
    "cli",
)
# what is declared and computed for one business case; found by the registry
WORKLOADS = "workloads"
# functions from rows to rows: no server, no setting, no file
PURE = {
    "silver/reading": "silver",
    "silver/judging": "silver",
    "gold/keys": "gold",
    "gold/allocation": "gold",
    "streams/parsing": "streams",
    "streams/enriching": "streams",
    "streams/events": "streams",
    "workloads/shop/silver/ecom": "silver",
    "workloads/shop/silver/marketing": "silver",
    "workloads/shop/gold/versions": "gold",
    "workloads/shop/gold/dimensions": "gold",
    "workloads/shop/gold/facts": "gold",
    "workloads/shop/science/interactions": "gold",
    "workloads/shop/science/recommendation": "gold",
    "workloads/shop/science/churn": "gold",
    "workloads/shop/science/sales": "gold",
    "workloads/weblogs/lookups": "streams",
    "workloads/weblogs/minutes": "streams",
    "workloads/weblogs/gold/events": "gold",
    "workloads/weblogs/parsing/access_log": "streams",
    "workloads/weblogs/parsing/clickstream": "streams",
}
# files of the core that still import a workload, with the reason; the list only gets shorter
EXCEPTIONS: dict[str, str] = {
    "cli/data.py": "`generate` and `download` are commands of the core with options of the shop",
    "cli/demo.py": "the demo's steps are not declared by workloads yet",
    "cli/streams.py": "`stream write` is a command of the core with options of the logs",
    "platform/clocks.py": "reads the table of 1-minute aggregates, which is of the logs",
    "serving/dashboard/portal.py": "names the table of sessions",
    "serving/funnel.py": "counts sessions by the steps of the shop's funnel",
    "serving/ledger.py": "counts of writers come from the generator of the logs",
    "serving/reports/measures.py": "measures are not declared by workloads yet",
    "serving/stream_proof.py": "counts of writers come from the generator of the logs",
    "serving/superset/figures.py": "charts are not declared by workloads yet",
    "serving/verify.py": "checks of customers and payments are not declared by the shop yet",
}


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


@pytest.mark.parametrize(("module", "layer"), PURE.items())
def test_pure_functions_know_only_contracts_and_their_own_layer(module: str, layer: str) -> None:
    assert imported(SOURCE / f"{module}.py") <= {"contracts", WORKLOADS, layer}


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
