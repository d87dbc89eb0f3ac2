"""Import by Spark's JDBC reader: the same files as Sqoop's, by the warm engine."""

from __future__ import annotations

from pyspark.sql import SparkSession

from lakehouse.contracts.model import Table
from lakehouse.platform import postgres
from lakehouse.platform.settings import settings

_ROWS_A_FETCH = "5000"


def copy(spark: SparkSession, source: Table, folder: str) -> None:
    """Copy a source table to a new folder on HDFS, as Avro in one file."""
    login = postgres.login(source.source_database, "reader")
    rows = spark.read.jdbc(
        login.jdbc,
        f'"{source.name}"',
        properties={
            "driver": "org.postgresql.Driver",
            "user": login.user,
            "password": login.password,
            "fetchsize": _ROWS_A_FETCH,
        },
    )
    chosen = rows.select(*source.column_names)
    chosen.coalesce(1).write.format("avro").save(settings().hdfs_url + folder)
