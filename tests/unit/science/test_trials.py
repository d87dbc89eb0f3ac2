"""Models beside their baselines, on rows where it is plain who is right."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from pyspark.sql import SparkSession

from lakehouse.workloads.shop.science import churn, trials

ITEM = (
    "order_id STRING, customer_key BIGINT, product_key BIGINT, order_status STRING,"
    " purchase_date_key DATE"
)
ORDER = (
    "order_id STRING, customer_key BIGINT, order_status STRING, purchase_date_key DATE,"
    " delivered_date_key DATE, is_late BOOLEAN, item_count INT, price_total DECIMAL(14,2),"
    " freight_total DECIMAL(14,2)"
)
REVIEW = "order_id STRING, review_score INT, answered_at TIMESTAMP"
FIRST, LATER = dt.date(2018, 1, 1), dt.date(2018, 2, 1)


def test_als_is_right_where_tastes_are_plain_and_popularity_is_not(spark: SparkSession) -> None:
    # two groups of people with products of their own; each buys one of them later
    groups = [((1, 2, 3, 4), (10, 11, 12, 13)), ((5, 6, 7, 8), (20, 21, 22, 23))]
    rows = [
        (f"{person}-{product}", person, product, "delivered", LATER if here == place else FIRST)
        for people, products in groups
        for here, person in enumerate(people)
        for place, product in enumerate(products)
    ]

    found = trials.recommendation_trial(
        spark.createDataFrame(rows, ITEM), spark.createDataFrame([], REVIEW)
    )

    assert list(found["people"]) == [8] * 4
    # what each bought last is what they bought later
    for _, both in found.groupby("judged_by"):
        als, popular = (row for _, row in both.iterrows())
        assert als["ndcg"] == pytest.approx(1)
        # all products are equally popular: the list begins with those of the first group
        assert popular["recall"] == pytest.approx(1)
        assert popular["ndcg"] < 0.9


def test_who_bought_often_returns(spark: SparkSession) -> None:
    start = dt.date(2017, 1, 1)
    after = [start + n * churn.HORIZON + dt.timedelta(days=20) for n in range(3)]
    often = [(person, day) for person in range(10) for day in (start, *after)]
    once = [(person, start) for person in range(10, 30)]
    # the last purchase decides where the horizons lie
    rows = [
        (f"{person} {day}", person, "delivered", day, day, False, 1, Decimal(10), Decimal(1))
        for person, day in (*often, *once)
    ]

    found = trials.churn_trial(
        spark.createDataFrame(rows, ORDER), spark.createDataFrame([], REVIEW)
    )

    assert list(found["method"]) == ["logistic regression", "frequency, then recency"]
    for _, row in found.iterrows():
        assert (row["people"], row["returned"]) == (30, 10)
        assert row["roc"] == pytest.approx(1)
        assert row["precision_recall"] == pytest.approx(1)
