"""What is known before a day, what comes after, and how a score is judged."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from lakehouse.workloads.shop.contracts.science import FACT_CUSTOMER_CHURN_SCORE, HORIZON_DAYS
from lakehouse.workloads.shop.science import churn
from lakehouse.workloads.shop.science.errors import NothingToLearnError

DAY = dt.date(2018, 3, 1)
ORDER = (
    "order_id STRING, customer_key BIGINT, order_status STRING, purchase_date_key DATE,"
    " delivered_date_key DATE, is_late BOOLEAN, item_count INT, price_total DECIMAL(14,2),"
    " freight_total DECIMAL(14,2)"
)
REVIEW = "order_id STRING, review_score INT, answered_at TIMESTAMP"
SCORED = "has_returned DOUBLE, churn_probability DOUBLE"


def order(
    name: str,
    person: int,
    day: dt.date,
    delivered: dt.date = dt.date(2018, 2, 20),
    late: bool | None = False,
    status: str = "delivered",
) -> tuple[object, ...]:
    return (name, person, status, day, delivered, late, 2, Decimal(30), Decimal(10))


@pytest.fixture(scope="module")
def orders(spark: SparkSession) -> DataFrame:
    rows = [
        order("a", 1, dt.date(2018, 1, 1), late=True),
        order("b", 1, dt.date(2018, 2, 19), dt.date(2018, 3, 1), late=True),
        order("c", 2, dt.date(2018, 2, 28)),
        order("d", 2, dt.date(2018, 3, 1)),
        order("e", 3, dt.date(2018, 1, 1)),
        order("f", 3, DAY + dt.timedelta(days=HORIZON_DAYS)),
        order("g", 4, dt.date(2018, 2, 1), status="canceled"),
        order("h", -1, dt.date(2018, 2, 1)),
    ]
    return spark.createDataFrame(rows, ORDER)


@pytest.fixture(scope="module")
def reviews(spark: SparkSession) -> DataFrame:
    rows = [("a", 1, dt.datetime(2018, 1, 9)), ("c", 5, dt.datetime(2018, 3, 1))]
    return spark.createDataFrame(rows, REVIEW)


def test_features_know_nothing_of_the_day_and_what_follows(
    orders: DataFrame, reviews: DataFrame
) -> None:
    known = churn.features(orders, reviews, DAY)
    found = {row["customer_key"]: row.asDict() for row in known.collect()}

    assert set(found) == {1, 2, 3}
    assert found[1] == {
        "customer_key": 1,
        "order_count": 2,
        "days_since_order": 10,
        "days_as_customer": 59,
        "item_count": 4,
        "spend_logarithm": pytest.approx(math.log1p(80)),
        "freight_share": pytest.approx(0.25),
        # order b has no review
        "review_score": 1.0,
        # order b was delivered on the day itself
        "late_order_count": 1,
    }
    # the review of order c was answered on the day
    assert found[2]["review_score"] == 3.0
    assert found[2]["order_count"] == 1
    assert list(known.columns) == ["customer_key", *churn.FEATURES]


def test_the_outcome_is_a_purchase_within_the_horizon(
    orders: DataFrame, reviews: DataFrame
) -> None:
    rows = churn.labelled(orders, reviews, DAY)

    found = {row["customer_key"]: row["has_returned"] for row in rows.collect()}
    assert found == {1: 0.0, 2: 1.0, 3: 0.0}


def test_the_day_after_the_last_purchase(orders: DataFrame) -> None:
    last = DAY + dt.timedelta(days=HORIZON_DAYS)

    assert churn.day_after_last(orders) == last + dt.timedelta(days=1)


def test_too_little_to_learn_from_is_told_with_the_remedy(
    orders: DataFrame, reviews: DataFrame
) -> None:
    with pytest.raises(NothingToLearnError, match=r"no purchases: .* load --from"):
        churn.day_after_last(orders.limit(0))
    with pytest.raises(NothingToLearnError, match="followed for 180 days"):
        churn.fit(churn.labelled(orders, reviews, dt.date(2017, 1, 1)))


def test_a_model_learns_who_returns_and_repeats_itself(spark: SparkSession) -> None:
    known = spark.range(200).select(
        F.col("id").alias("customer_key"),
        *[F.lit(1.0).alias(name) for name in churn.FEATURES[1:]],
        (F.col("id") % 4).cast("int").alias("order_count"),
    )
    labelled = known.withColumn("has_returned", (F.col("order_count") == 3).cast("double"))
    model, again = churn.fit(labelled), churn.fit(labelled.orderBy(F.desc("customer_key")))

    first, second = (churn.scores(each, known, DAY) for each in (model, again))

    assert first.columns == FACT_CUSTOMER_CHURN_SCORE.column_names
    assert sorted(first.collect()) == sorted(second.collect())
    means = first.groupBy("order_count").agg(F.avg("churn_probability")).orderBy("order_count")
    falling = [row[1] for row in means.collect()]
    assert falling == sorted(falling, reverse=True)
    assert falling[0] > 0.8 > falling[3]


def test_where_nobody_returned_the_model_says_so(spark: SparkSession) -> None:
    known = spark.range(3).select(
        F.col("id").alias("customer_key"), *[F.lit(1.0).alias(name) for name in churn.FEATURES]
    )
    model = churn.fit(known.withColumn("has_returned", F.lit(0.0)))

    scored = churn.with_probability(model, known)

    assert [row[0] for row in scored.select("churn_probability").collect()] == [1.0] * 3


def test_the_rule_goes_by_frequency_then_recency(spark: SparkSession) -> None:
    rows = [(1, 2, 90), (2, 1, 1), (3, 1, 50)]
    known = spark.createDataFrame(rows, "customer_key INT, order_count INT, days_since_order INT")

    likely = churn.with_rule(known).orderBy("churn_probability")

    assert [row["customer_key"] for row in likely.collect()] == [1, 2, 3]


def test_metrics_of_a_ranking_counted_by_hand(spark: SparkSession) -> None:
    rows = [(1.0, 0.1), (0.0, 0.2), (1.0, 0.3), (0.0, 0.4)]

    found = churn.outcome_metrics(spark.createDataFrame(rows, SCORED))

    # of four pairs of one who returned and one who did not, three are in order
    assert found["roc"] == pytest.approx(0.75)
    assert (found["people"], found["returned"]) == (4, 2)
    assert 0.5 < found["precision_recall"] < 1


@pytest.mark.parametrize("rows", [[], [(0.0, 0.5)], [(1.0, 0.5)]])
def test_without_both_outcomes_a_metric_is_no_number(
    spark: SparkSession, rows: list[tuple[float, float]]
) -> None:
    found = churn.outcome_metrics(spark.createDataFrame(rows, SCORED))

    assert math.isnan(found["roc"])
    assert math.isnan(found["precision_recall"])
    assert found["people"] == len(rows)
