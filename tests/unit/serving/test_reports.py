"""Measures, pages and their queries name only what the contracts declare."""

from __future__ import annotations

import dataclasses
import re

import pytest
from pyspark.sql import SparkSession

from lakehouse.contracts.model import Layer
from lakehouse.registry import catalog
from lakehouse.serving.reports import queries
from lakehouse.serving.reports.measures import MEASURES, PARAMETERS, UnknownMeasureError, measure
from lakehouse.serving.reports.model import Attribute, Kind, Measure, Page, Visual
from lakehouse.serving.reports.pages import PAGES
from lakehouse.workloads.shop.contracts.gold import DIM_CUSTOMER

VISUALS = dict(queries.all_visuals())
_DAX_COLUMN = re.compile(r"\b(\w+)\[([^\]]+)\]")
_DAX_MEASURE = re.compile(r"(?<!\w)\[([^\]]+)\]")
_DAX_TABLE = re.compile(r"COUNTROWS\((\w+)\)")


@pytest.fixture(scope="module")
def gold(spark: SparkSession) -> SparkSession:
    """Every gold table, empty, under the name that queries use."""
    spark.sql("CREATE DATABASE IF NOT EXISTS gold")
    for table in catalog.LAYERS[Layer.GOLD]:
        columns = ", ".join(f"CAST(NULL AS {c.type}) AS {c.name}" for c in table.columns)
        spark.sql(f"DROP VIEW IF EXISTS {table.full_name}")
        spark.sql(f"CREATE VIEW {table.full_name} AS SELECT {columns} WHERE false")
    return spark


def test_names_are_unique() -> None:
    assert len({each.name for each in MEASURES}) == len(MEASURES)
    assert len({page.name for page in PAGES}) == len(PAGES)
    for page in PAGES:
        assert len({visual.name for visual in page.visuals}) == len(page.visuals)


def test_every_measure_and_parameter_is_shown() -> None:
    shown = {name for visual in VISUALS.values() for name in visual.measures}
    # these are there for visuals that people add
    assert {each.name for each in MEASURES} - shown == {"Items", "Days late", "Days to deliver"}
    assert {p for page in PAGES for p in page.parameters} == set(PARAMETERS)


@pytest.mark.parametrize("name", VISUALS)
def test_a_query_is_understood_and_gives_its_columns(name: str, gold: SparkSession) -> None:
    visual = VISUALS[name]
    found = gold.sql(queries.query(visual)).columns
    category = [visual.category.column] if visual.category else []
    assert found == [*category, *visual.measures]


@pytest.mark.parametrize("name", VISUALS)
def test_no_query_joins_a_dimension_as_large_as_its_fact(name: str) -> None:
    assert DIM_CUSTOMER.full_name not in queries.query(VISUALS[name])


def test_a_role_that_ends_with_the_column_is_name_enough() -> None:
    assert Attribute("state", key="customer_state_key").name == "customer_state"
    assert Attribute("date_key", key="request_date_key").name == "request_date_date_key"
    assert Attribute("order_status").name == "order_status"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_slicer_names_a_column(page: Page) -> None:
    assert page.slicers
    for table, attribute in page.slicers:
        assert queries.column(catalog.table(Layer.GOLD, table), attribute).name


@pytest.mark.parametrize("each", MEASURES, ids=lambda each: each.name)
def test_dax_names_only_what_exists(each: Measure) -> None:
    for table, column in _DAX_COLUMN.findall(each.dax):
        catalog.table(Layer.GOLD, table).column(column)
        assert table == each.table
    assert set(_DAX_TABLE.findall(each.dax)) <= {each.table}
    known = {other.name for other in MEASURES} | {f"{one.title} value" for one in PARAMETERS}
    assert set(_DAX_MEASURE.findall(each.dax)) <= known
    assert each.dax.count("(") == each.dax.count(")")


def test_a_missing_column_is_told_with_its_table() -> None:
    visual = dataclasses.replace(
        VISUALS["warehouse/orders-by-status"], category=Attribute("province", key="customer_key")
    )
    with pytest.raises(queries.BadReportError, match=r"gold\.dim_customer has no column province"):
        queries.query(visual)


def test_a_missing_key_is_told_with_its_table() -> None:
    visual = dataclasses.replace(
        VISUALS["warehouse/revenue"], category=Attribute("state", key="buyer_key")
    )
    with pytest.raises(queries.BadReportError, match=r"gold\.fact_order_item has no key buyer_key"):
        queries.query(visual)


def test_measures_of_two_facts_are_refused() -> None:
    with pytest.raises(queries.BadReportError, match="mixes fact_order, fact_order_item"):
        queries.query(Visual("both", "Both", Kind.TABLE, ("Revenue", "Orders")))


def test_an_unknown_measure_is_told_with_the_nearest() -> None:
    with pytest.raises(UnknownMeasureError, match="did you mean Revenue"):
        measure("Revenues")


def test_parameters_move_the_scenario(spark: SparkSession) -> None:
    figure = queries.sql("Scenario difference", {"price_change": 0.1, "freight_change": -0.5})
    rows = "VALUES (100.00BD, 10.00BD), (50.00BD, 30.00BD) AS v(price_total, freight_total)"
    found = spark.sql(f"SELECT {figure} FROM {rows}").first()
    assert found is not None
    assert found[0] == pytest.approx(15 - 20)
