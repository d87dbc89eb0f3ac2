"""The facts of the streams; each function is named after the table it makes."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakehouse.gold.keys import date_key, or_unknown
from lakehouse.workloads.shop.gold.versions import current
from lakehouse.workloads.weblogs.contracts.gold import (
    ABANDONED_CART,
    BROWSED,
    PURCHASED,
    SUM_OF_MONEY,
)
from lakehouse.workloads.weblogs.contracts.streams import FUNNEL

_PURCHASE = "purchase"
_CART = "add_to_cart"
_FIRST_ERROR = 400


def fact_access_log(access_log: DataFrame, dim_product: DataFrame) -> DataFrame:
    """Requests, each on its own day whenever it arrived."""
    products = dim_product.select("product_id", "product_key")
    return access_log.join(products, "product_id", "left").select(
        "event_id",
        date_key("occurred_at").alias("request_date_key"),
        or_unknown("product_key"),
        "occurred_at",
        F.hour("occurred_at").alias("request_hour"),
        "ip_address",
        "method",
        "path",
        "status_code",
        "status_class",
        "agent_class",
        "bytes_sent",
    )


def fact_clickstream(
    clickstream: DataFrame, dim_customer: DataFrame, dim_product: DataFrame
) -> DataFrame:
    """What visitors did, each event on its own day whenever it arrived.

    The shop numbers its visitors as the warehouse numbers people; an event has the version of
    its visitor that was current when it was merged.
    """
    customers = current(dim_customer).select("customer_key", F.col("person_key").alias("user_id"))
    products = dim_product.select("product_id", "product_key")
    joined = clickstream.join(customers, "user_id", "left").join(products, "product_id", "left")
    return joined.select(
        "event_id",
        date_key("occurred_at").alias("event_date_key"),
        or_unknown("customer_key"),
        or_unknown("product_key"),
        "occurred_at",
        F.hour("occurred_at").alias("event_hour"),
        "user_id",
        "session_id",
        "event_type",
        _funnel_step().alias("funnel_step"),
        "amount",
        "outcome",
        "level",
    )


def fact_product_day(fact_clickstream: DataFrame, dim_product: DataFrame) -> DataFrame:
    """Products by day; what is about no known product is counted as the unknown one."""
    products = dim_product.select("product_key", "product_id")
    days = fact_clickstream.groupBy("event_date_key", "product_key").agg(
        F.count(F.lit(1)).alias("event_count"),
        F.count_if(_is_purchase()).alias("purchase_count"),
        _revenue().alias("revenue"),
    )
    return days.join(products, "product_key").select(
        "event_date_key", "product_key", "product_id", "event_count", "purchase_count", "revenue"
    )


def fact_session(fact_clickstream: DataFrame) -> DataFrame:
    """Sessions from their first event to their last.

    Early events may have come before their customer was known, so the highest key is the one.
    """
    sessions = fact_clickstream.groupBy("user_id", "session_id").agg(
        F.max("customer_key").alias("customer_key"),
        F.min("occurred_at").alias("started_at"),
        F.max("occurred_at").alias("ended_at"),
        F.count(F.lit(1)).alias("event_count"),
        F.count_if(_is_purchase()).alias("purchase_count"),
        F.max("funnel_step").alias("funnel_step"),
        _revenue().alias("revenue"),
    )
    return sessions.select(
        "user_id",
        "session_id",
        "customer_key",
        date_key("started_at").alias("started_date_key"),
        "started_at",
        "ended_at",
        "event_count",
        "purchase_count",
        "funnel_step",
        "revenue",
        _session_outcome().alias("outcome"),
    )


def fact_page_day(fact_access_log: DataFrame) -> DataFrame:
    """Pages by day; a visitor is an address."""
    return fact_access_log.groupBy("request_date_key", "path").agg(
        F.count(F.lit(1)).alias("request_count"),
        F.count_if(F.col("status_code") >= _FIRST_ERROR).alias("error_count"),
        F.countDistinct("ip_address").alias("visitor_count"),
        F.coalesce(F.sum("bytes_sent"), F.lit(0).cast("bigint")).alias("bytes_sent"),
    )


def _is_purchase() -> Column:
    return F.col("event_type") == _PURCHASE


def _revenue() -> Column:
    amounts = F.sum(F.when(_is_purchase(), F.col("amount")))
    return F.coalesce(amounts, F.lit(0)).cast(SUM_OF_MONEY)


def _funnel_step() -> Column:
    step = F.lit(0)
    for event_type, number in FUNNEL.items():
        step = F.when(F.col("event_type") == event_type, number).otherwise(step)
    return step


def _session_outcome() -> Column:
    return (
        F.when(F.col("purchase_count") > 0, PURCHASED)
        .when(F.col("funnel_step") >= FUNNEL[_CART], ABANDONED_CART)
        .otherwise(BROWSED)
    )
