"""What streams left in silver: folders by the hour of arrival, their files, their Hive table."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from pyspark.sql import DataFrame, SparkSession

from lakehouse.contracts import ddl, places
from lakehouse.contracts.model import Table
from lakehouse.platform.hdfs import Hdfs
from lakehouse.platform.settings import settings

SUFFIX = ".parquet"
_DAY = re.compile(r"ingest_date=(\d{4}-\d{2}-\d{2})")
_HOUR = re.compile(r"ingest_hour=(\d{1,2})")
# folders are many after months, and each is one short question
_AT_ONCE = 8


@dataclass(frozen=True)
class Hour:
    """The folder of what arrived in one hour, with the paths of its files."""

    ingest_date: str
    ingest_hour: int
    folder: str
    files: tuple[str, ...]

    @property
    def end(self) -> dt.datetime:
        """The moment after which nothing new arrives in it."""
        day = dt.datetime.fromisoformat(self.ingest_date).replace(tzinfo=dt.UTC)
        return day + dt.timedelta(hours=self.ingest_hour + 1)

    @property
    def partition(self) -> str:
        """The partition of the Hive table, as SQL names it."""
        return f"ingest_date = DATE'{self.ingest_date}', ingest_hour = {self.ingest_hour}"


def hours(contract: Table) -> list[Hour]:
    """Every hour in which events of a stream arrived; none where there is no folder yet."""
    root, files = places.folder(contract), Hdfs()
    days = [f"{root}/{name}" for name in _names(files, root) if _DAY.fullmatch(name)]
    folders = [
        f"{day}/{name}" for day in days for name in _names(files, day) if _HOUR.fullmatch(name)
    ]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(lambda folder: _hour(files, folder), folders))


def register(spark: SparkSession, contract: Table, found: Iterable[Hour]) -> None:
    """Create the Hive table where it is missing, and show it the hours it does not know."""
    if not spark.catalog.tableExists(contract.full_name):
        spark.sql(f"CREATE DATABASE IF NOT EXISTS {contract.database}")
        location = settings().hdfs_url + places.folder(contract)
        spark.sql(ddl.create(contract, "parquet", location))
    shown = {row[0] for row in spark.sql(f"SHOW PARTITIONS {contract.full_name}").collect()}
    missing = [
        f"PARTITION ({hour.partition}) LOCATION {ddl.literal(settings().hdfs_url + hour.folder)}"
        for hour in found
        if f"ingest_date={hour.ingest_date}/ingest_hour={hour.ingest_hour}" not in shown
    ]
    if missing:
        spark.sql(f"ALTER TABLE {contract.full_name} ADD IF NOT EXISTS {' '.join(missing)}")


def read(spark: SparkSession, contract: Table, paths: Sequence[str]) -> DataFrame:
    """The events in files of a stream, without the columns that stand in the folders' names."""
    kept = [column for column in contract.columns if column.name not in contract.partition]
    schema = ", ".join(f"{column.name} {column.type}" for column in kept)
    if not paths:
        return spark.createDataFrame([], schema)
    return spark.read.schema(schema).parquet(*[settings().hdfs_url + path for path in paths])


def _hour(files: Hdfs, folder: str) -> Hour:
    day, hour = _DAY.search(folder), _HOUR.search(folder)
    assert day is not None and hour is not None
    names = [name for name in _names(files, folder) if name.endswith(SUFFIX)]
    paths = tuple(f"{folder}/{name}" for name in names)
    return Hour(day.group(1), int(hour.group(1)), folder, paths)


def _names(files: Hdfs, folder: str) -> list[str]:
    try:
        return files.names(folder)
    except FileNotFoundError:
        return []
