"""The tables in which checks leave their results."""

from __future__ import annotations

from lakehouse.contracts.model import Column, Layer, Table

CHECK_RESULT = Table(
    Layer.QUALITY,
    "check_result",
    "The outcome of one check in one build of one table",
    (
        Column("checked_at", "TIMESTAMP", "Moment of the check, UTC", nullable=False),
        Column("ingest_date", "DATE", "Day of the import that was checked", nullable=False),
        Column("layer", "STRING", "Layer of the table", nullable=False),
        Column("table_name", "STRING", "The table", nullable=False),
        Column("check_name", "STRING", "The check", nullable=False),
        Column("severity", "STRING", "fail, warn or quarantine", nullable=False),
        Column("outcome", "STRING", "passed, warned, quarantined or failed", nullable=False),
        Column("broken_rows", "BIGINT", "Rows that broke it", nullable=False),
        Column("reason", "STRING", "What a broken row means"),
    ),
)

STREAM_FILE = Table(
    Layer.QUALITY,
    "stream_file",
    "A file of silver whose events of a stream are in gold",
    (
        Column("stream", "STRING", "The stream", nullable=False),
        Column("path", "STRING", "The file, from the root of HDFS", nullable=False),
        Column("merged_at", "TIMESTAMP", "Moment its events were in gold, UTC", nullable=False),
    ),
)

# One such table a silver table, named alike, in the database `quarantine`.
QUARANTINE_COLUMNS = (
    Column("rule", "STRING", "First rule that the row broke", nullable=False),
    Column("reason", "STRING", "All reasons, in words", nullable=False),
    Column("source_row", "STRING", "The whole row as imported, as JSON", nullable=False),
    Column("ingest_date", "DATE", "Day of the import", nullable=False),
)

TABLES: tuple[Table, ...] = (CHECK_RESULT, STREAM_FILE)
