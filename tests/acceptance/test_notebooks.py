"""Models trained on the lake and the notebooks run on it, headless, on the real engine."""

from __future__ import annotations

import asyncio
from pathlib import Path

import nbformat
import pytest
import requests
from nbclient import NotebookClient

from acceptance.lake import Built
from acceptance.measuring import fingerprints, rows_written_since, version
from integration.launching import lakehouse, lakehouse_json
from lakehouse.contracts import gold_science
from lakehouse.orchestration.pipelines import SCIENCE
from lakehouse.platform import spark
from lakehouse.platform.environment import process_environment
from lakehouse.platform.settings import PROJECT, Settings
from lakehouse.science.building import model_path
from lakehouse.serving.thrift import query

NOTEBOOKS = sorted((PROJECT / "notebooks").glob("*.ipynb"))
SECONDS_A_CELL = 120


@pytest.fixture(scope="module")
def scored(built: Built) -> None:
    lakehouse_json("run", SCIENCE.dag_id, "--date", built.day)


def test_models_fill_gold_and_fill_it_alike(scored: None, built: Built) -> None:
    before = fingerprints(gold_science.TABLES)
    versions = {table.name: version(table) for table in gold_science.TABLES}
    assert all(found.rows for found in before.values())

    lakehouse_json("run", SCIENCE.dag_id, "--date", built.day)

    assert fingerprints(gold_science.TABLES) == before
    for table in gold_science.TABLES:
        assert rows_written_since(table, versions[table.name]) == 0


def test_models_lie_on_hdfs(scored: None, platform: Settings) -> None:
    session = spark.connect("models", config=platform)
    for table in gold_science.TABLES:
        assert session.read.text(f"{model_path(table)}/metadata").count() == 1
    session.stop()


def test_everybody_gets_a_list_without_what_they_have(scored: None) -> None:
    wanted = gold_science.RECOMMENDATIONS
    lists = query(
        "SELECT count(DISTINCT customer_key), count(DISTINCT customer_key, product_key), count(*) "
        "FROM gold.fact_product_recommendation"
    ).rows[0]
    buyers = query(
        "SELECT count(DISTINCT customer_key) FROM gold.fact_order_item WHERE customer_key <> -1 "
        "AND product_key <> -1 AND order_status NOT IN ('canceled', 'unavailable')"
    ).rows[0][0]
    owned = query(
        "SELECT count(*) FROM gold.fact_product_recommendation LEFT SEMI JOIN gold.fact_order_item "
        "USING (customer_key, product_key) WHERE order_status NOT IN ('canceled', 'unavailable')"
    ).rows[0][0]

    assert [int(number) for number in lists] == [buyers, wanted * buyers, wanted * buyers]
    assert owned == 0


@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)
def test_notebook_runs(file: Path, scored: None, platform: Settings) -> None:
    notebook = nbformat.read(file, as_version=4)
    client = NotebookClient(
        notebook, timeout=SECONDS_A_CELL, resources={"metadata": {"path": str(file.parent)}}
    )

    # as the server starts its kernels
    asyncio.run(client.async_execute(env=process_environment(platform)))

    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    pictures = [o for o in outputs if "image/png" in o.get("data", {})]
    assert pictures
    assert not [o for o in outputs if o.output_type == "error"]


def test_jupyter_opens_with_its_token_alone(scored: None, platform: Settings) -> None:
    started = lakehouse("up", "jupyter")
    assert started.returncode == 0, started.stdout + started.stderr
    address = f"http://{platform.jupyter_host}:{platform.jupyter_port}/api/contents"
    token = platform.secret("jupyter_token")

    assert requests.get(address, timeout=10).status_code == requests.codes.forbidden
    listed = requests.get(address, params={"token": token}, timeout=10).json()["content"]
    assert {file.name for file in NOTEBOOKS} <= {entry["name"] for entry in listed}
