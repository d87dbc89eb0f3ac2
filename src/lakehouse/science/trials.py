"""Models tried on what they had not seen, each beside its baseline."""

from __future__ import annotations

import pandas as pd
from pyspark.sql import DataFrame

from lakehouse.contracts.gold_science import ALS, POPULAR
from lakehouse.science import churn, recommendation
from lakehouse.science.interactions import cut_off, interactions, split

LIST_LENGTH = 10
SHARE_KNOWN = 0.8


def recommendation_trial(fact_order_item: DataFrame, fact_review: DataFrame) -> pd.DataFrame:
    """ALS beside most popular: lists from the first 80 % of purchases, judged by the rest.

    Returns:
        a row a method: `method`, `people`, `ndcg`, `recall` over people who bought something new.

    Raises:
        lakehouse.science.errors.NothingToLearnError: there are too few purchases.
    """
    day = cut_off(interactions(fact_order_item, fact_review), SHARE_KNOWN)
    known, held_out = (rows.persist() for rows in split(fact_order_item, fact_review, day))
    people = held_out.select("customer_key").distinct()
    model = recommendation.fit(known)
    lists = {
        ALS: recommendation.by_model(model, known, people, LIST_LENGTH),
        POPULAR: recommendation.by_popularity(known, people, LIST_LENGTH),
    }
    count = people.count()
    rows = [
        {"method": method, "people": count}
        | recommendation.ranking_metrics(found, held_out, LIST_LENGTH)
        for method, found in lists.items()
    ]
    known.unpersist()
    held_out.unpersist()
    return pd.DataFrame(rows)


def churn_trial(fact_order: DataFrame, fact_review: DataFrame) -> pd.DataFrame:
    """The model beside the rule: learnt on one horizon, judged on the next.

    Returns:
        a row a method: `method`, `people`, `returned`, `roc`, `precision_recall`.

    Raises:
        lakehouse.science.errors.NothingToLearnError: there are too few purchases.
    """
    day = churn.day_after_last(fact_order) - churn.HORIZON
    model = churn.fit(churn.labelled(fact_order, fact_review, day - churn.HORIZON))
    judged = churn.labelled(fact_order, fact_review, day).persist()
    scored = {
        "logistic regression": churn.with_probability(model, judged),
        "frequency, then recency": churn.with_rule(judged),
    }
    rows = [{"method": name} | churn.outcome_metrics(found) for name, found in scored.items()]
    judged.unpersist()
    return pd.DataFrame(rows)
