"""Checks of contracts on rows: what they count, and what a broken one of each severity does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pyspark.sql import SparkSession

from lakehouse.contracts.model import Column, Layer, Reference, Rule, Severity, Table
from lakehouse.quality.checks import (
    ROWS,
    ChecksFailedError,
    Result,
    breaks,
    count_violations,
    orphans,
    promises,
    results_of,
    rule_results,
    stop_if_failed,
)

POSITIVE = Rule("positive", "amount > 0", "the amount is not positive", Severity.FAIL)
TABLE = Table(
    Layer.GOLD,
    "fact_sale",
    "A sale",
    (
        Column("sale_id", "STRING", "The sale", nullable=False),
        Column("line", "INT", "Line of the sale", nullable=False),
        Column("shop_key", "BIGINT", "The shop"),
        Column("amount", "INT", "Amount"),
    ),
    grain=("sale_id", "line"),
    rules=(POSITIVE,),
)
SCHEMA = "sale_id STRING, line INT, shop_key BIGINT, amount INT"
SHOP = Reference("shop_key", "dim_shop", "shop_key", Severity.FAIL)


def result(severity: Severity, broken: int) -> Result:
    return Result("positive", severity, broken, "the amount is not positive")


def test_rule_counts_rows_that_break_it_and_keeps_unknown_ones(spark: SparkSession) -> None:
    rows = spark.createDataFrame(
        [("a", 1, 1, 5), ("b", 1, 1, 0), ("c", 1, 1, -2), ("d", 1, 1, None)], SCHEMA
    )
    counts = rows.agg(breaks(POSITIVE)).first()
    assert counts is not None

    (found,) = rule_results([POSITIVE], counts.asDict())

    assert found == Result("positive", Severity.FAIL, 2, POSITIVE.reason)
    assert found.outcome == "failed"


def test_required_columns_are_promised_to_be_there(spark: SparkSession) -> None:
    rules = promises(TABLE)
    rows = spark.createDataFrame(
        [("a", 1, None, None), (None, 1, 1, 5), (None, None, 1, 5)], SCHEMA
    )
    counts = rows.agg(*[breaks(rule) for rule in rules]).first()
    assert counts is not None

    found = {each.check: each.broken_rows for each in rule_results(rules, counts.asDict())}

    assert found == {"missing_sale_id": 2, "missing_line": 1}
    assert {rule.severity for rule in rules} == {Severity.FAIL}


def test_orphans_counts_rows_and_leaves_out_missing_references(spark: SparkSession) -> None:
    rows = spark.createDataFrame(
        [("a", 1, 1, 5), ("b", 1, 9, 5), ("c", 1, 9, 5), ("d", 1, None, 5)], SCHEMA
    )
    shops = spark.createDataFrame([(1,), (2,)], "shop_key BIGINT")

    found = orphans(rows, SHOP, shops)

    assert (found.check, found.broken_rows) == ("unknown_shop_key", 2)
    assert found.reason == "shop_key is not in dim_shop"


@pytest.fixture
def shops(spark: SparkSession) -> Iterator[None]:
    spark.sql("CREATE DATABASE IF NOT EXISTS gold")
    spark.sql("CREATE TABLE gold.dim_shop USING parquet AS SELECT 1L AS shop_key")
    yield
    spark.sql("DROP DATABASE gold CASCADE")


@pytest.mark.usefixtures("shops")
@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], (0, 0, 0, 0)),
        ([("a", 1, 1, 5), ("b", 1, None, None)], (2, 0, 0, 0)),
        ([("a", 1, 1, 5), ("b", 1, 1, 0), ("c", 1, 1, -2)], (3, 2, 0, 0)),
        ([*[("a", 1, 1, 5)] * 3, ("a", 2, 1, 5), ("b", 1, 1, 5), ("b", 1, 1, 6)], (6, 0, 2, 0)),
        ([("a", 1, 1, 5), ("b", 1, 9, 5), ("c", 1, 9, 5)], (3, 0, 0, 2)),
    ],
    ids=["no rows", "all pass", "rule", "repeated key", "orphans"],
)
def test_violations_of_all_checks_are_counted_by_one_query(
    rows: list[tuple[str, int, int | None, int | None]],
    expected: tuple[int, int, int, int],
    spark: SparkSession,
) -> None:
    spark.createDataFrame(rows, SCHEMA).createOrReplaceTempView("sales")

    counts = count_violations(spark, "sales", TABLE, [POSITIVE], [SHOP])

    outcomes = results_of(counts, TABLE, [POSITIVE], [SHOP])
    assert (counts[ROWS], *(each.broken_rows for each in outcomes)) == expected
    assert [each.check for each in outcomes] == ["positive", "repeated_key", "unknown_shop_key"]
    assert {each.outcome for each in outcomes if each.broken_rows} <= {"failed"}


@pytest.mark.parametrize(
    ("severity", "broken", "outcome"),
    [
        (Severity.FAIL, 0, "passed"),
        (Severity.FAIL, 3, "failed"),
        (Severity.WARN, 3, "warned"),
        (Severity.QUARANTINE, 3, "quarantined"),
    ],
)
def test_outcome_follows_from_severity(severity: Severity, broken: int, outcome: str) -> None:
    assert result(severity, broken).outcome == outcome


def test_failed_checks_stop_and_are_all_named() -> None:
    other = Result("repeated_key", Severity.FAIL, 1, "sale_id occurs more than once")

    with pytest.raises(ChecksFailedError) as raised:
        stop_if_failed(TABLE, [result(Severity.FAIL, 3), result(Severity.WARN, 9), other])

    assert str(raised.value) == (
        "gold.fact_sale was not replaced: positive: 3 rows (the amount is not positive); "
        "repeated_key: 1 rows (sale_id occurs more than once)"
    )


@pytest.mark.parametrize("severity", [Severity.WARN, Severity.QUARANTINE])
def test_warnings_and_quarantined_rows_do_not_stop(severity: Severity) -> None:
    stop_if_failed(TABLE, [result(severity, 3), result(Severity.FAIL, 0)])
