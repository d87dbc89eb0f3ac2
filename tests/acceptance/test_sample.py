"""The real sample, the whole way: every count that is known of it is reproduced."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from acceptance import measuring
from acceptance.lake import Built
from integration.launching import lakehouse, lakehouse_json
from lakehouse.contracts import catalog
from lakehouse.contracts.model import Layer
from lakehouse.orchestration.pipelines import PIPELINES

EXPECTED = json.loads((Path(__file__).parent / "sample.json").read_text("utf-8"))["counts"]


@pytest.fixture(scope="module")
def found(sample: Built) -> dict[str, int]:
    imported = measuring.rows_of_import("geolocation", sample.day)
    kept = measuring.rows_of("silver.geolocation")
    return {**measuring.figures(), "geolocation_repetitions": imported - kept}


def test_five_dags_end_well(built: Built) -> None:
    assert {run["dag"]: run["state"] for run in built.runs} == {
        pipeline.dag_id: "success" for pipeline in PIPELINES
    }
    assert {run["dag"]: run["tasks"] for run in built.runs} == {
        pipeline.dag_id: len(pipeline.tables) for pipeline in PIPELINES
    }


def test_bronze_holds_every_loaded_row(built: Built) -> None:
    imported = {
        table.name: measuring.rows_of_import(table.name, built.day)
        for table in catalog.LAYERS[Layer.BRONZE]
    }
    assert imported == built.loaded


@pytest.mark.parametrize("figure", EXPECTED)
def test_gold_reproduces(figure: str, found: dict[str, int]) -> None:
    assert found[figure] == EXPECTED[figure]


def test_dim_customer_holds_the_people_and_the_unknown_member(sample: Built) -> None:
    assert measuring.rows_of("gold.dim_customer") == EXPECTED["people"] + 1


def test_every_line_of_verify_balances(built: Built) -> None:
    lines = lakehouse_json("verify")
    assert len(lines) > 50
    assert [line for line in lines if not line["balanced"]] == []


def test_sql_answers_in_json(built: Built) -> None:
    answer = lakehouse("sql", "SELECT count(*) AS orders FROM gold.fact_order", "--format", "json")
    assert json.loads(answer.stdout) == [{"orders": built.loaded["orders"]}]
