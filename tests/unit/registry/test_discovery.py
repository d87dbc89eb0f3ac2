"""Workloads found in a folder and in an installed package, which no other file names."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path

import pytest

from lakehouse.platform.settings import PROJECT

DECLARATION = """
from lakehouse.contracts.bronze import imported
from lakehouse.contracts.model import Column, Layer, Namespace, Table
from lakehouse.contracts.pipelines import Pipeline
from lakehouse.contracts.star import key, member
from lakehouse.contracts.workload import Workload

TOYS = Namespace("{name}")
SOURCE = Table(
    Layer.SOURCE,
    "products",
    "A toy",
    (Column("toy_id", "STRING", "as published"),),
    namespace=TOYS,
    source_database="{name}",
)
SILVER = Table(
    Layer.SILVER,
    "products",
    "A toy",
    (Column("toy_id", "STRING", "The toy", nullable=False),),
    grain=("toy_id",),
    namespace=TOYS,
    source_database="{name}",
    reads=("products",),
    functions="{module}",
)
GOLD = Table(
    Layer.GOLD,
    "dim_product",
    "A toy",
    (
        Column("product_key", "BIGINT", "Key", nullable=False, derived=True, key=True),
        Column("toy_id", "STRING", "The toy"),
    ),
    grain=("toy_id",),
    namespace=TOYS,
    reads=("products",),
    functions="{module}",
)
FACT = Table(
    Layer.GOLD,
    "fact_sale",
    "A toy sold",
    (Column("toy_id", "STRING", "The toy", nullable=False), key("product_key", "The toy")),
    grain=("toy_id",),
    namespace=TOYS,
    reads=("products", "dim_product"),
    references=(member("product_key", "dim_product"),),
    functions="{module}",
)
WORKLOAD = Workload(
    "{name}",
    "Toys",
    tables=(SOURCE, SILVER, GOLD, FACT),
    pipelines=(
        Pipeline("Import_{name}", "Toys to bronze", Layer.BRONZE, (imported(SOURCE),)),
        Pipeline("Silver_{name}", "Toys", Layer.SILVER, (SILVER,), after=("Import_{name}",)),
        Pipeline("Gold_{name}", "Toys", Layer.GOLD, (GOLD, FACT), after=("Silver_{name}",)),
    ),
)
"""
FUNCTIONS = """
def products(products):
    return products

def dim_product(products):
    return products

def fact_sale(products, dim_product):
    return products.join(dim_product, "toy_id")
"""
# a package below `lakehouse.workloads` may lie in another folder, as tests and notebooks need it
PROGRAM = """
import json, sys
import lakehouse.workloads
lakehouse.workloads.__path__ += sys.argv[2:]
from lakehouse.contracts import places
from lakehouse.contracts.model import Layer
from lakehouse.cli.app import app
from lakehouse.cli import public_names
from lakehouse.orchestration import pipelines
from lakehouse.platform import postgres
from lakehouse.registry import catalog, dictionary, validation
from lakehouse.serving.powerbi import star
from lakehouse.serving.superset.datasets import Dataset

