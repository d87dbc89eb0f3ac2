"""Every measure has one value: its DAX and its SQL agree on the same rows."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from lakehouse.contracts.model import Column, Layer, Table
from lakehouse.registry import catalog
from lakehouse.serving.reports import queries
from lakehouse.serving.reports.measures import MEASURES, PARAMETERS
from lakehouse.serving.reports.model import Measure
from lakehouse.workloads.weblogs.contracts.streams import EVENT_TYPES
from unit.serving import dax

ROWS = 40
NULLS_IN_TEN = 2
MOVED = {parameter.name: moved for parameter, moved in zip(PARAMETERS, (0.1, -0.25), strict=True)}
# columns that filters of measures compare with a word
WORDS = {"event_type": EVENT_TYPES}


def made(table: Table) -> list[dict[str, Any]]:
    """Rows of a table as text or null, the same in each run."""
    chance = random.Random(table.name)
    return [{column.name: _text(column, chance) for column in table.columns} for _ in range(ROWS)]


def _text(column: Column, chance: random.Random) -> str | None:
    if column.nullable and chance.randrange(10) < NULLS_IN_TEN:
        return None
    if column.name in WORDS:
        return chance.choice(WORDS[column.name])
    kind = column.type.partition("(")[0]
    match kind:
        case "DECIMAL":
            return f"{chance.randrange(50_000) / 100:.2f}"
        case "INT" | "BIGINT" | "SMALLINT":
            return str(chance.choice((0, 1, 2, 3, 4, 5, 200, 404, 500)))
        case "BOOLEAN":
            return chance.choice(("true", "false"))
        case "DATE":
            return str(dt.date(2026, 1, 1 + chance.randrange(28)))
        case "TIMESTAMP":
            return f"{dt.datetime(2026, 1, 1 + chance.randrange(28), chance.randrange(24))}"
        case "DOUBLE":
            return str(chance.random())
        case _:
            return f"word {chance.randrange(5)}"


def frame(spark: SparkSession, table: Table, rows: list[dict[str, Any]]) -> DataFrame:
    """The rows, typed as the contract says."""
    text = pa.table(
        {name: pa.array([row[name] for row in rows], pa.string()) for name in table.column_names}
    )
    return spark.createDataFrame(text).select(
        *[F.col(column.name).cast(column.type).alias(column.name) for column in table.columns]
    )


@pytest.fixture(scope="module")
def facts(spark: SparkSession) -> dict[str, tuple[dict[str, Any], ...]]:
    """Typed rows of every fact that a measure reads, each registered as a temporary view."""
    found = {}
    for name in {measure.table for measure in MEASURES}:
        table = catalog.table(Layer.GOLD, name)
        typed = frame(spark, table, made(table)).cache()
        typed.createOrReplaceTempView(f"measured_{name}")
        found[name] = tuple(row.asDict() for row in typed.collect())
    return found


def agree(measure: Measure, rows: tuple[dict[str, Any], ...], by_sql: Any) -> None:
    """Fail unless the DAX of a measure gives what its SQL gave."""
    model = dax.Model(
        measure.table,
        rows,
        {each.name: each.dax for each in MEASURES},
        {f"{each.title} value": Decimal(str(MOVED[each.name])) for each in PARAMETERS},
    )
    by_dax = dax.evaluate(measure.dax, model)
    assert by_dax is not None
    assert float(by_sql) == pytest.approx(float(by_dax), rel=1e-6)


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.name)
def test_dax_and_sql_of_a_measure_agree(
    measure: Measure, spark: SparkSession, facts: dict[str, tuple[dict[str, Any], ...]]
) -> None:
    expression = queries.sql(measure.name, MOVED)
    (by_sql,) = spark.sql(f"SELECT {expression} FROM measured_{measure.table}").first() or (None,)
    agree(measure, facts[measure.table], by_sql)


def test_a_measure_whose_dax_differs_is_found(
    facts: dict[str, tuple[dict[str, Any], ...]],
) -> None:
    by_name = {measure.name: measure for measure in MEASURES}
    freight = sum(row["freight"] or 0 for row in facts["fact_order_item"])
    with pytest.raises(AssertionError):
        agree(by_name["Revenue"], facts["fact_order_item"], freight)
