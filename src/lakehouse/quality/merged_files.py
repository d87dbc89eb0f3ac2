"""Which files of the streams are in gold already, as rows of `quality.stream_file`.

A file may stand here twice, or without being there any more: both do no harm. What matters is
that a file stands here only after its events are in gold.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from lakehouse.contracts import ddl, places
from lakehouse.contracts.quality import STREAM_FILE
from lakehouse.platform.settings import settings


def known(spark: SparkSession, stream: str) -> set[str]:
    """Paths of the files of a stream whose events are in gold."""
    ensure_table(spark)
    rows = spark.table(STREAM_FILE.full_name).filter(F.col("stream") == stream)
    return {str(row["path"]) for row in rows.select("path").distinct().collect()}


def add(spark: SparkSession, stream: str, paths: Iterable[str]) -> None:
    """Note that the events of these files are in gold."""
    now = dt.datetime.now(dt.UTC)
    rows = [(stream, path, now) for path in sorted(paths)]
    schema = ", ".join(f"{c.name} {c.type}" for c in STREAM_FILE.columns)
    spark.createDataFrame(rows, schema).coalesce(1).write.insertInto(STREAM_FILE.full_name)


def forget(spark: SparkSession, stream: str, paths: Iterable[str]) -> None:
    """Take out files that are no more."""
    gone = ", ".join(ddl.literal(path) for path in sorted(paths))
    if gone:
        spark.sql(
            f"DELETE FROM {STREAM_FILE.full_name} "
            f"WHERE stream = {ddl.literal(stream)} AND path IN ({gone})"
        ).collect()


def ensure_table(spark: SparkSession) -> None:
    """Create the table where it is missing."""
    if spark.catalog.tableExists(STREAM_FILE.full_name):
        return
    spark.sql(f"CREATE DATABASE IF NOT EXISTS {STREAM_FILE.layer}")
    location = settings().hdfs_url + places.folder(STREAM_FILE)
    spark.sql(ddl.create(STREAM_FILE, "delta", location))
