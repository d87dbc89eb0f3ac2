"""The tables behind the pictures, on rows counted by hand."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from pyspark.sql import DataFrame, SparkSession

from lakehouse.workloads.shop.science import sales

ORDER = (
    "order_id STRING, customer_id STRING, purchased_at TIMESTAMP, delivered_at TIMESTAMP,"
    " estimated_delivery_date DATE"
)


@pytest.fixture(scope="module")
def orders(spark: SparkSession) -> DataFrame:
    promised = dt.date(2018, 1, 10)
    rows = [
        # a Monday; delivered late in the evening of the promised day is in time
        ("a", "x", dt.datetime(2018, 1, 1, 0, 30), dt.datetime(2018, 1, 10, 23), promised),
        ("b", "y", dt.datetime(2018, 1, 1, 0, 59), dt.datetime(2018, 1, 11), promised),
        ("c", "z", dt.datetime(2018, 1, 7, 23), dt.datetime(2018, 1, 18), promised),
        ("d", "z", dt.datetime(2018, 1, 7, 23), None, promised),
    ]
    return spark.createDataFrame(rows, ORDER)


@pytest.fixture(scope="module")
def customers(spark: SparkSession) -> DataFrame:
    rows = [("x", "recife", "PE"), ("y", "santos", "SP"), ("z", "belem", "PA")]
    return spark.createDataFrame(rows, "customer_id STRING, city STRING, state STRING")


def rows_of(frame: DataFrame) -> list[tuple[object, ...]]:
    return [tuple(row) for row in frame.collect()]


def test_orders_per_day(orders: DataFrame) -> None:
    assert rows_of(sales.orders_per_day(orders)) == [
        (dt.date(2018, 1, 1), 2),
        (dt.date(2018, 1, 7), 2),
    ]


def test_weekday_and_hour(orders: DataFrame) -> None:
    assert rows_of(sales.orders_by_weekday_and_hour(orders)) == [(1, 0, 2), (7, 23, 2)]


def test_top_cities_by_orders_then_name(orders: DataFrame, customers: DataFrame) -> None:
    assert rows_of(sales.top_cities(orders, customers, 2)) == [
        ("belem", "PA", 2),
        ("recife", "PE", 1),
    ]


def test_sales_of_products_with_and_without_category(spark: SparkSession) -> None:
    items = spark.createDataFrame(
        [("p", Decimal(5)), ("p", Decimal(6)), ("q", Decimal(20)), ("r", Decimal(1))],
        "product_id STRING, price DECIMAL(12,2)",
    )
    products = spark.createDataFrame(
        [("p", "moveis"), ("q", None), ("r", "novo")],
        "product_id STRING, product_category_name STRING",
    )
    names = spark.createDataFrame(
        [("moveis", "furniture")],
        "product_category_name STRING, product_category_name_english STRING",
    )

    assert rows_of(sales.sales_by_category(items, products, names, 3)) == [
        ("none", Decimal(20), 1),
        ("furniture", Decimal(11), 2),
        ("novo", Decimal(1), 1),
    ]


def test_reviews_by_delay_count_an_order_once(orders: DataFrame, spark: SparkSession) -> None:
    reviews = spark.createDataFrame(
        [("a", 5), ("a", 4), ("b", 3), ("c", 1), ("d", 1)], "order_id STRING, review_score INT"
    )

    assert rows_of(sales.reviews_by_delay(orders, reviews)) == [
        ("early or in time", 1, 4.5),
        ("1 to 3 days late", 1, 3.0),
        ("more than a week late", 1, 1.0),
    ]


def test_late_share_of_states_with_enough_orders(orders: DataFrame, customers: DataFrame) -> None:
    assert rows_of(sales.late_share_by_state(orders, customers, 1)) == [
        ("PA", 1, 1.0),
        ("SP", 1, 1.0),
        ("PE", 1, 0.0),
    ]
    assert rows_of(sales.late_share_by_state(orders, customers, 2)) == []
