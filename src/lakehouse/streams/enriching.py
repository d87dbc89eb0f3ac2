"""What gold knows of an event: category of its product, state of its customer.

What is looked up is small, and is joined by broadcast. Where gold is not there the columns are
null, and the event goes on.
"""

from __future__ import annotations

from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakehouse.contracts.streams import Stream


@dataclass(frozen=True)
class Known:
    """What is looked up.

    Attributes:
        categories: `product_id`, `product_category`.
        states: `user_id`, `customer_state`.
    """

    categories: DataFrame
    states: DataFrame


def enriched(events: DataFrame, stream: Stream, known: Known) -> DataFrame:
    """Events with those columns of their contract that gold has a value for."""
    lookups = (
        ("product_category", known.categories, "product_id"),
        ("customer_state", known.states, "user_id"),
    )
    for column, values, key in lookups:
        if column in stream.event.column_names:
            events = _looked_up(events, values, key)
    return events


def product_categories(dim_product: DataFrame) -> DataFrame:
    """The English category of each product."""
    return dim_product.select(
        "product_id", F.col("product_category_name_english").alias("product_category")
    )


def customer_states(current_customers: DataFrame) -> DataFrame:
    """The present state of each customer; a visitor's number is that of a person."""
    known = current_customers.filter("state IS NOT NULL")
    return known.select(
        F.col("person_key").alias("user_id"), F.col("state").alias("customer_state")
    )


def _looked_up(events: DataFrame, known: DataFrame, key: str) -> DataFrame:
    return events.join(F.broadcast(known), key, "left")
