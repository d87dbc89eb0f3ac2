"""Building one gold table: compute, check, merge by grain."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession

from lakehouse.contracts import ddl, places
from lakehouse.contracts.functions import function_of, parameter
from lakehouse.contracts.model import Layer, Severity, Table
from lakehouse.gold.keys import with_keys, with_unknown_member
from lakehouse.gold.sources import check_days
from lakehouse.platform.settings import settings
from lakehouse.quality import results
from lakehouse.quality.checks import (
    ROWS,
    Result,
    count_violations,
    promises,
    results_of,
    stop_if_failed,
)
from lakehouse.registry import catalog

log = logging.getLogger(__name__)

INCOMING = "incoming"


@dataclass(frozen=True)
class GoldReport:
    """What one build changed, in rows."""

    table: str
    ingest_date: str
    rows: int
    inserted: int
    updated: int
    deleted: int

    def as_dict(self) -> dict[str, str | int]:
        """The report for an asset event."""
        return asdict(self)


def build(spark: SparkSession, name: str, ingest_date: str) -> GoldReport:
    """Build a gold table from silver and from the gold tables it points at.

    Raises:
        lakehouse.gold.sources.SilverDayError: silver holds other days.
        lakehouse.quality.checks.ChecksFailedError: readers keep the table as it was.
    """
    contract = catalog.table(Layer.GOLD, name)
    check_days(spark, contract, ingest_date)
    ensure_table(spark, contract)
    return publish(spark, contract, computed(spark, contract), ingest_date)


def publish(
    spark: SparkSession, contract: Table, computed_rows: DataFrame, ingest_date: str
) -> GoldReport:
    """Check rows by their contract and merge them into its table, which exists.

    Raises:
        lakehouse.quality.checks.ChecksFailedError: readers keep the table as it was.
    """
    with incoming(spark, computed_rows) as rows:
        count, outcomes = checked(spark, contract)
        results.record(spark, contract, ingest_date, outcomes)
        stop_if_failed(contract, outcomes)
        inserted, updated, deleted = _merged(spark, rows, contract, count)
    report = GoldReport(contract.name, ingest_date, count, inserted, updated, deleted)
    log.info("%s", report)
    return report


def computed(spark: SparkSession, contract: Table) -> DataFrame:
    """The rows that a gold table should hold, with keys and unknown member."""
    inputs = {parameter(read): _input(spark, contract, read) for read in contract.reads}
    rows = function_of(contract)(**inputs)
    if contract.columns[0].key and contract.columns[0].type == "BIGINT":
        rows = with_keys(rows, spark.table(contract.full_name), contract)
    if contract.unknown_member:
        rows = with_unknown_member(rows, contract)
    return rows.select(*contract.column_names)


def ensure_table(spark: SparkSession, contract: Table) -> None:
    """Create the table where it is missing; add columns that its contract gained."""
    if not spark.catalog.tableExists(contract.full_name):
        spark.sql(f"CREATE DATABASE IF NOT EXISTS {contract.database}")
        location = settings().hdfs_url + places.folder(contract)
        spark.sql(ddl.create(contract, "delta", location))
        return
    present = set(spark.table(contract.full_name).columns)
    gained = [column for column in contract.columns if column.name not in present]
    if gained:
        spark.sql(f"ALTER TABLE {contract.full_name} ADD COLUMNS ({ddl.columns(gained)})")


def _input(spark: SparkSession, contract: Table, name: str) -> DataFrame:
    read = catalog.read_by(contract, name)
    is_batch = contract in catalog.batch(Layer.GOLD)
    if not is_batch and not spark.catalog.tableExists(read.full_name):
        # before the star schema is built events wait in silver, so there is nothing to look up
        return spark.createDataFrame([], ddl.columns(read.columns))
    return spark.table(read.full_name)


@contextmanager
def incoming(spark: SparkSession, rows: DataFrame) -> Iterator[DataFrame]:
    """Rows as the cached view `incoming`, for the statements that check and merge them.

    Spark Connect sends and analyses the whole plan with each action on a DataFrame; statements
    on a view refer to a plan that is analysed once.
    """
    rows.createOrReplaceTempView(INCOMING)
    kept = spark.table(INCOMING).persist()
    try:
        yield kept
    finally:
        kept.unpersist()


def checked(spark: SparkSession, contract: Table) -> tuple[int, list[Result]]:
    """The number of incoming rows, and the outcome of every check of their contract."""
    rules = [*promises(contract), *contract.rules]
    references = [r for r in contract.references if r.severity is Severity.FAIL]
    try:
        counts = count_violations(spark, INCOMING, contract, rules, references)
    except AnalysisException:
        # without rows there are no orphans, whether the dimensions are built yet or not
        counts = count_violations(spark, INCOMING, contract, rules, [])
        if counts[ROWS]:
            raise
        references = []
    return counts[ROWS], results_of(counts, contract, rules, references)


def _merged(
    spark: SparkSession, rows: DataFrame, contract: Table, count: int
) -> tuple[int, int, int]:
    """Bring the table to the given rows; where nothing differs, nothing is written."""
    if spark.table(contract.full_name).isEmpty():
        if not count:
            return 0, 0, 0
        # not an append: a retry beside the try it replaces would double the rows
        rows.write.format("delta").mode("overwrite").saveAsTable(contract.full_name)
        return count, 0, 0
    counted = spark.sql(difference_statement(contract)).first()
    assert counted is not None
    inserted, updated, deleted = (int(number) for number in counted)
    if inserted or updated or deleted:
        spark.sql(merge_statement(contract)).collect()
    return inserted, updated, deleted


def difference_statement(contract: Table) -> str:
    """Counts rows to insert, to update and to delete."""
    key = contract.grain[0]
    return (
        f"SELECT count_if(old.{key} IS NULL), "
        f"count_if(old.{key} = new.{key} AND ({_changed(contract)})), "
        f"count_if(new.{key} IS NULL)\n"
        f"FROM {contract.full_name} AS old FULL JOIN {INCOMING} AS new ON {_same(contract)}"
    )


def merge_statement(contract: Table) -> str:
    """MERGE by grain: changed rows are updated, new ones inserted, those gone deleted."""
    return (
        f"MERGE INTO {contract.full_name} AS old USING {INCOMING} AS new ON {_same(contract)}\n"
        f"WHEN MATCHED AND ({_changed(contract)}) THEN UPDATE SET *\n"
        "WHEN NOT MATCHED THEN INSERT *\n"
        "WHEN NOT MATCHED BY SOURCE THEN DELETE"
    )


def _same(contract: Table) -> str:
    return " AND ".join(f"old.{c} = new.{c}" for c in contract.grain)


def _changed(contract: Table) -> str:
    others = [c for c in contract.column_names if c not in contract.grain]
    return " OR ".join(f"old.{c} IS DISTINCT FROM new.{c}" for c in others)
