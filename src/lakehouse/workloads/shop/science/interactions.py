"""Who bought what and liked how much: one row a person and product."""

from __future__ import annotations

import datetime as dt

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from lakehouse.contracts.star import UNKNOWN_KEY
from lakehouse.workloads.shop.science.errors import NothingToLearnError

# orders that came to nothing say nothing about what people want
FAILED_STATUSES = ("canceled", "unavailable")
# stars of an order that nobody reviewed, and that a review is compared with
NEUTRAL_SCORE = 3.0


def interactions(fact_order_item: DataFrame, fact_review: DataFrame) -> DataFrame:
    """How strongly each person is drawn to each product bought.

    Returns:
        `customer_key`, `product_key`, `first_bought_date`, and `strength`: units bought, each
        weighted by the order's mean review against three stars.
    """
    reviews = fact_review.groupBy("order_id").agg(F.avg("review_score").alias("review_score"))
    bought = fact_order_item.filter(
        (F.col("customer_key") != UNKNOWN_KEY)
        & (F.col("product_key") != UNKNOWN_KEY)
        & ~F.col("order_status").isin(*FAILED_STATUSES)
    )
    weight = F.coalesce(F.col("review_score"), F.lit(NEUTRAL_SCORE)) / NEUTRAL_SCORE
    return (
        bought.join(reviews, "order_id", "left")
        .groupBy("customer_key", "product_key")
        .agg(
            F.min("purchase_date_key").alias("first_bought_date"),
            F.round(F.sum(weight), 6).alias("strength"),
        )
    )


def cut_off(rows: DataFrame, share: float) -> dt.date:
    """The day before which a share of the products were bought.

    Raises:
        NothingToLearnError: there are no rows.
    """
    day = F.percentile_approx(F.unix_date("first_bought_date"), share, 1_000_000)
    found = rows.agg(F.date_from_unix_date(day).alias("day")).first()
    if found is None or found["day"] is None:
        raise NothingToLearnError("there are no purchases")
    return found["day"]


def split(
    fact_order_item: DataFrame, fact_review: DataFrame, day: dt.date
) -> tuple[DataFrame, DataFrame]:
    """What was known before a day, and what people known by then bought anew from it on.

    Reviews count where they were answered before the day. Held out are products that the person
    had not bought before.
    """
    start = F.lit(day)
    known = interactions(
        fact_order_item.filter(F.col("purchase_date_key") < start),
        fact_review.filter(F.col("answered_at") < start),
    )
    later = interactions(fact_order_item.filter(F.col("purchase_date_key") >= start), fact_review)
    people = known.select("customer_key").distinct()
    new = later.join(people, "customer_key", "left_semi")
    return known, new.join(known, ["customer_key", "product_key"], "left_anti")


def without_last(rows: DataFrame) -> tuple[DataFrame, DataFrame]:
    """What people bought but for one product of each who bought several, and these products.

    Held out is what a person bought last; of products of one day, that with the highest key.
    """
    person = Window.partitionBy("customer_key")
    latest_first = person.orderBy(F.desc("first_bought_date"), F.desc("product_key"))
    is_last = (F.row_number().over(latest_first) == 1) & (F.count(F.lit(1)).over(person) > 1)
    marked = rows.withColumn("is_last", is_last)
    known, held_out = marked.filter(~F.col("is_last")), marked.filter("is_last")
    return known.drop("is_last"), held_out.drop("is_last")
