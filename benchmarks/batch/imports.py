"""Copying source tables: Sqoop and Spark JDBC to Avro on HDFS, plain COPY to a local file."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Callable

from benchmarks.batch.lake import Lake
from benchmarks.measuring import Comparison, interleaved
from lakehouse.bronze import jdbc, sqoop
from lakehouse.contracts import places
from lakehouse.contracts.model import Layer, Table
from lakehouse.platform import postgres
from lakehouse.platform.hdfs import Hdfs
from lakehouse.platform.settings import settings
from lakehouse.registry import catalog

SQOOP = "Sqoop"
SPARK = "Spark JDBC"
COPY = "COPY"
TABLES = ("orders", "order_items", "order_payments", "order_reviews", "customers", "closed_deals")


def compare(lake: Lake, orders: int, rounds: int) -> Comparison:
    """Copy the same tables in the three ways; every copy is deleted at once."""
    lake.filled(orders)
    tables = [catalog.table(Layer.SOURCE, name) for name in TABLES]
    found = interleaved(
        f"{len(tables)} source tables, {orders:,} orders",
        SQOOP,
        {
            SQOOP: {t.name: _to_hdfs(t, lambda t, folder: sqoop.copy(t, folder)) for t in tables},
            SPARK: {
                t.name: _to_hdfs(t, lambda t, folder: jdbc.copy(lake.session, t, folder))
                for t in tables
            },
            COPY: {t.name: _to_file(t) for t in tables},
        },
        rounds,
    )
    found.notes.append("tables: " + ", ".join(TABLES))
    found.notes.append("Sqoop and Spark write Avro to HDFS, COPY writes CSV to a local file")
    found.notes.append("counting, renaming and registering a day are in none of the three")
    return found


def _to_hdfs(table: Table, copy: Callable[[Table, str], None]) -> Callable[[], object]:
    def work() -> None:
        folder = places.aside_folder(table, f"benchmark-{uuid.uuid4().hex[:8]}")
        Hdfs().make_folder(folder.rsplit("/", 1)[0])
        copy(table, folder)
        Hdfs().delete(folder)

    return work


def _to_file(table: Table) -> Callable[[], object]:
    def work() -> None:
        target = settings().state_dir / f"{table.name}.csv"
        with (
            contextlib.closing(postgres.connect(table.source_database, "reader")) as server,
            server.cursor() as cursor,
            target.open("wb") as stream,
        ):
            cursor.copy_expert(f'COPY "{table.name}" TO STDOUT WITH (FORMAT csv)', stream)
        target.unlink()

    return work
