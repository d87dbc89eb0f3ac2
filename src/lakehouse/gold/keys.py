"""Surrogate keys: given once, kept for ever; and the members that stand for the unknown."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from lakehouse.contracts.gold import UNKNOWN_DATE, UNKNOWN_KEY, UNKNOWN_TEXT
from lakehouse.contracts.model import Table


def with_keys(members: DataFrame, existing: DataFrame, contract: Table) -> DataFrame:
    """Give each member its integer key.

    A member that `existing` knows keeps its key; new ones get the following numbers in the order
    of their natural key, so that the same input numbers alike.

    Args:
        members: the dimension's members, all columns but the key.
        existing: the dimension as it stands (`<key>`, natural key); may be empty.
        contract: the dimension; its first column is the key.

    Returns:
        `members` with the key in front.
    """
    key, natural = contract.columns[0].name, list(contract.grain)
    known = existing.select(key, *natural)
    highest = known.agg(F.greatest(F.max(key), F.lit(0)).alias("_highest"))
    joined = members.join(known, natural, "left")
    number = F.row_number().over(Window.orderBy(*natural))
    new = joined.filter(F.col(key).isNull()).crossJoin(F.broadcast(highest))
    numbered = new.withColumn(key, F.col("_highest") + number.cast("bigint"))
    kept = joined.filter(F.col(key).isNotNull())
    return kept.unionByName(numbered.drop("_highest")).select(key, *members.columns)


def with_unknown_member(members: DataFrame, contract: Table) -> DataFrame:
    """Add the row that facts point at where they know no member."""
    session = members.sparkSession
    unknown = session.range(1).select(
        *[_unknown(column.type, column.key, column.nullable).cast(column.type).alias(column.name)
          for column in contract.columns]
    )  # fmt: skip
    return members.select(*contract.column_names).unionByName(unknown)


def or_unknown(key: str) -> Column:
    """A looked-up key, or the unknown member's."""
    return F.coalesce(F.col(key), F.lit(UNKNOWN_KEY).cast("bigint")).alias(key)


def date_key(moment: str | Column) -> Column:
    """The day of a moment or date, or the unknown date."""
    return F.coalesce(F.to_date(moment), F.lit(UNKNOWN_DATE).cast("date"))


def _unknown(type_: str, is_key: bool, nullable: bool) -> Column:
    if is_key:
        return F.lit(UNKNOWN_DATE if type_ == "DATE" else UNKNOWN_KEY)
    return F.lit(None if nullable else UNKNOWN_TEXT)
