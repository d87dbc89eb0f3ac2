"""Keeping the outcome of every check, as rows of `quality.check_result`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from pyspark.sql import SparkSession

from lakehouse.contracts import ddl, places
from lakehouse.contracts.model import Table
from lakehouse.contracts.quality import CHECK_RESULT
from lakehouse.platform.settings import settings
from lakehouse.quality.checks import Result


def record(spark: SparkSession, table: Table, ingest_date: str, results: Sequence[Result]) -> None:
    """Append the outcomes of one build's checks."""
    if not results:
        return
    now = dt.datetime.now(dt.UTC)
    day = dt.date.fromisoformat(ingest_date)
    about = (now, day, str(table.layer), table.name)
    rows = [(*about, r.check, str(r.severity), r.outcome, r.broken_rows, r.reason) for r in results]
    schema = ", ".join(f"{c.name} {c.type}" for c in CHECK_RESULT.columns)
    ensure_table(spark)
    spark.createDataFrame(rows, schema).coalesce(1).write.insertInto(CHECK_RESULT.full_name)


def ensure_table(spark: SparkSession) -> None:
    """Create the table of results where it is missing."""
    if spark.catalog.tableExists(CHECK_RESULT.full_name):
        return
    spark.sql(f"CREATE DATABASE IF NOT EXISTS {CHECK_RESULT.layer}")
    location = settings().hdfs_url + places.folder(CHECK_RESULT)
    spark.sql(ddl.create(CHECK_RESULT, "delta", location))
