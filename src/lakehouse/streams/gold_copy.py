"""What the streams look up in gold, kept beside the checkpoints.

Gold is read once and copied to a small local file, so that no query ever waits for HDFS. Where HDFS
or gold is away, the copy of an earlier time serves; without one nothing is known, the columns stay
empty, and the streams start all the same. The driver asks for the versions of gold from time to
time, and starts the queries of events with a new copy when they have changed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet
from pyspark.sql import DataFrame, SparkSession

from lakehouse.contracts import places
from lakehouse.contracts.model import Table
from lakehouse.platform.hdfs import Hdfs
from lakehouse.platform.settings import Settings
from lakehouse.streams import enriching
from lakehouse.streams.enriching import Known
from lakehouse.workloads.shop.contracts.gold import DIM_CUSTOMER, DIM_PRODUCT
from lakehouse.workloads.shop.gold.versions import current

READ = (DIM_PRODUCT, DIM_CUSTOMER)


@dataclass(frozen=True)
class _Lookup:
    """One of the tables looked up: where it comes from, what is kept of it, as which types."""

    table: Table
    keep: Callable[[DataFrame], DataFrame]
    schema: pa.Schema


_CATEGORIES = _Lookup(
    DIM_PRODUCT,
    enriching.product_categories,
    pa.schema([("product_id", pa.string()), ("product_category", pa.string())]),
)
_STATES = _Lookup(
    DIM_CUSTOMER,
    lambda dim_customer: enriching.customer_states(current(dim_customer)),
    pa.schema([("user_id", pa.int64()), ("customer_state", pa.string())]),
)


def known(session: SparkSession, config: Settings, folder: Path, seen: Mapping[str, str]) -> Known:
    """What gold knows, or knew when it was last seen.

    Args:
        session: the session whose streams look it up.
        config: where HDFS is.
        folder: where the copies are kept.
        seen: versions of the tables that are there now; the others are not read.
    """
    folder.mkdir(parents=True, exist_ok=True)
    frames = []
    for lookup in (_CATEGORIES, _STATES):
        copy = folder / f"{lookup.table.name}.parquet"
        if lookup.table.name in seen:
            _copy(session, config, lookup, copy)
        frames.append(session.createDataFrame(_kept(lookup, copy)))
    return Known(*frames)


def versions(config: Settings) -> dict[str, str]:
    """The newest entry in the log of each table that is there; nothing where HDFS is away."""
    files = Hdfs(config)
    found = {}
    try:
        for table in READ:
            log = f"{places.folder(table)}/_delta_log"
            if files.exists(log):
                # other files lie beside those that are named by their version
                found[table.name] = max(name for name in files.names(log) if name[0].isdigit())
    except (OSError, ValueError):
        return {}
    return found


def _copy(session: SparkSession, config: Settings, lookup: _Lookup, copy: Path) -> None:
    rows = lookup.keep(_read(session, config, lookup.table)).toArrow().cast(lookup.schema)
    partial = copy.with_suffix(".partial")
    parquet.write_table(rows, partial)
    os.replace(partial, copy)


def _read(session: SparkSession, config: Settings, table: Table) -> DataFrame:
    return session.read.format("delta").load(config.hdfs_url + places.folder(table))


def _kept(lookup: _Lookup, copy: Path) -> pa.Table:
    return parquet.read_table(copy) if copy.exists() else lookup.schema.empty_table()
