"""The calendar: the declared years, whole years around other dates, and the unknown day."""

from __future__ import annotations

from datetime import date

import pytest
from pyspark.sql import Row, SparkSession
from pyspark.sql import functions as F

from lakehouse.contracts.model import Layer
from lakehouse.gold import keys
from lakehouse.registry import catalog
from lakehouse.workloads.shop.contracts.gold import DIM_DATE
from lakehouse.workloads.shop.gold import dimensions


@pytest.fixture(scope="module")
def days(spark: SparkSession) -> dict[date, Row]:
    moments = {
        ("orders", "purchased_at"): "2017-06-01 10:00:00",
        ("order_items", "shipping_limit_at"): "1993-12-31 23:59:59",
        ("closed_deals", "won_at"): "2018-01-01 00:00:00",
    }
    return calendar(spark, moments)


def calendar(spark: SparkSession, moments: dict[tuple[str, str], str]) -> dict[date, Row]:
    """The calendar of these moments of silver, by day."""
    read = []
    for name in DIM_DATE.reads:
        contract = catalog.table(Layer.SILVER, name)
        read.append(
            spark.range(1).select(
                *[
                    F.lit(moments.get((name, column.name))).cast(column.type).alias(column.name)
                    for column in contract.columns
                ]
            )
        )
    built = keys.with_unknown_member(dimensions.dim_date(*read), DIM_DATE)
    assert [(name, type_.upper()) for name, type_ in built.dtypes] == [
        (column.name, column.type) for column in DIM_DATE.columns
    ]
    rows = built.collect()
    assert len({row.date_key for row in rows}) == len(rows)
    return {row.date_key: row for row in rows}


def test_whole_years_from_the_first_date_to_the_last_declared_year(days: dict[date, Row]) -> None:
    known = sorted(days)[1:]

    assert (known[0], known[-1]) == (date(1993, 1, 1), date(2035, 12, 31))
    assert len(known) == (date(2036, 1, 1) - date(1993, 1, 1)).days


def test_the_declared_years_are_there_where_silver_holds_nothing(spark: SparkSession) -> None:
    known = sorted(calendar(spark, {}))[1:]

    assert (known[0], known[-1]) == (date(1994, 1, 1), date(2035, 12, 31))
    assert len(known) == (date(2036, 1, 1) - date(1994, 1, 1)).days


def test_a_date_behind_the_declared_years_adds_its_whole_year(spark: SparkSession) -> None:
    days = calendar(spark, {("closed_deals", "won_at"): "2037-05-01 00:00:00"})

    assert max(days) == date(2037, 12, 31)


def test_the_unknown_day(days: dict[date, Row]) -> None:
    assert set(days[date(1900, 1, 1)][1:]) == {None}


@pytest.mark.parametrize(
    "expected",
    [
        (date(2016, 2, 29), 2016, 1, 2, "February", "2016-02", 29, 1, "Monday", 9, False),
        (date(2017, 1, 1), 2017, 1, 1, "January", "2017-01", 1, 7, "Sunday", 52, True),
        (date(2018, 9, 8), 2018, 3, 9, "September", "2018-09", 8, 6, "Saturday", 36, True),
        (date(2018, 12, 31), 2018, 4, 12, "December", "2018-12", 31, 1, "Monday", 1, False),
    ],
    ids=lambda expected: str(expected[0]),
)
def test_a_day(days: dict[date, Row], expected: tuple[object, ...]) -> None:
    assert tuple(days[expected[0]]) == expected
