"""Sharing an amount among parts so that the shares add up to the cent."""

from __future__ import annotations

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

# the product of two of them has more digits than a BIGINT holds
_CENTS = "decimal(16,0)"


def with_allocation(
    items: DataFrame, amount: str, weight: str, by: str, order: str, into: str
) -> DataFrame:
    """Add each item's share of its group's amount, by largest remainder.

    Shares follow the weights (alike where all weights are 0) and are rounded down to the cent;
    the cents left over go one each to the largest remainders, ties in the order of `order`.

    Args:
        items: rows with the columns named here.
        amount: DECIMAL column, the group's amount, alike in all its rows; null counts as 0.
        weight: DECIMAL column, not negative.
        by: column that names the group.
        order: column that orders the items of a group.
        into: name of the new DECIMAL(12,2) column; its sum over a group is the amount exactly.
    """
    group = Window.partitionBy(by)
    # whole cents throughout: no share is off by a floating point's last digit
    counted = (
        items.withColumn("_total", (F.coalesce(amount, F.lit(0)) * 100).cast(_CENTS))
        .withColumn("_weight", (F.col(weight) * 100).cast(_CENTS))
        .withColumn("_weights", F.sum("_weight").over(group))
        .withColumn(
            "_weight", F.when(F.col("_weights") > 0, F.col("_weight")).otherwise(1).cast(_CENTS)
        )
        .withColumn("_weights", F.sum("_weight").over(group))
    )
    floored = counted.withColumn("_floor", F.expr("_total * _weight DIV _weights")).withColumn(
        "_remainder", F.expr("_total * _weight % _weights")
    )
    largest_first = group.orderBy(F.desc("_remainder"), order)
    left_over = F.col("_total") - F.sum("_floor").over(group)
    cent = (F.row_number().over(largest_first) <= left_over).cast("int")
    share = ((F.col("_floor") + cent).cast("decimal(14,0)") / 100).cast("decimal(12,2)")
    return floored.withColumn(into, share).drop(
        "_total", "_weight", "_weights", "_floor", "_remainder"
    )
