"""Surrogate keys: given once, kept for ever; and the members that stand for the unknown."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from lakehouse.contracts.model import Column as ContractColumn
from lakehouse.contracts.model import Table
from lakehouse.contracts.star import UNKNOWN_DATE, UNKNOWN_KEY, UNKNOWN_TEXT

# the unknown member's value of a required column, by type; text otherwise
UNKNOWN = {
    "BIGINT": UNKNOWN_KEY,
    "DATE": UNKNOWN_DATE,
    "TIMESTAMP": UNKNOWN_DATE,
    "BOOLEAN": True,
}


def with_keys(members: DataFrame, existing: DataFrame, contract: Table) -> DataFrame:
    """Give each member its integer key.

    A member that `existing` knows keeps its key; new ones get the following numbers in the order
    of their natural key, so that the same input numbers alike. With a durable key, each version
    of a member is numbered so, and the durable key is the lowest number that the member had when
    it was first numbered.

    Args:
        members: the dimension's members, all columns but the key.
        existing: the dimension as it stands (`<key>`, natural key); may be empty.
        contract: the dimension; its first column is the key.

    Returns:
        `members` with the key in front, and the durable key behind it if there is one.
    """
    if not contract.durable_key:
        return _numbered(members, existing, contract)
    present = _with_start_of_version(existing, members, contract)
    return _with_durable_key(_numbered(members, present, contract), present, contract)


def _numbered(members: DataFrame, existing: DataFrame, contract: Table) -> DataFrame:
    key, natural = contract.columns[0].name, list(contract.grain)
    known = existing.select(key, *natural)
    given = [F.max(name) for name in (key, contract.durable_key) if name]
    highest = existing.agg(F.greatest(*given, F.lit(0).cast("bigint")).alias("_highest"))
    joined = members.join(known, natural, "left")
    number = F.row_number().over(Window.orderBy(*natural))
    new = joined.filter(F.col(key).isNull()).crossJoin(F.broadcast(highest))
    numbered = new.withColumn(key, F.col("_highest") + number.cast("bigint"))
    kept = joined.filter(F.col(key).isNotNull())
    return kept.unionByName(numbered.drop("_highest")).select(key, *members.columns)


def _with_durable_key(rows: DataFrame, existing: DataFrame, contract: Table) -> DataFrame:
    key, durable, member = contract.columns[0].name, contract.durable_key, contract.grain[0]
    kept = existing.groupBy(member).agg(F.min(F.coalesce(durable, key)).alias("_kept"))
    first = F.min(key).over(Window.partitionBy(member))
    numbered = rows.join(kept, member, "left").withColumn(durable, F.coalesce("_kept", first))
    return numbered.select(key, durable, *[name for name in rows.columns if name != key])


def with_unknown_member(members: DataFrame, contract: Table) -> DataFrame:
    """Add the row that facts point at where they know no member."""
    session = members.sparkSession
    unknown = session.range(1).select(
        *[_unknown(column).cast(column.type).alias(column.name) for column in contract.columns]
    )
    return members.select(*contract.column_names).unionByName(unknown)


def or_unknown(key: str) -> Column:
    """A looked-up key, or the unknown member's."""
    return F.coalesce(F.col(key), F.lit(UNKNOWN_KEY).cast("bigint")).alias(key)


def date_key(moment: str | Column) -> Column:
    """The day of a moment or date, or the unknown date."""
    return F.coalesce(F.to_date(moment), F.lit(UNKNOWN_DATE).cast("date"))


def _unknown(column: ContractColumn) -> Column:
    if column.nullable:
        return F.lit(None)
    return F.lit(UNKNOWN.get(column.type, UNKNOWN_TEXT))


def _with_start_of_version(existing: DataFrame, members: DataFrame, contract: Table) -> DataFrame:
    """The dimension's present rows; one that was built without history is the current version."""
    person = contract.grain[0]
    now = members.filter("is_current").select(person, F.col("valid_from").alias("_now"))
    return (
        existing.join(now, person, "left")
        .withColumn("valid_from", F.coalesce("valid_from", "_now"))
        .drop("_now")
    )
