"""Keeping Delta tables small and fast: files compacted, versions of long ago removed."""

from __future__ import annotations

from pyspark.sql import SparkSession

from lakehouse.contracts.model import Layer
from lakehouse.contracts.star import HISTORY_HOURS
from lakehouse.registry import catalog


def maintain(spark: SparkSession, name: str) -> dict[str, int | str]:
    """OPTIMIZE and VACUUM one gold table by the declared policy; safe at any time.

    A table that was not built yet has nothing to maintain.

    Returns:
        the table, and how many files were compacted away and written instead.
    """
    table = catalog.table(Layer.GOLD, name)
    if not spark.catalog.tableExists(table.full_name):
        return {"table": name, "files_removed": 0, "files_added": 0}
    optimized = spark.sql(f"OPTIMIZE {table.full_name}").first()
    spark.sql(f"VACUUM {table.full_name} RETAIN {HISTORY_HOURS} HOURS")
    assert optimized is not None
    metrics = optimized["metrics"]
    return {
        "table": name,
        "files_removed": int(metrics["numFilesRemoved"]),
        "files_added": int(metrics["numFilesAdded"]),
    }
