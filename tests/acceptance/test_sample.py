"""The real sample, the whole way: every count that is known of it is reproduced."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from acceptance import measuring
from acceptance.lake import Built
from integration.launching import lakehouse, lakehouse_json
from lakehouse.contracts.model import Layer
from lakehouse.orchestration.pipelines import PIPELINES
from lakehouse.registry import catalog
from lakehouse.serving.thrift import query

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


def test_dim_customer_holds_each_person_once_as_current_and_the_unknown_member(
    sample: Built,
) -> None:
    current = measuring.rows_of("gold.dim_customer WHERE is_current")
    numbers = measuring.rows_of("(SELECT DISTINCT person_key FROM gold.dim_customer)")
    assert current == numbers == EXPECTED["people"] + 1


def test_orders_and_revenue_by_state_are_those_of_the_source(sample: Built) -> None:
    """By the address of each order, as every published analysis of this data has it."""
    by_state = (
        "SELECT c.state, count(DISTINCT o.order_id), sum(i.price) FROM silver.orders o "
        "JOIN silver.customers c USING (customer_id) LEFT JOIN silver.order_items i "
        "USING (order_id) GROUP BY 1 ORDER BY 1"
    )
    by_key = (
        "SELECT s.state, count(*), sum(o.price_total) FROM gold.fact_order o "
        "JOIN gold.dim_state s ON s.state_key = o.customer_state_key GROUP BY 1 ORDER BY 1"
    )
    by_version = (
        "SELECT c.state, count(*), sum(o.price_total) FROM gold.fact_order o "
        "JOIN gold.dim_customer c USING (customer_key) GROUP BY 1 ORDER BY 1"
    )
    expected = [(s, n, m or Decimal(0)) for s, n, m in query(by_state).rows]
    assert [tuple(row) for row in query(by_key).rows] == expected
    assert [tuple(row) for row in query(by_version).rows] == expected


def test_every_line_of_verify_balances(built: Built) -> None:
    lines = lakehouse_json("verify")
    assert len(lines) > 50
    assert [line for line in lines if not line["balanced"]] == []


def test_sql_answers_in_json(built: Built) -> None:
    answer = lakehouse("sql", "SELECT count(*) AS orders FROM gold.fact_order", "--format", "json")
    assert json.loads(answer.stdout) == [{"orders": built.loaded["orders"]}]
