"""Address history of customers: slowly changing dimension, type 2.

The source has one customers row per order, with the address of that order. Versions are derived
from all orders of a person at each build, so one day's import always gives the same history.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window, WindowSpec
from pyspark.sql import functions as F

from lakehouse.contracts.star import UNKNOWN_DATE

ADDRESS = ("zip_code_prefix", "city", "state")


def with_version(customers: DataFrame, orders: DataFrame) -> DataFrame:
    """Add `valid_from` to customers: the start of the version that holds the row's address.

    A version starts with the purchase that first names an address other than the one before.
    Of purchases in the same second, each starts one microsecond after the one before, in the
    order of `customer_id`. A row without an order is left out if its person has others; a
    person without any order has one version, valid from 1900-01-01.

    Grain: one row per `customer_id`.
    """
    purchases = orders.groupBy("customer_id").agg(F.min("purchased_at").alias("_bought"))
    person = Window.partitionBy("customer_unique_id")
    by_time = person.orderBy(F.asc_nulls_last("_bought"), "customer_id")
    tie = F.row_number().over(by_time) - F.rank().over(person.orderBy(F.asc_nulls_last("_bought")))
    start = F.coalesce("_bought", F.lit(UNKNOWN_DATE).cast("timestamp"))
    ranked = (
        customers.join(purchases, "customer_id", "left")
        .withColumn("_rank", F.row_number().over(by_time))
        .withColumn("_start", F.timestamp_micros(F.unix_micros(start) + tie))
        .filter(F.col("_bought").isNotNull() | (F.col("_rank") == 1))
        .withColumn("_starts_version", (F.col("_rank") == 1) | _differs_from_previous(by_time))
    )
    starts = F.when(F.col("_starts_version"), F.col("_start"))
    latest = F.last(starts, ignorenulls=True).over(by_time)
    return ranked.withColumn("valid_from", latest).select(*customers.columns, "valid_from")


def versions(customers: DataFrame, orders: DataFrame) -> DataFrame:
    """The address history of each person.

    Returns:
        `customer_unique_id`, address, `valid_from`, `valid_to` (start of the next version, null
        in the current one), `is_current`. Grain: `customer_unique_id`, `valid_from`.
    """
    history = Window.partitionBy("customer_unique_id").orderBy("valid_from")
    rows = (
        with_version(customers, orders)
        .groupBy("customer_unique_id", "valid_from")
        .agg(*[F.first(column).alias(column) for column in ADDRESS])
    )
    return rows.withColumn("valid_to", F.lead("valid_from").over(history)).withColumn(
        "is_current", F.col("valid_to").isNull()
    )


def current(dim_customer: DataFrame) -> DataFrame:
    """The current version of each person, also of a table that was built without history."""
    return complete(dim_customer).filter("is_current")


def by_person(rows: DataFrame, dim_customer: DataFrame) -> DataFrame:
    """Replace `customer_key` by that of the person's current version, to group by person."""
    now = current(dim_customer).select("person_key", F.col("customer_key").alias("_now"))
    keys = complete(dim_customer).select("customer_key", "person_key").join(now, "person_key")
    mapped = rows.join(keys.select("customer_key", "_now"), "customer_key", "left")
    return mapped.withColumn("customer_key", F.coalesce("_now", "customer_key")).select(
        *rows.columns
    )


def _differs_from_previous(order: WindowSpec) -> Column:
    address = F.struct(*ADDRESS)
    return ~address.eqNullSafe(F.lag(address).over(order))


def complete(dim_customer: DataFrame) -> DataFrame:
    """Fill the columns of the history, which an older table lacks or has empty."""
    filled = {"person_key": F.col("customer_key"), "is_current": F.lit(True)}
    return dim_customer.withColumns(
        {
            name: F.coalesce(name, value) if name in dim_customer.columns else value
            for name, value in filled.items()
        }
    )
