"""Checks of the shop that its contracts do not imply: people, states, allocated payments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import functions as F

from lakehouse.contracts.star import UNKNOWN_KEY
from lakehouse.serving.reconciliation import Line
from lakehouse.serving.verify import Check, sum_of
from lakehouse.workloads.shop.gold import versions

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def checks() -> tuple[Check, ...]:
    """The checks, in the order in which their lines are shown."""
    return (
        people,
        lambda spark: (state_of_own_address(spark),),
        lambda spark: (allocation(spark),),
        lambda spark: (allocation_per_order(spark),),
    )


def people(spark: SparkSession) -> tuple[Line, Line]:
    """People with any version in the dimension, and current versions; one query for both."""
    person = "customer_unique_id"
    people = spark.table("silver.customers").select(person).distinct()
    kept = versions.complete(spark.table("gold.dim_customer"))
    known = (
        kept.filter(f"customer_key <> {UNKNOWN_KEY}")
        .groupBy(person)
        .agg(F.count_if("is_current").alias("current"))
    )
    counts = (
        people.withColumn("person", F.lit(1))
        .join(known, person, "full")
        .agg(
            F.count("person").alias("people"),
            F.count_if(F.col("person").isNotNull() & F.col("current").isNotNull()).alias("found"),
            F.coalesce(F.sum("current"), F.lit(0)).alias("current"),
        )
        .first()
    )
    assert counts is not None
    people_found = (counts["people"], counts["found"], "people in silver.customers")
    versions_found = (counts["people"], counts["current"], "one per person in silver.customers")
    hop, table = "silver → gold", "dim_customer"
    return (
        Line(hop, table, "people", *people_found),
        Line(hop, table, "current versions", *versions_found),
    )


def state_of_own_address(spark: SparkSession) -> Line:
    """Orders whose state is not that of their own customers row."""
    other = spark.sql(
        "SELECT 1 FROM silver.orders o LEFT JOIN silver.customers c USING (customer_id) "
        "LEFT JOIN gold.dim_state s ON s.state = c.state JOIN gold.fact_order f USING (order_id) "
        f"WHERE f.customer_state_key <> coalesce(s.state_key, {UNKNOWN_KEY})"
    )
    how = "state of an order is that of its own customers row"
    return Line("silver → gold", "fact_order", "orders of other states", 0, other.count(), how)


def allocation(spark: SparkSession) -> Line:
    """Payments of orders with items, as their items share them."""
    orders = spark.table("gold.fact_order")
    expected = sum_of(orders.filter("item_count > 0"), F.col("payment_total"))
    found = sum_of(spark.table("gold.fact_order_item"), F.col("payment_allocated"))
    how = "payments of orders with items"
    return Line("in gold", "fact_order_item", "payment_allocated", expected, found, how)


def allocation_per_order(spark: SparkSession) -> Line:
    """Orders whose items do not share all of their payments."""
    shares = spark.sql(
        "SELECT o.order_id FROM gold.fact_order o JOIN gold.fact_order_item i USING (order_id) "
        "GROUP BY o.order_id, o.payment_total HAVING sum(i.payment_allocated) <> o.payment_total"
    )
    how = "shares of an order add up to its payments"
    return Line("in gold", "fact_order_item", "orders that do not", 0, shares.count(), how)
