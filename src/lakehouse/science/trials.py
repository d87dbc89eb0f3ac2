"""Models tried on what they had not seen, each beside its baseline."""

from __future__ import annotations

import datetime as dt

import pandas as pd
from pyspark.sql import DataFrame, SparkSession

from lakehouse.contracts.gold_science import ALS, HORIZON_DAYS, POPULAR
from lakehouse.science import churn, recommendation
from lakehouse.science.building import NoPurchasesError
from lakehouse.science.interactions import cut_off, interactions, split

LIST_LENGTH = 10
SHARE_KNOWN = 0.8


def recommendation_trial(spark: SparkSession) -> pd.DataFrame:
    """ALS beside most popular: lists from the first 80 % of purchases, judged by the rest.

    Returns:
        a row a method: `method`, `people`, `ndcg`, `recall` over people who bought something new.

    Raises:
        NoPurchasesError: gold holds none.
    """
    items, reviews = spark.table("gold.fact_order_item"), spark.table("gold.fact_review")
    day = cut_off(interactions(items, reviews), SHARE_KNOWN)
    if day is None:
        raise NoPurchasesError
    known, held_out = (rows.persist() for rows in split(items, reviews, day))
    people = held_out.select("customer_key").distinct()
    model = recommendation.fit(recommendation.learnable(known))
    lists = {
        ALS: recommendation.by_model(model, known, people, LIST_LENGTH),
        POPULAR: recommendation.by_popularity(known, people, LIST_LENGTH),
    }
    count = people.count()
    rows = [
        {
            "method": method,
            "people": count,
            **recommendation.ranking_metrics(found, held_out, LIST_LENGTH),
        }
        for method, found in lists.items()
    ]
    known.unpersist()
    held_out.unpersist()
    return pd.DataFrame(rows)


def churn_trial(spark: SparkSession) -> pd.DataFrame:
    """The model beside the rule: learnt on one horizon, judged on the next.

    Returns:
        a row a method: `method`, `people`, `returned`, `roc`, `precision_recall`.

    Raises:
        NoPurchasesError: gold holds none.
    """
    orders, reviews = spark.table("gold.fact_order"), spark.table("gold.fact_review")
    end = churn.day_after_last(orders)
    if end is None:
        raise NoPurchasesError
    judged_from = end - dt.timedelta(days=HORIZON_DAYS)
    learnt_from = judged_from - dt.timedelta(days=HORIZON_DAYS)

    def labelled(day: dt.date) -> DataFrame:
        return churn.with_outcome(churn.features(orders, reviews, day), orders, day)

    model = churn.fit(labelled(learnt_from))
    judged = labelled(judged_from).persist()
    rows = [
        {"method": "logistic regression"}
        | churn.outcome_metrics(churn.with_probability(model, judged)),
        {"method": "frequency, then recency"} | churn.outcome_metrics(churn.with_rule(judged)),
    ]
    judged.unpersist()
    return pd.DataFrame(rows)
