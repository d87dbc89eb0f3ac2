"""Small files of the streams made into one an hour, each event once.

Only files whose events are in gold are touched, and only those that were there at the start: new
ones keep arriving beside them. A crash leaves doubles at worst, which the next run removes.
"""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from pyspark.sql import Observation, SparkSession
from pyspark.sql import functions as F

from lakehouse.contracts import places
from lakehouse.contracts.model import Layer, Table
from lakehouse.contracts.streams import MOST_FILES_OF_AN_HOUR
from lakehouse.platform.hdfs import Hdfs
from lakehouse.platform.settings import settings
from lakehouse.quality import merged_files
from lakehouse.registry import catalog
from lakehouse.silver import arrivals
from lakehouse.silver.arrivals import Hour

log = logging.getLogger(__name__)

_COMPACTED = "compacted-"
# bundles of an hour are still written a while after it
_GRACE = dt.timedelta(minutes=10)


@dataclass(frozen=True)
class CompactionReport:
    """What one compaction did, over all hours that it touched."""

    table: str
    ingest_date: str
    hours: int
    rows: int
    doubles_removed: int
    files_before: int
    files_after: int

    def as_dict(self) -> dict[str, str | int]:
        """The report for an asset event."""
        return asdict(self)


def compact(
    spark: SparkSession, name: str, ingest_date: str, now: dt.datetime | None = None
) -> CompactionReport:
    """Compact every hour of a stream that is due, whatever its day.

    Args:
        spark: the session.
        name: the silver table of the stream.
        ingest_date: day that the report is for.
        now: hours that are over by then are due (UTC); the present moment if None.
    """
    contract = catalog.table(Layer.SILVER, name)
    found = arrivals.hours(contract)
    merged = merged_files.known(spark, name)
    # of a run that was killed
    Hdfs().delete(_aside(contract))
    chosen = list(due(found, merged, now or dt.datetime.now(dt.UTC)))
    targets = [f"{hour.folder}/{_COMPACTED}{uuid.uuid4().hex}{arrivals.SUFFIX}" for hour in chosen]
    if targets:
        # noted before they are seen: no build may take them for new
        merged_files.add(spark, name, targets)
    read = kept = 0
    for hour, target in zip(chosen, targets, strict=True):
        before, after = _rewritten(spark, contract, hour, target)
        read, kept = read + before, kept + after
    there = {path for hour in found for path in hour.files}
    replaced = {path for hour in chosen for path in hour.files}
    merged_files.forget(spark, name, (merged - there) | replaced)
    report = CompactionReport(
        name, ingest_date, len(chosen), kept, read - kept, len(replaced), len(chosen)
    )
    log.info("%s", report)
    return report


def due(found: list[Hour], merged: set[str], now: dt.datetime) -> Iterator[Hour]:
    """Hours to compact: all of it in gold, and over or with too many files already."""
    for hour in found:
        is_over = hour.end + _GRACE < now
        is_due = len(hour.files) > MOST_FILES_OF_AN_HOUR or (is_over and not _is_compact(hour))
        if is_due and merged.issuperset(hour.files):
            yield hour


def _is_compact(hour: Hour) -> bool:
    """Nothing to do: no file, or one that is of a compaction; others may hold an event twice."""
    return not hour.files or (len(hour.files) == 1 and _COMPACTED in hour.files[0])


def _rewritten(spark: SparkSession, contract: Table, hour: Hour, target: str) -> tuple[int, int]:
    """Put one file in the place of an hour's files; rows before and after."""
    files = Hdfs()
    aside = f"{_aside(contract)}/{target.rsplit('/', 1)[1]}"
    seen, kept = Observation("seen"), Observation("kept")
    rows = F.count(F.lit(1)).alias("rows")
    events = arrivals.read(spark, contract, hour.files).observe(seen, rows)
    once = events.dropDuplicates(list(contract.grain)).observe(kept, rows)
    # as streams write moments; Spark's own way keeps no smallest and largest of a file
    spark.conf.set("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS")
    in_order = once.coalesce(1).sortWithinPartitions("occurred_at")
    in_order.write.parquet(settings().hdfs_url + aside)
    (written,) = [name for name in files.names(aside) if name.endswith(arrivals.SUFFIX)]
    files.rename(f"{aside}/{written}", target)
    files.delete(aside)
    for path in hour.files:
        files.delete(path)
    return int(seen.get["rows"]), int(kept.get["rows"])


def _aside(contract: Table) -> str:
    return places.aside_folder(contract, "compaction")
