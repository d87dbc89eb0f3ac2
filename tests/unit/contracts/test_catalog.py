"""What tables say of each other holds: what they read, point at and are unique by."""

from __future__ import annotations

import inspect
import random

import pytest
from pyspark.sql import SparkSession
from pyspark.sql.types import StructType

from lakehouse.contracts.functions import function_of
from lakehouse.contracts.model import Layer, Severity, Table, Total
from lakehouse.registry import catalog
from lakehouse.workloads.shop.contracts import gold, silver
from lakehouse.workloads.shop.contracts import science as gold_science
from lakehouse.workloads.weblogs.contracts import gold as gold_streams
from lakehouse.workloads.weblogs.contracts import streams

GOLD = (*gold.TABLES, *gold_streams.TABLES, *gold_science.TABLES)
BUILT = (*silver.TABLES, *GOLD)
# models are no functions of rows alone
MADE_BY_A_FUNCTION = [table for table in BUILT if table.functions]
DIMENSIONS = [table for table in gold.TABLES if table.is_dimension]


def full_name(table: Table) -> str:
    return table.full_name


@pytest.mark.parametrize("table", MADE_BY_A_FUNCTION, ids=full_name)
def test_reads_are_the_parameters_of_its_function(table: Table) -> None:
    assert tuple(inspect.signature(function_of(table)).parameters) == table.reads


@pytest.mark.parametrize("table", BUILT, ids=full_name)
def test_reads_are_tables(table: Table) -> None:
    assert all(catalog.read_by(table, name) for name in table.reads)


@pytest.mark.parametrize("table", BUILT, ids=full_name)
def test_references_point_at_unique_columns_of_the_layer(table: Table) -> None:
    for reference in table.references:
        target = catalog.table(table.layer, reference.table)
        from_column = table.column(reference.column)
        assert from_column.type == target.column(reference.target).type
        assert reference.target in (*target.grain, target.columns[0].name)
    names = [check.name for check in (*table.rules, *table.references)]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("table", BUILT, ids=full_name)
def test_grain_is_never_null(table: Table) -> None:
    assert all(not table.column(name).nullable for name in table.grain)
    assert table.grain or table is silver.GEOLOCATION


@pytest.mark.parametrize("table", BUILT, ids=full_name)
def test_predicates_use_only_columns_of_the_table(table: Table, spark: SparkSession) -> None:
    ddl = ", ".join(f"{column.name} {column.type}" for column in table.columns)
    empty = spark.createDataFrame([], StructType.fromDDL(ddl))
    completed = [table.completed] if table.completed else []

    for predicate in [rule.predicate for rule in table.rules] + completed:
        assert dict(empty.selectExpr(f"{predicate} AS kept").dtypes) == {"kept": "boolean"}


@pytest.mark.parametrize("table", silver.TABLES, ids=full_name)
def test_silver_reads_columns_that_the_source_has(table: Table) -> None:
    published = catalog.table(Layer.SOURCE, table.name)
    read = [column.origin for column in table.columns if not column.derived]

    assert sorted(read) == sorted(published.column_names)
    assert table.source_database == published.source_database


@pytest.mark.parametrize("table", silver.TABLES, ids=full_name)
def test_personal_columns_stay_personal(table: Table) -> None:
    published = catalog.table(Layer.SOURCE, table.name)
    for column in table.columns:
        if not column.derived and published.column(column.origin).personal:
            assert column.personal, column.name


@pytest.mark.parametrize("table", BUILT, ids=full_name)
def test_totals_come_from_decimals_of_what_it_reads(table: Table) -> None:
    for total in table.totals:
        assert table.column(total.column).type.startswith("DECIMAL(")
        assert _origin_exists(table, total)


@pytest.mark.parametrize("table", DIMENSIONS, ids=full_name)
def test_dimension_has_an_unknown_member_and_its_key_first(table: Table) -> None:
    key = table.columns[0]

    assert table.unknown_member
    assert key.key
    assert key.type == ("DATE" if table.name == "dim_date" else "BIGINT")


@pytest.mark.parametrize("table", GOLD, ids=full_name)
def test_every_foreign_key_has_its_reference_and_is_never_null(table: Table) -> None:
    own = {table.columns[0].name} if table.is_dimension else set()
    foreign = {column.name for column in table.columns if column.key} - own

    assert foreign == {r.column for r in table.references if r.table.startswith("dim_")}
    assert all(not table.column(name).nullable for name in foreign)
    assert all(r.severity is Severity.FAIL for r in table.references)


@pytest.mark.parametrize("table", gold_streams.TABLES, ids=full_name)
def test_a_fact_of_events_lies_by_its_day(table: Table) -> None:
    is_fact_of_events = table.name in {stream.fact for stream in catalog.STREAMS}

    assert [table.column(name).type for name in table.partition] == ["DATE"] * is_fact_of_events


@pytest.mark.parametrize("stream", catalog.STREAMS, ids=lambda stream: stream.name)
def test_a_fact_of_events_reads_its_stream_first(stream: streams.Stream) -> None:
    fact = catalog.table(Layer.GOLD, stream.fact)

    assert fact.reads[0] == stream.name == stream.event.name
    assert fact.grain == stream.event.grain
    for column in fact.columns:
        if not column.derived:
            assert stream.event.column(column.origin).type == column.type


@pytest.mark.parametrize("table", streams.TABLES, ids=full_name)
def test_partitions_of_streams_stand_behind_the_other_columns(table: Table) -> None:
    assert tuple(table.column_names[-len(table.partition) :]) == table.partition


@pytest.mark.parametrize("layer", [Layer.SILVER, Layer.GOLD])
def test_build_order_has_parents_first(layer: Layer) -> None:
    shuffled = random.Random(7).sample(catalog.LAYERS[layer], len(catalog.LAYERS[layer]))

    ordered = [table.full_name for table in catalog.build_order(shuffled)]

    assert sorted(ordered) == sorted(table.full_name for table in shuffled)
    for table in shuffled:
        parents = catalog.needs(table)
        assert all(ordered.index(parent) < ordered.index(table.full_name) for parent in parents)


def test_build_order_leaves_out_what_was_not_asked_for() -> None:
    assert catalog.build_order([silver.ORDER_ITEMS]) == [silver.ORDER_ITEMS]


def test_a_circle_is_an_error() -> None:
    first = Table(Layer.GOLD, "dim_customer", "x", (), reads=("dim_seller",))
    second = Table(Layer.GOLD, "dim_seller", "x", (), reads=("dim_customer",))

    with pytest.raises(ValueError, match="circle"):
        catalog.build_order([first, second])


def test_an_unknown_table_offers_the_nearest() -> None:
    with pytest.raises(catalog.UnknownTableError, match="did you mean order_items"):
        catalog.table(Layer.SILVER, "order_item")
    with pytest.raises(catalog.UnknownTableError, match="there are dim_date, dim_geolocation"):
        catalog.table(Layer.GOLD, "zzzz")


def test_a_missing_column_names_the_table() -> None:
    with pytest.raises(KeyError, match=r"silver\.orders has no column price"):
        silver.ORDERS.column("price")


def _origin_exists(table: Table, total: Total) -> bool:
    if table.layer is Layer.SILVER:
        return bool(catalog.table(Layer.SOURCE, table.name).column(total.source))
    name, column = total.source.split(".")
    return name in table.reads and bool(catalog.read_by(table, name).column(column))
