"""One day's import of one source table: aside, counted against the source, then into place."""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import uuid
from dataclasses import asdict, dataclass

from pyspark.sql import SparkSession

from lakehouse.bronze import jdbc, sqoop
from lakehouse.bronze.content import content_of
from lakehouse.contracts import ddl, places
from lakehouse.contracts.model import Layer, Severity, Table
from lakehouse.platform import postgres
from lakehouse.platform.hdfs import Hdfs
from lakehouse.platform.settings import settings
from lakehouse.quality import results
from lakehouse.quality.checks import Result
from lakehouse.registry import catalog

log = logging.getLogger(__name__)


class ImportMismatchError(RuntimeError):
    """The import holds another number of rows than the source; nothing was replaced."""


@dataclass(frozen=True)
class ImportReport:
    """What one import did."""

    table: str
    ingest_date: str
    engine: str
    rows: int
    read_on: str
    content: str

    def as_dict(self) -> dict[str, str | int]:
        """The report for an asset event."""
        return asdict(self)


def import_table(spark: SparkSession, name: str, ingest_date: str) -> ImportReport:
    """Import a source table to bronze, replacing what the same day had.

    Raises:
        ImportMismatchError: rows were lost or doubled on the way.
    """
    bronze = catalog.table(Layer.BRONZE, name)
    source = catalog.read_by(bronze, bronze.name)
    engine = settings().ingest_engine
    aside = places.aside_folder(bronze, f"{ingest_date}-{uuid.uuid4().hex[:8]}")
    before = count_source(source)
    try:
        _copy(spark, source, aside, engine)
        copied = spark.read.format("avro").load(settings().hdfs_url + aside)
        found = content_of(copied.select(*source.column_names))
        rows = found.rows
        if rows not in (before, count_source(source)):
            raise ImportMismatchError(f"{name}: the source has {before} rows, the import {rows}")
        _replace(places.import_folder(bronze, ingest_date), aside)
    finally:
        Hdfs().delete(aside)
    _register(spark, bronze, ingest_date)
    read_on = dt.datetime.now(dt.UTC).date().isoformat()
    record_other_day(spark, bronze, ingest_date, read_on, rows)
    log.info("%s: %d rows for %s by %s, read on %s", name, rows, ingest_date, engine, read_on)
    return ImportReport(name, ingest_date, engine, rows, read_on, str(found))


def record_other_day(
    spark: SparkSession, bronze: Table, ingest_date: str, read_on: str, rows: int
) -> None:
    """Record an import that is filed under a day other than that on which its source was read.

    A source holds only its present rows, whatever day is asked for. Imports under their own day
    write nothing: one Delta commit per import costs more than the row is worth.

    Args:
        spark: the session.
        bronze: the imported table.
        ingest_date: day that the import is filed under, YYYY-MM-DD.
        read_on: day in UTC on which the source was read, YYYY-MM-DD.
        rows: rows imported.
    """
    if read_on == ingest_date:
        return
    reason = f"the source was read on {read_on}; it keeps no rows of other days"
    found = Result("read_on_its_day", Severity.WARN, rows, reason)
    results.record(spark, bronze, ingest_date, [found])


def count_source(source: Table) -> int:
    """Rows of a table in its source database."""
    with (
        contextlib.closing(postgres.connect(source.source_database, "reader")) as server,
        server.cursor() as cursor,
    ):
        cursor.execute(f'SELECT count(*) FROM "{source.name}"')
        counted = cursor.fetchone()
    assert counted is not None
    return int(counted[0])


def _copy(spark: SparkSession, source: Table, folder: str, engine: str) -> None:
    if engine == "sqoop":
        sqoop.copy(source, folder)
    else:
        jdbc.copy(spark, source, folder)


def _replace(folder: str, new: str) -> None:
    """Put a folder in place of another; the old one is deleted only when the new one stands."""
    files, old = Hdfs(), f"{new}.old"
    files.make_folder(folder.rsplit("/", 1)[0])
    if files.exists(folder):
        files.rename(folder, old)
    files.rename(new, folder)
    files.delete(old)


def _register(spark: SparkSession, bronze: Table, ingest_date: str) -> None:
    spark.sql(f"CREATE DATABASE IF NOT EXISTS {bronze.database}")
    location = settings().hdfs_url + places.folder(bronze)
    spark.sql(ddl.create(bronze, "avro", location))
    spark.sql(
        f"ALTER TABLE {bronze.full_name} ADD IF NOT EXISTS "
        f"PARTITION (ingest_date = DATE'{ingest_date}')"
    )