product = catalog.table(Layer.GOLD, f"gold_{sys.argv[1]}.dim_product")
sale = catalog.table(Layer.GOLD, f"gold_{sys.argv[1]}.fact_sale")
print(json.dumps({
    "workloads": [each.name for each in catalog.WORKLOADS],
    "folder": places.folder(product),
    "quarantine": places.quarantine_folder(catalog.read_by(product, "products")),
    "reads": [catalog.read_by(sale, name).full_name for name in sale.reads],
    "needs": sorted(catalog.needs(sale)),
    "shop": catalog.table(Layer.GOLD, "dim_product").workload,
    "runs": [each.dag_id for each in pipelines.PIPELINES],
    "owner": postgres.owners().get(sys.argv[1]),
    "missing": validation.missing_functions(catalog.FOUND),
    "dataset": Dataset(sale.full_name, "", ("product_key",), ()).sql(),
    "power bi": [each.name for each in star.tables()].count("dim_product"),
    "dictionary": dictionary.render().count(product.full_name),
    "public": public_names.page(app).count(product.full_name),
}))
"""


def seen(name: str, path: Sequence[Path] = (), folders: Sequence[Path] = ()) -> dict:
    answer = run(name, path, folders)
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


def run(
    name: str, path: Sequence[Path], folders: Sequence[Path]
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, name, *map(str, folders)],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(map(str, (PROJECT / "src", *path)))},
    )


def write(package: Path, name: str, module: str) -> None:
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "workload.py").write_text(DECLARATION.format(name=name, module=module))
    (package / "functions.py").write_text(FUNCTIONS)


def install(site: Path, package: str, name: str) -> None:
    write(site / package, name, f"{package}.functions")
    metadata = site / f"{package}-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    entry = f"[lakehouse.workloads]\n{name} = {package}.workload:WORKLOAD\n"
    (metadata / "entry_points.txt").write_text(entry)


@pytest.mark.parametrize("kind", ["folder", "installed"])
def test_workload_is_found_and_known_everywhere(tmp_path: Path, kind: str) -> None:
    if kind == "folder":
        write(tmp_path / "toys", "toys", "lakehouse.workloads.toys.functions")
        answer = seen("toys", folders=[tmp_path])
    else:
        install(tmp_path, "acme_toys", "toys")
        answer = seen("toys", path=[tmp_path])

    assert answer["workloads"] == ["shop", "toys", "weblogs"]
    assert answer["folder"] == "/lakehouse/gold/toys/dim_product"
    assert answer["quarantine"] == "/lakehouse/quarantine/toys/products"
    assert answer["reads"] == ["silver_toys.products", "gold_toys.dim_product"]
    assert answer["needs"] == ["gold_toys.dim_product"]
    assert answer["shop"] == "shop"
    assert answer["runs"][-3:] == ["Import_toys", "Silver_toys", "Gold_toys"]
    assert answer["owner"] == "loader"
    assert answer["missing"] == []
    assert "FROM gold_toys.fact_sale fact" in answer["dataset"]
    assert "JOIN gold_toys.dim_product product" in answer["dataset"]
    assert answer["power bi"] == 1
    assert answer["dictionary"]
    assert answer["public"]


def test_folder_and_installed_package_together(tmp_path: Path) -> None:
    write(tmp_path / "folders" / "toys", "toys", "lakehouse.workloads.toys.functions")
    install(tmp_path / "site", "acme_games", "games")

    answer = seen("games", path=[tmp_path / "site"], folders=[tmp_path / "folders"])

    assert answer["workloads"] == ["games", "shop", "toys", "weblogs"]


def test_command_line_shows_a_wrong_declaration_in_one_sentence(tmp_path: Path) -> None:
    install(tmp_path, "acme_shop", "shop")

    answer = subprocess.run(
        [sys.executable, "-m", "lakehouse", "--help"],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": f"{PROJECT / 'src'}:{tmp_path}"},
    )

    assert answer.returncode == 1
    (sentence,) = answer.stderr.splitlines()
    assert sentence.startswith(f"error: {tmp_path / 'acme_shop'}: name: shop is already")


def status_with(tmp_path: Path, field: str) -> subprocess.CompletedProcess[str]:
    """`status` with an installed workload that has a further field."""
    install(tmp_path, "acme_toys", "toys")
    declaration = tmp_path / "acme_toys" / "workload.py"
    text = declaration.read_text()
    declaration.write_text(text.replace('"Toys",\n', f'"Toys",\n    {field},\n'))
    return subprocess.run(
        [sys.executable, "-m", "lakehouse", "status"],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": f"{PROJECT / 'src'}:{tmp_path}"},
    )


def test_command_line_shows_a_server_that_does_not_exist(tmp_path: Path) -> None:
    answer = status_with(tmp_path, 'servers=("strem",)')

    assert answer.returncode == 1
    assert answer.stderr == (
        f"error: {tmp_path / 'acme_toys'}: servers: no profile or folder of services/ is called "
        "strem; did you mean stream?\n"
    )


def test_command_line_shows_a_port_of_a_server_of_the_core(tmp_path: Path) -> None:
    answer = status_with(tmp_path, 'ports={"store": 9092}')

    assert answer.returncode == 1
    assert answer.stderr == (
        f"error: {tmp_path / 'acme_toys'}: ports: 9092 of store is already the port of kafka; "
        "choose another\n"
    )


def test_folder_without_a_declaration(tmp_path: Path) -> None:
    (tmp_path / "toys").mkdir()
    (tmp_path / "toys" / "__init__.py").touch()

    answer = run("toys", (), [tmp_path])

    assert "toys: WORKLOAD: there is no module lakehouse.workloads.toys.workload" in answer.stderr


def test_module_without_a_declaration(tmp_path: Path) -> None:
    package = tmp_path / "toys"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "workload.py").write_text(textwrap.dedent("WORKLOADS = ()"))

    answer = run("toys", (), [tmp_path])

    assert f"{package}: WORKLOAD: lakehouse.workloads.toys.workload has no" in answer.stderr


def test_declarations_import_no_spark_and_no_settings() -> None:
    program = "import sys, lakehouse.registry.dictionary; print(*sys.modules)"
    answer = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(PROJECT / "src")},
    )

    loaded = answer.stdout.split()
    assert "lakehouse.workloads.shop.workload" in loaded
    unwanted = ("pyspark", "pyarrow", "pandas", "lakehouse.platform")
    assert [name for name in loaded if name.startswith(unwanted)] == []
