"""Comparison of a table that its record calls unchanged with a build of it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from lakehouse.builds.records import Record
from lakehouse.contracts.model import Layer, Severity, Table
from lakehouse.platform.settings import settings
from lakehouse.quality import results
from lakehouse.quality.checks import Result

log = logging.getLogger(__name__)

CHECK = "rows_as_recorded"


def recheck(
    spark: SparkSession, table: Table, ingest_date: str, before: Record, report: Mapping[str, Any]
) -> int:
    """Count the rows that a build changed of a table that should have been unchanged.

    If there are any, that is a warning and a row of `quality.check_result`.

    Args:
        spark: the session.
        table: a table that was just built.
        ingest_date: day of the import, YYYY-MM-DD.
        before: record of the table before the build.
        report: what the build did.

    Returns:
        number of rows that differ; of bronze all rows, if any differs.
    """
    if table.layer is Layer.BRONZE:
        # which rows differ is not known, as the earlier import was replaced
        count = report["rows"] * (report["content"] != before.content)
    elif table.layer is Layer.GOLD:
        count = sum(report[kind] for kind in ("inserted", "updated", "deleted"))
    else:
        folders = (before.folder, report["folder"])
        count = differing(*(spark.read.parquet(settings().hdfs_url + each) for each in folders))
    reason = "inputs, contract and code were those of the last build, but the rows are others"
    if count:
        log.warning("%s: %d rows differ: %s", table.full_name, count, reason)
        results.record(spark, table, ingest_date, [Result(CHECK, Severity.WARN, count, reason)])
    return count


def differing(one: DataFrame, other: DataFrame) -> int:
    """Number of rows that only one of two tables has, repetitions counted."""
    return one.exceptAll(other).unionAll(other.exceptAll(one)).count()
