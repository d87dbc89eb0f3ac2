"""Rows set aside by silver: kept whole with rule and reason, a table a silver table."""

from __future__ import annotations

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from lakehouse.contracts import ddl, places
from lakehouse.contracts.model import Layer, Table
from lakehouse.contracts.quality import QUARANTINE_COLUMNS
from lakehouse.platform.settings import settings


def table_name(table: Table) -> str:
    """The quarantine of a silver table, as SQL names it."""
    return f"{table.namespace.database(Layer.QUARANTINE)}.{table.name}"


def replace(spark: SparkSession, table: Table, ingest_date: str, rows: DataFrame | None) -> None:
    """Make `rows` the quarantine of that day; None empties it.

    Args:
        spark: the session.
        table: the silver table that set the rows aside.
        ingest_date: day of the import, YYYY-MM-DD.
        rows: `rule`, `reason`, `source_row`.
    """
    name = table_name(table)
    if rows is None:
        if spark.catalog.tableExists(name):
            spark.sql(f"DELETE FROM {name} WHERE ingest_date = DATE'{ingest_date}'")
        return
    ensure_table(spark, table)
    day = F.lit(ingest_date).cast("date").alias("ingest_date")
    (
        rows.select("*", day)
        .write.format("delta")
        .mode("overwrite")
        .option("replaceWhere", f"ingest_date = DATE'{ingest_date}'")
        .saveAsTable(name)
    )


def count(spark: SparkSession, table: Table, ingest_date: str) -> int:
    """Rows in quarantine of a silver table for one day."""
    if not spark.catalog.tableExists(table_name(table)):
        return 0
    return spark.table(table_name(table)).filter(F.col("ingest_date") == ingest_date).count()


def most_frequent(spark: SparkSession, table: Table, ingest_date: str) -> str:
    """The most frequent rule and reason of one day, with its number of rows."""
    day = spark.table(table_name(table)).filter(F.col("ingest_date") == ingest_date)
    counts = day.groupBy("rule", "reason").count().orderBy(F.desc("count"), "rule", "reason")
    row = counts.first()
    assert row is not None
    return f"{row['rule']}, {row['count']} rows ({row['reason']})"


def rows(spark: SparkSession, table: Table, limit: int) -> list[dict[str, str]]:
    """The newest rows in quarantine of a silver table, as QUARANTINE_COLUMNS names them."""
    if not spark.catalog.tableExists(table_name(table)):
        return []
    newest = spark.table(table_name(table)).orderBy(F.desc("ingest_date"), "rule", "source_row")
    return [{k: str(v) for k, v in row.asDict().items()} for row in newest.limit(limit).collect()]


def ensure_table(spark: SparkSession, table: Table) -> None:
    """Create a silver table's quarantine where it is missing."""
    kept = Table(
        Layer.QUARANTINE,
        table.name,
        f"Rows that {table.full_name} set aside, with the reason",
        QUARANTINE_COLUMNS,
        namespace=table.namespace,
    )
    if not spark.catalog.tableExists(kept.full_name):
        spark.sql(f"CREATE DATABASE IF NOT EXISTS {kept.database}")
        location = settings().hdfs_url + places.quarantine_folder(table)
        spark.sql(ddl.create(kept, "delta", location))
