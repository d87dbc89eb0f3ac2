"""Limits of Spark Connect: each silver and gold function gives a plan that its server accepts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from google.protobuf.message import DecodeError
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from lakehouse.contracts.functions import function_of
from lakehouse.contracts.model import Layer, Table
from lakehouse.gold import keys
from lakehouse.registry import catalog
from lakehouse.silver import judging
from unit.connect.planning import Planner, connect_mode, depth

# of messages in Protocol Buffers, unless a program allows more
MOST_NESTED = 100
SILVER = catalog.batch(Layer.SILVER)
# a table of constants is made from rows of the client, not from a plan
GOLD = [t for t in catalog.LAYERS[Layer.GOLD] if t.reads and t.functions]


@pytest.fixture(scope="module")
def planner(spark: SparkSession) -> Iterator[Planner]:
    """A planner for which every table exists, without rows."""
    tables = [
        t for layer in (Layer.SOURCE, Layer.SILVER, Layer.GOLD) for t in catalog.LAYERS[layer]
    ]
    for table in tables:
        columns = ", ".join(f"CAST(NULL AS {c.type}) AS {c.name}" for c in table.columns)
        spark.sql(f"SELECT {columns} WHERE false").createOrReplaceTempView(view(table))
    yield Planner(spark)
    for table in tables:
        spark.catalog.dropTempView(view(table))


def view(table: Table) -> str:
    return f"connect_{table.layer}_{table.name}"


def silver(planner: Planner, contract: Table) -> DataFrame:
    """All that a build of a silver table computes, as `silver.building` does."""
    read = [catalog.table(Layer.SOURCE, name) for name in contract.reads]
    rows = function_of(contract)(*[planner.table(view(table)) for table in read])
    parents = {
        reference.table: planner.table(view(catalog.table(Layer.SILVER, reference.table)))
        for reference in contract.references
    }
    judged = judging.judged(rows, contract, parents)
    return judged.filter(judging.good()).select(*contract.column_names)


def gold(planner: Planner, contract: Table) -> DataFrame:
    """All that a build of a gold table computes, as `gold.building` does."""
    read = [catalog.read_by(contract, name) for name in contract.reads]
    rows = function_of(contract)(*[planner.table(view(table)) for table in read])
    if contract.columns[0].key and contract.columns[0].type == "BIGINT":
        rows = keys.with_keys(rows, planner.table(view(contract)), contract)
    if contract.unknown_member:
        rows = keys.with_unknown_member(rows, contract)
    return rows.select(*contract.column_names)


@pytest.mark.parametrize("contract", [*SILVER, *GOLD], ids=lambda table: table.full_name)
def test_plan_is_accepted_and_not_too_deep(planner: Planner, contract: Table) -> None:
    with connect_mode():
        rows = (silver if contract.layer is Layer.SILVER else gold)(planner, contract)
        assert [(name, type_.upper()) for name, type_ in rows.dtypes] == [
            (column.name, column.type) for column in contract.columns
        ]
    assert depth(planner.plan(rows)) < MOST_NESTED


def test_known_faults_are_noticed(planner: Planner) -> None:
    with connect_mode():
        rows = planner.table(view(SILVER[0]))
        column = F.col(rows.columns[0])
        for _ in range(MOST_NESTED):
            column = F.replace(column, F.lit("a"), F.lit("b"))
        with pytest.raises(DecodeError):
            planner.plan(rows.select(column))
        with pytest.raises(AssertionError):
            rows.withColumns({})
