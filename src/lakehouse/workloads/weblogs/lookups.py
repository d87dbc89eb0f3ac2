"""Rows that events look up: categories of products, states of customers."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from lakehouse.workloads.shop.gold.versions import current


def product_categories(dim_product: DataFrame) -> DataFrame:
    """The English category of each product."""
    return dim_product.select(
        "product_id", F.col("product_category_name_english").alias("product_category")
    )


def customer_states(dim_customer: DataFrame) -> DataFrame:
    """The present state of each customer; a visitor's number is that of a person."""
    known = current(dim_customer).filter("state IS NOT NULL")
    return known.select(
        F.col("person_key").alias("user_id"), F.col("state").alias("customer_state")
    )
