"""Silver to gold on the warm engine, and by DuckDB from the same files; the results are equal."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import duckdb

from benchmarks.batch.duck import build_star, duck_type
from benchmarks.batch.lake import GOLD_AGAIN, GOLD_FIRST, GOLD_TABLES, SILVER_TABLES, Lake
from benchmarks.batch.profile import Profile
from benchmarks.measuring import Comparison, interleaved, tell
from lakehouse.contracts import places
from lakehouse.contracts.model import Column, Table
from lakehouse.gold.building import computed
from lakehouse.platform.hdfs import Hdfs
from lakehouse.platform.settings import settings

ENGINE = "warm engine"
DUCKDB = "DuckDB"
_ASIDE = f"{places.ASIDE}/benchmark-gold"


class UnequalError(RuntimeError):
    """The two engines made different tables: their times say nothing."""


def compare(lake: Lake, orders: int, rounds: int) -> Comparison:
    """Compute all gold tables from silver's files and write them as Parquet, both ways.

    Raises:
        UnequalError: a table differs.
    """
    filled = lake.filled(orders)
    folder = settings().state_dir / "compared"
    silver, duck, engine = (folder / name for name in ("silver", "duckdb", "engine"))
    _fetch_silver(lake, silver)
    duck.mkdir(parents=True)
    threads = _threads()
    profile = Profile()
    found = interleaved(
        f"{len(GOLD_TABLES)} gold tables from silver, {orders:,} orders",
        DUCKDB,
        {
            ENGINE: {"all": _on_engine(lake, profile)},
            DUCKDB: {"all": lambda: build_star(silver, duck, threads)},
        },
        rounds,
    )
    _fetch_gold(engine)
    rows = sum(_require_equal(table, engine, duck) for table in GOLD_TABLES)
    shutil.rmtree(folder)
    Hdfs().delete(_ASIDE)
    found.notes += [
        f"both made the same {rows:,} rows in {len(GOLD_TABLES)} tables, compared value by value",
        f"{threads} threads each; the engine reads and writes HDFS, DuckDB local files",
        "the engine looks keys up in the tables that stand, DuckDB numbers anew",
        *profile.notes(),
        *_real_builds(filled.seconds, found.median(DUCKDB)),
    ]
    return found


def _real_builds(seconds: dict[str, float], duckdb_seconds: float) -> list[str]:
    """The same work as DAGs do it: with checks, results kept, and Delta MERGE by grain."""
    return [
        f"real builds, {step}: {seconds[step]:.1f} s, "
        f"{seconds[step] / duckdb_seconds:.1f} times DuckDB (checks, results and Delta in it)"
        for step in (GOLD_FIRST, GOLD_AGAIN)
        if step in seconds
    ]


def _threads() -> int:
    """As many as the warm engine has."""
    found = re.fullmatch(r"local\[(\d+)\]", settings().spark_master)
    return int(found.group(1)) if found else 2


def _on_engine(lake: Lake, profile: Profile) -> Callable[[], object]:
    def build(table: Table) -> None:
        rows = computed(lake.session, table)
        rows.write.mode("overwrite").parquet(f"{settings().hdfs_url}{_ASIDE}/{table.name}")

    def work() -> None:
        with profile.round():
            for table in GOLD_TABLES:
                profile.table(table.name, partial(build, table))

    return work


def _fetch_silver(lake: Lake, target: Path) -> None:
    for table in SILVER_TABLES:
        files = lake.session.table(table.full_name).inputFiles()
        _fetch([file.removeprefix(settings().hdfs_url) for file in files], target / table.name)
    tell(f"silver's files fetched to {target}")


def _fetch_gold(target: Path) -> None:
    for table in GOLD_TABLES:
        folder = f"{_ASIDE}/{table.name}"
        names = [name for name in Hdfs().names(folder) if name.endswith(".parquet")]
        _fetch([f"{folder}/{name}" for name in names], target / table.name)


def _fetch(files: list[str], target: Path) -> None:
    target.mkdir(parents=True)
    for file in files:
        (target / file.rsplit("/", 1)[1]).write_bytes(Hdfs().read(file))


def _require_equal(table: Table, engine: Path, duck: Path) -> int:
    """Rows of a table, where every one of them has its equal on the other side."""
    columns = ", ".join(_compared(column) for column in table.columns)
    with duckdb.connect() as database:
        database.execute("SET TimeZone = 'UTC'")
        for name, files in (
            ("ours", engine / table.name / "*.parquet"),
            ("theirs", duck / f"{table.name}.parquet"),
        ):
            database.execute(
                f"CREATE TABLE {name} AS SELECT {columns} FROM read_parquet('{files}')"
            )
        for one, other in (("ours", "theirs"), ("theirs", "ours")):
            odd = database.execute(
                f"SELECT * FROM (FROM {one} EXCEPT ALL FROM {other}) LIMIT 1"
            ).fetchone()
            if odd:
                raise UnequalError(f"{table.full_name}: only {one} has {odd}")
        counted = database.execute("SELECT count(*) FROM ours").fetchone()
    assert counted is not None
    return int(counted[0])


def _compared(column: Column) -> str:
    if column.type == "DOUBLE":
        # the last bit of a median may differ
        return f"round({column.name}, 9) AS {column.name}"
    return f"{column.name}::{duck_type(column)} AS {column.name}"
