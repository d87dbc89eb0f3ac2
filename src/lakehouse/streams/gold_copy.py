"""What the streams look up in gold, kept beside the checkpoints.

Gold is read once and copied to a small local file, so that no query ever waits for HDFS. Where HDFS
or gold is away, the copy of an earlier time serves; without one nothing is known, the columns stay
empty, and the streams start all the same. The driver asks for the versions of gold from time to
time, and starts the queries of events with a new copy when they have changed.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet
from pyspark.sql import DataFrame, SparkSession

from lakehouse.contracts import places
from lakehouse.contracts.functions import named
from lakehouse.contracts.model import Table
from lakehouse.contracts.streams import Lookup
from lakehouse.platform.hdfs import Hdfs
from lakehouse.platform.settings import Settings
from lakehouse.registry.catalog import LOOKUPS
from lakehouse.streams.enriching import Known

# as files of the local copies hold the types of Spark
_ARROW = {"STRING": pa.string(), "BIGINT": pa.int64()}


def known(session: SparkSession, config: Settings, folder: Path, seen: Mapping[str, str]) -> Known:
    """What gold knows, or knew when it was last seen.

    Args:
        session: the session whose streams look it up.
        config: where HDFS is.
        folder: where the copies are kept.
        seen: versions of the tables that are there now; the others are not read.
    """
    folder.mkdir(parents=True, exist_ok=True)
    found = {}
    for lookup in LOOKUPS:
        copy = folder / f"{lookup.copy}.parquet"
        if lookup.table.full_name in seen:
            _copy(session, config, lookup, copy)
        found[lookup.copy] = session.createDataFrame(_kept(lookup, copy))
    return found


def versions(config: Settings) -> dict[str, str]:
    """The newest entry in the log of each table that is there; nothing where HDFS is away."""
    files = Hdfs(config)
    found = {}
    try:
        for table in dict.fromkeys(lookup.table for lookup in LOOKUPS):
            log = f"{places.folder(table)}/_delta_log"
            if files.exists(log):
                # other files lie beside those that are named by their version
                found[table.full_name] = max(name for name in files.names(log) if name[0].isdigit())
    except (OSError, ValueError):
        return {}
    return found


def _copy(session: SparkSession, config: Settings, lookup: Lookup, copy: Path) -> None:
    rows = named(lookup.rows)(_read(session, config, lookup.table))
    kept = rows.select(lookup.key.name, lookup.column.name).toArrow().cast(_schema(lookup))
    partial = copy.with_suffix(".partial")
    parquet.write_table(kept, partial)
    os.replace(partial, copy)


def _read(session: SparkSession, config: Settings, table: Table) -> DataFrame:
    return session.read.format("delta").load(config.hdfs_url + places.folder(table))


def _kept(lookup: Lookup, copy: Path) -> pa.Table:
    return parquet.read_table(copy) if copy.exists() else _schema(lookup).empty_table()


def _schema(lookup: Lookup) -> pa.Schema:
    return pa.schema((column.name, _ARROW[column.type]) for column in (lookup.key, lookup.column))
