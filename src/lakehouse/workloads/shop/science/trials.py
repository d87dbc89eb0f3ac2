"""Models tried on what they had not seen, each beside its baseline."""

from __future__ import annotations

import pandas as pd
from pyspark.sql import DataFrame

from lakehouse.workloads.shop.contracts.science import ALS, POPULAR
from lakehouse.workloads.shop.science import churn, recommendation
from lakehouse.workloads.shop.science.interactions import (
    cut_off,
    interactions,
    split,
    without_last,
)

LIST_LENGTH = 10
SHARE_KNOWN = 0.8
# what the lists are judged by
LATER = "later purchases"
ONE_OF_SEVERAL = "one product of several"


def recommendation_trial(fact_order_item: DataFrame, fact_review: DataFrame) -> pd.DataFrame:
    """ALS beside most popular, judged by what both had not seen.

    That is what people bought anew after the first 80 % of purchases; and one product of each
    person who bought several, which tells more where few people return.

    Returns:
        a row a test and method: `judged_by`, `method`, `people`, and `ndcg` and `recall` of lists
        of ten, as means over these people.

    Raises:
        lakehouse.workloads.shop.science.errors.NothingToLearnError: there are too few purchases.
    """
    rows = interactions(fact_order_item, fact_review).persist()
    later = split(fact_order_item, fact_review, cut_off(rows, SHARE_KNOWN))
    found = [
        {"judged_by": name} | metrics
        for name, sides in ((LATER, later), (ONE_OF_SEVERAL, without_last(rows)))
        for metrics in _compared(*sides)
    ]
    rows.unpersist()
    return pd.DataFrame(found)


def _compared(seen: DataFrame, unseen: DataFrame) -> list[dict[str, object]]:
    known, held_out = seen.persist(), unseen.persist()
    people = held_out.select("customer_key").distinct()
    model = recommendation.fit(known)
    lists = {
        ALS: recommendation.by_model(model, known, people, LIST_LENGTH),
        POPULAR: recommendation.by_popularity(known, people, LIST_LENGTH),
    }
    count = people.count()
    found = [
        {"method": method, "people": count}
        | recommendation.ranking_metrics(each, held_out, LIST_LENGTH)
        for method, each in lists.items()
    ]
    known.unpersist()
    held_out.unpersist()
    return found


def churn_trial(fact_order: DataFrame, fact_review: DataFrame) -> pd.DataFrame:
    """The model beside the rule: learnt on one horizon, judged on the next.

    Returns:
        a row a method: `method`, `people`, `returned`, `roc`, `precision_recall`.

    Raises:
        lakehouse.workloads.shop.science.errors.NothingToLearnError: there are too few purchases.
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
