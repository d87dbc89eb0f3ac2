"""Interactions, splits, rankings and the metric, on rows small enough to count by hand."""

from __future__ import annotations

import datetime as dt
import math

import pytest
from pyspark.sql import DataFrame, SparkSession

from lakehouse.workloads.shop.science import recommendation
from lakehouse.workloads.shop.science.errors import NothingToLearnError
from lakehouse.workloads.shop.science.interactions import (
    cut_off,
    interactions,
    split,
    without_last,
)

DAY = dt.date(2018, 3, 1)
ITEM = (
    "order_id STRING, customer_key BIGINT, product_key BIGINT, order_status STRING,"
    " purchase_date_key DATE"
)
REVIEW = "order_id STRING, review_score INT, answered_at TIMESTAMP"
KNOWN = "customer_key BIGINT, product_key BIGINT, strength DOUBLE"
LISTS = "customer_key BIGINT, product_key BIGINT, recommendation_rank INT"


def item(
    order: str, person: int, product: int, day: str, status: str = "delivered"
) -> tuple[object, ...]:
    return (order, person, product, status, dt.date.fromisoformat(day))


@pytest.fixture(scope="module")
def items(spark: SparkSession) -> DataFrame:
    rows = [
        item("a", 1, 10, "2018-01-05"),
        item("a", 1, 10, "2018-01-05"),
        item("b", 1, 10, "2018-02-01"),
        item("c", 2, 20, "2018-02-10"),
        item("d", 2, 20, "2018-03-01"),
        item("e", 2, 30, "2018-03-05"),
        item("f", 3, 10, "2018-03-06"),
        item("g", 4, 10, "2018-01-01", "canceled"),
        item("h", -1, 10, "2018-01-01"),
        item("i", 5, -1, "2018-01-01"),
    ]
    return spark.createDataFrame(rows, ITEM)


@pytest.fixture(scope="module")
def reviews(spark: SparkSession) -> DataFrame:
    rows = [
        ("a", 5, dt.datetime(2018, 1, 20)),
        ("a", 4, dt.datetime(2018, 1, 21)),
        ("c", 1, dt.datetime(2018, 3, 2)),
    ]
    return spark.createDataFrame(rows, REVIEW)


def as_set(rows: DataFrame, *columns: str) -> set[tuple[object, ...]]:
    return {tuple(row) for row in rows.select(*columns).collect()}


def test_strength_is_units_weighted_by_stars(items: DataFrame, reviews: DataFrame) -> None:
    found = as_set(interactions(items, reviews), "customer_key", "product_key", "strength")

    # two units at 4.5 stars and one without review; failed orders and unknown members are nobody
    assert found == {
        (1, 10, 4.0),
        (2, 20, 1.333333),
        (2, 30, 1.0),
        (3, 10, 1.0),
    }


def test_a_split_knows_nothing_of_later_days(items: DataFrame, reviews: DataFrame) -> None:
    known, held_out = split(items, reviews, DAY)

    # the review of order c came after the day
    assert as_set(known, *KNOWN.replace(" BIGINT", "").replace(" DOUBLE", "").split(", ")) == {
        (1, 10, 4.0),
        (2, 20, 1.0),
    }
    # 20 was bought before, and person 3 was not known
    assert as_set(held_out, "customer_key", "product_key") == {(2, 30)}


def test_one_product_of_several_is_held_out(items: DataFrame, reviews: DataFrame) -> None:
    known, held_out = without_last(interactions(items, reviews))

    assert as_set(known, "customer_key", "product_key") == {(1, 10), (2, 20), (3, 10)}
    # 30 was bought after 20; the others have nothing to spare
    assert as_set(held_out, "customer_key", "product_key") == {(2, 30)}


def test_the_cut_off_leaves_a_share_before_it(items: DataFrame, reviews: DataFrame) -> None:
    assert cut_off(interactions(items, reviews), 0.5) == dt.date(2018, 2, 10)
    with pytest.raises(NothingToLearnError, match="no purchases"):
        cut_off(interactions(items.limit(0), reviews), 0.5)


