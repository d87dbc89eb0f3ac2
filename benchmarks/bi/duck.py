"""The same queries by DuckDB, on copies of the very files that the engine reads."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlparse

import duckdb

from benchmarks.bi.gold import TABLES
from lakehouse.contracts.model import Table
from lakehouse.platform.hdfs import Hdfs

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Rows = list[tuple[Any, ...]]
# functions of Spark that DuckDB lacks
_MACROS = "CREATE MACRO try_divide(a, b) AS a / nullif(b, 0)"


class Duck:
    """A database over copies of gold's files."""

    def __init__(self, session: SparkSession, folder: Path, threads: int) -> None:
        self._database = duckdb.connect()
        self._database.execute(f"SET threads = {threads}; SET TimeZone = 'UTC'")
        self._database.execute(_MACROS)
        self._database.execute("CREATE SCHEMA gold")
        for table in TABLES:
            _fetch(session, table, folder / table.name)
            files = folder / table.name / "**" / "*.parquet"
            self._database.execute(
                f"CREATE VIEW {table.full_name} AS "
                f"SELECT * FROM read_parquet('{files}', hive_partitioning = true)"
            )

    def ask(self, statement: str) -> Rows:
        """Rows of a visual's query, which is written for Spark."""
        return self._database.execute(_for_duckdb(statement)).fetchall()

    def close(self) -> None:
        """Let go of the files."""
        self._database.close()


def _for_duckdb(statement: str) -> str:
    """Spark SQL in DuckDB's words: quotes around names, and no mark behind decimals."""
    return re.sub(r"\b(\d+(\.\d+)?)BD\b", r"\1", statement).replace("`", '"')


def _fetch(session: SparkSession, table: Table, folder: Path) -> None:
    """Copy the files of the table's newest version, in their folders of partitions."""
    for address in session.table(table.full_name).inputFiles():
        path = unquote(urlparse(address).path)
        # folders of partitions stand between the table's own folder and the file
        parts = [part for part in path.split("/")[:-1] if "=" in part]
        target = folder.joinpath(*parts, Path(path).name)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(Hdfs().read(path))
