"""Models trained on the lake and the notebooks run on it, headless, on the real engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import nbformat
import psutil
import pytest
import requests
from nbclient import NotebookClient

from acceptance.lake import Built
from acceptance.measuring import fingerprints, rows_written_since, version
from integration.launching import IN_CONTAINER, lakehouse, lakehouse_json
from lakehouse.contracts import places
from lakehouse.contracts.model import Layer
from lakehouse.contracts.star import UNKNOWN_KEY
from lakehouse.orchestration import steps
from lakehouse.platform.environment import process_environment
from lakehouse.platform.hdfs import Hdfs
from lakehouse.platform.secrets import GENERATORS
from lakehouse.platform.settings import PROJECT, Settings
from lakehouse.platform.supervise import Supervisor, log_file
from lakehouse.serving.thrift import query
from lakehouse.workloads.shop.contracts import science as gold_science
from lakehouse.workloads.shop.pipelines import SCIENCE
from lakehouse.workloads.shop.science.interactions import FAILED_STATUSES

NOTEBOOKS = sorted((PROJECT / "notebooks").glob("*.ipynb"))
# a column of the table that it is about
SHOWN = {"analysis": "late_share", "recommendation": "ndcg", "churn": "precision_recall"}
SECONDS_A_CELL = 120
LOCAL = pytest.mark.skipif(IN_CONTAINER, reason="looks at processes of this machine")


@pytest.fixture(scope="module")
def scored(built: Built) -> None:
    lakehouse_json("run", SCIENCE.dag_id, "--date", built.day)


def test_models_fill_gold_and_fill_it_alike(scored: None, built: Built) -> None:
    before = fingerprints(gold_science.TABLES)
    versions = {table.name: version(table) for table in gold_science.TABLES}
    assert all(found.rows for found in before.values())

    # as a task of the DAG does
    for table in gold_science.TABLES:
        steps.run(Layer.GOLD, table.name, built.day)

    assert fingerprints(gold_science.TABLES) == before
    for table in gold_science.TABLES:
        assert rows_written_since(table, versions[table.name]) == 0


def test_models_lie_on_hdfs(scored: None, platform: Settings) -> None:
    for table in gold_science.TABLES:
        assert "metadata" in Hdfs(platform).names(places.model_folder(table))


def test_everybody_gets_a_list_without_what_they_have(scored: None) -> None:
    bought = (
        "gold.fact_order_item JOIN gold.dim_customer USING (customer_key) "
        f"WHERE customer_key <> {UNKNOWN_KEY} "
        f"AND product_key <> {UNKNOWN_KEY} AND order_status NOT IN {FAILED_STATUSES}"
    )
    (people, pairs, rows), (buyers,), (owned,) = (
        query(statement).rows[0]
        for statement in (
            "SELECT count(DISTINCT customer_key), count(DISTINCT customer_key, product_key), "
            "count(*) FROM gold.fact_product_recommendation",
            f"SELECT count(DISTINCT person_key) FROM {bought}",
            "SELECT count(*) FROM gold.fact_product_recommendation JOIN gold.dim_customer "
            f"USING (customer_key) LEFT SEMI JOIN (SELECT * FROM {bought}) "
            "USING (person_key, product_key)",
        )
    )

    assert people == buyers > 0
    assert pairs == rows == gold_science.RECOMMENDATIONS * buyers
    assert owned == 0


@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)
def test_a_notebook_runs_and_shows_its_figures(
    file: Path, scored: None, platform: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    notebook = nbformat.read(file, as_version=4)
    client = NotebookClient(
        notebook, timeout=SECONDS_A_CELL, resources={"metadata": {"path": str(file.parent)}}
    )

    client.execute(env=process_environment(platform))

    shown = [out.get("data", {}) for cell in notebook.cells for out in cell.get("outputs", ())]
    texts = [data.get("text/plain", "") for data in shown]
    tables = [text for text in texts if SHOWN[file.stem] in text]
    with capsys.disabled():
        print("", *tables, sep="\n")
    assert tables
    assert [data for data in shown if "image/png" in data]


@pytest.fixture(scope="module")
def lab(scored: None, platform: Settings) -> Iterator[str]:
    """Where JupyterLab answers."""
    started = lakehouse("up", "jupyter")
    assert started.returncode == 0, started.stdout + started.stderr
    yield f"http://{platform.jupyter_host}:{platform.jupyter_port}"
    if not IN_CONTAINER:
        Supervisor(platform).stop("jupyter")


def test_jupyter_opens_with_its_token_alone(lab: str, platform: Settings) -> None:
    token = platform.secret("jupyter_token")
    contents = f"{lab}/api/contents"

    assert lakehouse("token").stdout.strip().endswith(f"/lab?token={token}")
    assert "JupyterLab" in requests.get(f"{lab}/lab", params={"token": token}, timeout=30).text
    for wrong in ({}, {"token": token[1:]}):
        assert requests.get(contents, params=wrong, timeout=30).status_code == 403
    listed = requests.get(contents, params={"token": token}, timeout=30).json()["content"]
    assert {file.name for file in NOTEBOOKS} <= {entry["name"] for entry in listed}


@LOCAL
def test_no_secret_is_in_the_environment_of_a_kernel_or_in_the_log(
    lab: str, platform: Settings
) -> None:
    token = platform.secret("jupyter_token")
    started = requests.post(f"{lab}/api/kernels", params={"token": token}, timeout=60)
    started.raise_for_status()
    server = psutil.Process(Supervisor(platform).states()["jupyter"].pid)
    kernels = [child.environ() for child in server.children(recursive=True)]
    log = log_file("jupyter", platform).read_text("utf-8", errors="replace")

    assert kernels
    for name in GENERATORS:
        secret = platform.secret(name)
        assert secret not in log, name
        for environment in kernels:
            assert secret not in environment.values(), name
