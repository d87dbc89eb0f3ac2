"""Address history of customers: as-of query, people behind versions, tables without history."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from pyspark.sql import DataFrame, SparkSession

from lakehouse.workloads.shop.gold import versions

MARCH = dt.datetime(2018, 3, 1, tzinfo=dt.UTC)
MAY = dt.datetime(2018, 5, 1, tzinfo=dt.UTC)
COLUMNS = (
    "customer_key BIGINT, customer_unique_id STRING, zip_code_prefix STRING, city STRING, "
    "state STRING, person_key BIGINT, valid_from TIMESTAMP, valid_to TIMESTAMP, is_current BOOLEAN"
)


@pytest.fixture(scope="module")
def dim_customer(spark: SparkSession) -> DataFrame:
    return spark.createDataFrame(
        [
            (1, "moved", "20000", "rio", "RJ", 1, MARCH, MAY, False),
            (2, "moved", "01001", "sao paulo", "SP", 1, MAY, None, True),
            (3, "stayed", "40000", "salvador", "BA", 3, MARCH, None, True),
            (-1, "unknown", None, None, None, -1, dt.datetime(1900, 1, 1), None, True),
        ],
        COLUMNS,
    )


def test_facts_of_all_versions_get_the_key_of_the_current_one(
    spark: SparkSession, dim_customer: DataFrame
) -> None:
    facts = spark.createDataFrame(
        [("a", 1), ("b", 2), ("c", 3), ("d", -1)], "order_id STRING, customer_key BIGINT"
    )

    found = versions.by_person(facts, dim_customer).collect()

    assert {tuple(row) for row in found} == {("a", 2), ("b", 2), ("c", 3), ("d", -1)}


def test_table_built_without_history_has_current_versions_only(
    spark: SparkSession, dim_customer: DataFrame
) -> None:
    old = dim_customer.select("customer_key", "customer_unique_id", "state")
    facts = spark.createDataFrame([("a", 1), ("b", 2)], "order_id STRING, customer_key BIGINT")

    assert versions.current(old).count() == 4
    assert {tuple(row) for row in versions.by_person(facts, old).collect()} == {("a", 1), ("b", 2)}


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2018-02-28", []),
        ("2018-04-30", [(1, "RJ"), (3, "BA")]),
        ("2018-05-01", [(1, "SP"), (3, "BA")]),
    ],
)
def test_documented_as_of_query_returns_one_address_per_person(
    root: Path,
    spark: SparkSession,
    dim_customer: DataFrame,
    day: str,
    expected: list[tuple[int, str]],
) -> None:
    page = (root / "docs" / "architecture.md").read_text(encoding="utf-8")
    (query,) = re.findall(r"```sql\n(SELECT person_key[^;]*valid_from <=[^;]*);", page)
    dim_customer.createOrReplaceTempView("versions")
    asked = query.replace("gold.dim_customer", "versions").replace("2018-01-01", day)

    found = spark.sql(asked).filter("person_key <> -1").orderBy("person_key")

    assert [(row.person_key, row.state) for row in found.collect()] == expected
