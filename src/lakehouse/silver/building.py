"""Building one silver table: write aside, check, switch the table to the new files."""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from dataclasses import asdict, dataclass

from pyspark.sql import DataFrame, Observation, SparkSession
from pyspark.sql import functions as F

from lakehouse.builds.ledger import shown_day
from lakehouse.contracts import ddl, places
from lakehouse.contracts.functions import function_of, parameter
from lakehouse.contracts.model import Layer, Rule, Severity, Table
from lakehouse.platform.hdfs import Hdfs
from lakehouse.platform.settings import settings
from lakehouse.quality import quarantine, results
from lakehouse.quality.checks import (
    Result,
    breaks,
    orphans,
    rejected_share,
    rule_results,
    stop_if_failed,
)
from lakehouse.registry import catalog
from lakehouse.silver import judging

log = logging.getLogger(__name__)

# A reader that planned its query before the switch still finds the files of the build before.
_BUILDS_KEPT = 2


class MissingImportError(RuntimeError):
    """Bronze has no import of that day."""


@dataclass(frozen=True)
class SilverReport:
    """What one build did, in rows."""

    table: str
    ingest_date: str
    rows: int
    quarantined: int
    repetitions: int
    folder: str

    def as_dict(self) -> dict[str, str | int]:
        """The report for an asset event."""
        return asdict(self)


def build(spark: SparkSession, name: str, ingest_date: str) -> SilverReport:
    """Build a silver table from one day's import.

    Raises:
        MissingImportError: bronze lacks that day.
        lakehouse.quality.checks.ChecksFailedError: readers keep the table as it was.
    """
    contract = catalog.table(Layer.SILVER, name)
    imports = {parameter(read): catalog.read_by(contract, read) for read in contract.reads}
    inputs = {name: _imported(spark, table, ingest_date) for name, table in imports.items()}
    parents = {r.table: spark.table(contract.sibling(r.table)) for r in contract.references}
    rows = judging.judged(function_of(contract)(**inputs), contract, parents)
    folder = f"{places.folder(contract)}/{_build_name(ingest_date)}"
    counts = _write(rows, contract, settings().hdfs_url + folder)
    written = spark.read.parquet(settings().hdfs_url + folder)
    bad = judging.set_aside(rows) if counts["quarantined"] else None
    quarantine.replace(spark, contract, ingest_date, bad)
    share = rejected_share(
        contract,
        counts["good"],
        counts["quarantined"],
        settings().rejected_share_limit,
        lambda: quarantine.most_frequent(spark, contract, ingest_date),
    )
    outcomes = [share, *_results(written, contract, parents, counts)]
    results.record(spark, contract, ingest_date, outcomes)
    stop_if_failed(contract, outcomes)
    _switch(spark, contract, folder)
    report = SilverReport(
        name, ingest_date, counts["good"], counts["quarantined"], counts["repetitions"], folder
    )
    log.info("%s", report)
    return report


def _imported(spark: SparkSession, bronze: Table, ingest_date: str) -> DataFrame:
    if not Hdfs().exists(places.import_folder(bronze, ingest_date)):
        raise MissingImportError(
            f"{bronze.full_name} has no import of {ingest_date}; "
            f"run ./lakehouse run --all --date {ingest_date}"
        )
    rows = spark.table(bronze.full_name).filter(F.col("ingest_date") == ingest_date)
    return rows.drop("ingest_date")


def _build_name(ingest_date: str) -> str:
    return f"{ingest_date}.{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%S}.{uuid.uuid4().hex[:6]}"


def built_from(spark: SparkSession, contract: Table) -> str:
    """The day of the import that a silver table shows now (YYYY-MM-DD)."""
    return shown_day(contract, _location(spark, contract))


def _row_rules(contract: Table) -> list[Rule]:
    return [r for r in contract.rules if r.severity is not Severity.QUARANTINE]


def _write(rows: DataFrame, contract: Table, address: str) -> dict[str, int]:
    """Write the good rows; count, in the same pass, every kind of row and broken rule."""
    seen = Observation("judged")
    kept = Observation("kept")
    observed = rows.observe(
        seen,
        F.count_if(judging.broken()).alias("quarantined"),
        F.count_if(judging.IS_REPETITION).alias("repetitions"),
    )
    good = observed.filter(judging.good()).observe(
        kept, F.count(F.lit(1)).alias("good"), *[breaks(rule) for rule in _row_rules(contract)]
    )
    good.select(*contract.column_names).write.mode("overwrite").parquet(address)
    return {**seen.get, **kept.get}


def _results(
    written: DataFrame, contract: Table, parents: dict[str, DataFrame], counts: dict[str, int]
) -> list[Result]:
    set_aside = Result(
        "rows_in_quarantine",
        Severity.QUARANTINE,
        counts["quarantined"],
        "rows broke a rule; see ./lakehouse quarantine",
    )
    warned = [
        orphans(written, reference, parents[reference.table])
        for reference in contract.references
        if reference.severity is not Severity.QUARANTINE
    ]
    return [set_aside, *rule_results(_row_rules(contract), counts), *warned]


def _switch(spark: SparkSession, contract: Table, folder: str) -> None:
    """Point the table at its new files: one change in the metastore, so none sees a mixture."""
    address = settings().hdfs_url + folder
    spark.sql(f"CREATE DATABASE IF NOT EXISTS {contract.database}")
    if _is_current(spark, contract):
        spark.sql(f"ALTER TABLE {contract.full_name} SET LOCATION {ddl.literal(address)}")
    else:
        spark.sql(f"DROP TABLE IF EXISTS {contract.full_name}")
        spark.sql(ddl.create(contract, "parquet", address))
    _forget_old_builds(contract, folder)


def _forget_old_builds(contract: Table, current: str) -> None:
    files, root = Hdfs(), places.folder(contract)
    others = [name for name in files.names(root) if not current.endswith(name)]
    oldest_first = sorted(others, key=lambda name: name.split(".")[1])
    for name in oldest_first[: -(_BUILDS_KEPT - 1)]:
        files.delete(f"{root}/{name}")


def _is_current(spark: SparkSession, contract: Table) -> bool:
    """Whether the table exists with the contract's columns."""
    if not spark.catalog.tableExists(contract.full_name):
        return False
    declared = [(c.name, c.type.lower()) for c in contract.columns]
    return spark.table(contract.full_name).dtypes == declared


def _location(spark: SparkSession, contract: Table) -> str:
    described = spark.sql(f"DESCRIBE TABLE EXTENDED {contract.full_name}")
    row = described.filter("col_name = 'Location'").first()
    if row is None:
        raise LookupError(f"{contract.full_name} has no location")
    return str(row["data_type"])
