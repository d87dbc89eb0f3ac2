"""Who stays away: what is known of a person before a day, what came after, and a model of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from pyspark.ml import Pipeline, PipelineModel
from pyspark.ml.classification import LogisticRegression
from pyspark.ml.evaluation import BinaryClassificationEvaluator
from pyspark.ml.feature import VectorAssembler
from pyspark.ml.functions import vector_to_array
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakehouse.contracts.star import UNKNOWN_KEY
from lakehouse.workloads.shop.contracts import science as gold_science
from lakehouse.workloads.shop.science.errors import NothingToLearnError
from lakehouse.workloads.shop.science.interactions import FAILED_STATUSES, NEUTRAL_SCORE

FEATURES = (
    "order_count",
    "days_since_order",
    "days_as_customer",
    "item_count",
    "spend_logarithm",
    "freight_share",
    "review_score",
    "late_order_count",
)
HORIZON = dt.timedelta(days=gold_science.HORIZON_DAYS)
REGULARIZATION = 0.01
_DIGITS = 6


def valid_orders(fact_order: DataFrame) -> DataFrame:
    """Orders of known people that did not fail, as far as their last state tells."""
    return fact_order.filter(
        (F.col("customer_key") != UNKNOWN_KEY) & ~F.col("order_status").isin(*FAILED_STATUSES)
    )


def day_after_last(fact_order: DataFrame) -> dt.date:
    """The day behind the last purchase.

    Raises:
        NothingToLearnError: there is no purchase.
    """
    last = F.date_add(F.max("purchase_date_key"), 1)
    found = valid_orders(fact_order).agg(last.alias("day")).first()
    if found is None or found["day"] is None:
        raise NothingToLearnError("there are no purchases")
    return found["day"]


def features(fact_order: DataFrame, fact_review: DataFrame, day: dt.date) -> DataFrame:
    """What was known of each person before a day; nothing of what came later.

    Returns:
        `customer_key` and FEATURES; days are counted to `day`.
    """
    start = F.lit(day)
    reviews = (
        fact_review.filter(F.col("answered_at") < start)
        .groupBy("order_id")
        .agg(F.avg("review_score").alias("review_score"))
    )
    orders = valid_orders(fact_order).filter(F.col("purchase_date_key") < start)
    # a delivery that had not happened yet is not known to be late
    late = F.col("is_late") & (F.col("delivered_date_key") < start)
    spend, freight = F.sum("price_total"), F.sum("freight_total")
    return (
        orders.join(reviews, "order_id", "left")
        .groupBy("customer_key")
        .agg(
            F.count(F.lit(1)).cast("int").alias("order_count"),
            F.date_diff(start, F.max("purchase_date_key")).alias("days_since_order"),
            F.date_diff(start, F.min("purchase_date_key")).alias("days_as_customer"),
            F.sum("item_count").cast("int").alias("item_count"),
            F.log1p((spend + freight).cast("double")).alias("spend_logarithm"),
            F.coalesce(F.try_divide(freight, spend + freight).cast("double"), F.lit(0.0)).alias(
                "freight_share"
            ),
            F.coalesce(F.avg("review_score"), F.lit(NEUTRAL_SCORE)).alias("review_score"),
            F.count_if(late).cast("int").alias("late_order_count"),
        )
    )


def labelled(fact_order: DataFrame, fact_review: DataFrame, day: dt.date) -> DataFrame:
    """What was known before a day, and what came of it.

    Returns:
        `features`, and `has_returned`: 1.0 where a person bought again from the day on, within the
        horizon, else 0.0.
    """
    bought = F.col("purchase_date_key")
    later = valid_orders(fact_order).filter(
        (bought >= F.lit(day)) & (bought < F.lit(day + HORIZON))
    )
    returned = later.select("customer_key", F.lit(1.0).alias("has_returned")).distinct()
    joined = features(fact_order, fact_review, day).join(returned, "customer_key", "left")
    return joined.withColumn("has_returned", F.coalesce("has_returned", F.lit(0.0)))


def fit(known: DataFrame) -> PipelineModel:
    """Learn who returns; the same rows give the same model.

    Raises:
        NothingToLearnError: nobody is known.
    """
    if known.isEmpty():
        raise NothingToLearnError(
            f"nobody bought anything early enough to be followed for {HORIZON.days} days"
        )
    ordered = known.coalesce(1).sortWithinPartitions("customer_key")
    stages: list[Any] = [
        VectorAssembler(inputCols=list(FEATURES), outputCol="features"),
        LogisticRegression(labelCol="has_returned", regParam=REGULARIZATION),
    ]
    return Pipeline(stages=stages).fit(ordered)


def with_probability(model: PipelineModel, known: DataFrame) -> DataFrame:
    """Add `churn_probability`: of buying nothing within the horizon, 0 to 1."""
    stays_away = vector_to_array(F.col("probability"))[0]
    scored = model.transform(known).withColumn("churn_probability", F.round(stays_away, _DIGITS))
    return scored.select(*known.columns, "churn_probability")


def with_rule(known: DataFrame) -> DataFrame:
    """Add `churn_probability` by the rule that needs no model.

    The more orders the sooner back; among equals, the later the last order. Only its order means
    something.
    """
    likely = F.col("order_count") + 1 / (1 + F.col("days_since_order"))
    return known.withColumn("churn_probability", 1 / (1 + likely))


def scores(model: PipelineModel, known: DataFrame, day: dt.date) -> DataFrame:
    """The rows of `gold.fact_customer_churn_score` as of a day."""
    rows = with_probability(model, known).withColumn("scored_date_key", F.lit(day))
    return rows.select(*gold_science.FACT_CUSTOMER_CHURN_SCORE.column_names)


def outcome_metrics(scored: DataFrame) -> dict[str, float]:
    """How well a score tells those who return from those who do not.

    Args:
        scored: `has_returned` and `churn_probability`.

    Returns:
        `people`, `returned`; `roc`, the area under the ROC curve (0.5 is chance), and
        `precision_recall`, that under the curve of precision and recall (chance is the share of
        those who returned). Where all or none returned, both areas are NaN.
    """
    counted = scored.agg(
        F.count(F.lit(1)).alias("people"), F.sum("has_returned").alias("returned")
    ).first()
    people, returned = (int(number or 0) for number in counted or (0, 0))
    areas = {"roc": float("nan"), "precision_recall": float("nan")}
    if 0 < returned < people:
        likely = scored.withColumn("rawPrediction", -F.col("churn_probability"))
        judge = BinaryClassificationEvaluator(labelCol="has_returned", numBins=0)
        areas = {
            "roc": judge.evaluate(likely, {judge.metricName: "areaUnderROC"}),
            "precision_recall": judge.evaluate(likely, {judge.metricName: "areaUnderPR"}),
        }
    return {"people": people, "returned": returned, **areas}
