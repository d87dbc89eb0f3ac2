"""What the streams know of gold: while it is there, after it was there, before it is there."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyspark.sql import DataFrame, SparkSession

from lakehouse.platform.settings import Settings
from lakehouse.streams import enriching, gold_copy
from lakehouse.workloads.weblogs import lookups
from lakehouse.workloads.weblogs.contracts.streams import CLICKSTREAM
from unit.streams.three_streams import SEARCH


def _rows(frame: DataFrame) -> list[tuple[object, ...]]:
    return sorted(tuple(row) for row in frame.collect())


@pytest.fixture
def away() -> Settings:
    """Settings of a platform without HDFS."""
    return Settings(namenode_http_port=1)


def test_without_gold_nothing_is_known_and_the_columns_are_there(
    spark: SparkSession, tmp_path: Path, away: Settings
) -> None:
    known = gold_copy.known(spark, away, tmp_path / "gold", gold_copy.versions(away))

    assert known["dim_product"].dtypes == [("product_id", "string"), ("product_category", "string")]
    assert known["dim_customer"].dtypes == [("user_id", "bigint"), ("customer_state", "string")]
    assert (_rows(known["dim_product"]), _rows(known["dim_customer"])) == ([], [])


def test_a_copy_outlives_gold(
    spark: SparkSession, tmp_path: Path, away: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    products = spark.createDataFrame(
        [("4d2a", "garden_tools"), ("77", "toys")],
        "product_id STRING, product_category_name_english STRING",
    )
    customers = spark.createDataFrame([(7, "SP"), (8, None)], "customer_key BIGINT, state STRING")
    tables = {"dim_product": products, "dim_customer": customers}
    monkeypatch.setattr(gold_copy, "_read", lambda _, __, table: tables[table.name])
    there = gold_copy.known(
        spark, away, tmp_path, dict.fromkeys((f"gold.{name}" for name in tables), "7.json")
    )
    gone = gold_copy.known(spark, away, tmp_path, {})

    for known in (there, gone):
        assert _rows(known["dim_product"]) == [("4d2a", "garden_tools"), ("77", "toys")]
        assert _rows(known["dim_customer"]) == [(7, "SP")]


def test_state_of_a_visitor_is_that_of_the_current_address(spark: SparkSession) -> None:
    customers = spark.createDataFrame(
        [(7, 7, "SP", False), (9, 7, "RJ", True), (8, None, "BA", None)],
        "customer_key BIGINT, person_key BIGINT, state STRING, is_current BOOLEAN",
    )

    assert _rows(lookups.customer_states(customers)) == [(7, "RJ"), (8, "BA")]


def test_rows_that_gold_does_not_know_stay(spark: SparkSession) -> None:
    events = spark.createDataFrame(
        [("4d2a", 7), ("x", 7), (None, 8)], "product_id STRING, user_id BIGINT"
    )
    known = {
        "dim_product": spark.createDataFrame(
            [("4d2a", "toys")], "product_id STRING, product_category STRING"
        ),
        "dim_customer": spark.createDataFrame([(7, "SP")], "user_id BIGINT, customer_state STRING"),
    }
    found = enriching.enriched(events, CLICKSTREAM, known)

    names = ("product_id", "user_id", "product_category", "customer_state")
    assert {tuple(row) for row in found.select(*names).collect()} == {
        ("4d2a", 7, "toys", "SP"),
        ("x", 7, None, "SP"),
        (None, 8, None, None),
    }


def test_stream_without_products_and_visitors_is_not_joined(spark: SparkSession) -> None:
    events = spark.createDataFrame([("shoes",)], "terms STRING")
    known = {
        "dim_product": spark.createDataFrame(
            [("4d2a", "toys")], "product_id STRING, product_category STRING"
        ),
        "dim_customer": spark.createDataFrame([(7, "SP")], "user_id BIGINT, customer_state STRING"),
    }

    assert enriching.enriched(events, SEARCH, known).columns == ["terms"]
