"""Keeping the outcome of every check, as rows of `quality.check_result`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_fixed

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


@retry(
    retry=retry_if_exception_type(PySparkException),
    stop=stop_after_attempt(5),
    wait=wait_fixed(1),
    reraise=True,
)
def ensure_table(spark: SparkSession) -> None:
    """Create the table of results if it is missing.

    The first tasks of a new lake may create it at the same time: Delta lets one of them win.
    """
    if spark.catalog.tableExists(CHECK_RESULT.full_name):
        return
    spark.sql(f"CREATE DATABASE IF NOT EXISTS {CHECK_RESULT.layer}")
    location = settings().hdfs_url + places.folder(CHECK_RESULT)
    spark.sql(ddl.create(CHECK_RESULT, "delta", location))