def test_popular_products_leave_out_what_a_person_has(spark: SparkSession) -> None:
    rows = [(1, 10), (2, 10), (3, 10), (1, 20), (2, 20), (3, 30), (4, 40)]
    known = spark.createDataFrame([(*row, 1.0) for row in rows], KNOWN)
    people = known.select("customer_key").distinct()

    found = recommendation.by_popularity(known, people, 2)

    assert as_set(found, "customer_key", "product_key", "recommendation_rank") == {
        (1, 30, 1),
        (1, 40, 2),
        (2, 30, 1),
        (2, 40, 2),
        (3, 20, 1),
        (3, 40, 2),
        (4, 10, 1),
        (4, 20, 2),
    }


def test_products_of_one_buyer_teach_nothing(spark: SparkSession) -> None:
    known = spark.createDataFrame([(1, 10, 1.0), (2, 10, 1.0), (2, 20, 1.0)], KNOWN)

    assert as_set(recommendation.learnable(known), "product_key") == {(10,)}
    with pytest.raises(NothingToLearnError, match="no product was bought by 2 people"):
        recommendation.fit(known.filter("customer_key = 1"))


@pytest.fixture(scope="module")
def tastes(spark: SparkSession) -> DataFrame:
    """Two groups with products of their own, where 1 lacks 13 and 5 lacks 23; 9 is like nobody."""
    groups = [((1, 2, 3, 4), (10, 11, 12, 13)), ((5, 6, 7, 8), (20, 21, 22, 23))]
    pairs = {(p, q) for people, products in groups for p in people for q in products}
    pairs = pairs - {(1, 13), (5, 23)} | {(9, 30)}
    return spark.createDataFrame([(*pair, 1.0) for pair in sorted(pairs)], KNOWN)


@pytest.fixture(scope="module")
def recommended(tastes: DataFrame) -> DataFrame:
    return recommendation.for_everybody(recommendation.fit(tastes), tastes).cache()


def test_als_finds_the_taste_of_a_group(recommended: DataFrame, tastes: DataFrame) -> None:
    best = recommended.filter("recommendation_rank = 1 AND customer_key IN (1, 5)")

    assert as_set(best, "customer_key", "product_key", "method") == {(1, 13, "als"), (5, 23, "als")}
    assert recommended.join(tastes, ["customer_key", "product_key"]).isEmpty()


def test_the_same_rows_in_another_order_are_recommended_the_same(
    recommended: DataFrame, tastes: DataFrame, spark: SparkSession
) -> None:
    shuffled = spark.createDataFrame(tastes.collect()[::-1], KNOWN).repartition(3)
    again = recommendation.for_everybody(recommendation.fit(shuffled), shuffled)

    assert as_set(again, *again.columns) == as_set(recommended, *recommended.columns)


def test_whom_the_model_does_not_know_gets_what_is_popular(recommended: DataFrame) -> None:
    found = recommended.filter("customer_key = 9")

    # each of these was bought by four
    assert as_set(found, "product_key", "recommendation_rank", "method") == {
        (product, rank, "most popular") for rank, product in enumerate((10, 11, 12, 20, 21), 1)
    }


def test_metrics_are_means_over_people_who_bought(spark: SparkSession) -> None:
    held_out = spark.createDataFrame(
        [(1, 10, 1.0), (1, 11, 1.0), (2, 20, 1.0), (3, 30, 1.0)], KNOWN
    )
    lists = spark.createDataFrame([(1, 99, 1), (1, 10, 2), (2, 20, 1), (9, 10, 1)], LISTS)

    found = recommendation.ranking_metrics(lists, held_out, 2)

    # person 1 has one of two, in the second place; person 2 all; person 3 has no list
    ideal = 1 + 1 / math.log2(3)
    assert found["recall"] == pytest.approx((0.5 + 1 + 0) / 3)
    assert found["ndcg"] == pytest.approx(((1 / math.log2(3)) / ideal + 1 + 0) / 3)


def test_without_people_a_metric_is_no_number(spark: SparkSession) -> None:
    nobody = spark.createDataFrame([], KNOWN)
    found = recommendation.ranking_metrics(spark.createDataFrame([], LISTS), nobody, 2)

    assert all(math.isnan(value) for value in found.values())
