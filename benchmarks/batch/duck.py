"""The same star schema by DuckDB: SQL on the files of silver, one query a table (star/)."""

from __future__ import annotations

from pathlib import Path

import duckdb

from benchmarks.batch.lake import GOLD_TABLES, SILVER_TABLES
from lakehouse.contracts.model import Column, Table
from lakehouse.contracts.star import UNKNOWN_TEXT
from lakehouse.gold.keys import UNKNOWN
from lakehouse.workloads.shop.contracts.states import STATES

_QUERIES = Path(__file__).parent / "star"
# days with two decimals, rounded half up in whole numbers: 864 seconds are a hundredth of a day
_MACROS = """
CREATE MACRO hundredths(s) AS sign(s)::BIGINT * ((2 * abs(s) + 864) // 1728);
CREATE MACRO days_between(a, b) AS
  (hundredths((epoch_us(b) - epoch_us(a)) // 1000000)::DECIMAL(14,0) * 0.01)::DECIMAL(9,2);
"""


def build_star(silver: Path, out: Path, threads: int) -> None:
    """Read silver's files, compute every gold table and write each as Parquet.

    Args:
        silver: a folder of Parquet files for each silver table.
        out: where the tables go, one file each.
        threads: cores to use.
    """
    with duckdb.connect() as database:
        database.execute(f"SET threads = {threads}; SET TimeZone = 'UTC'")
        database.execute(_MACROS)
        for table in SILVER_TABLES:
            database.execute(_view(table, silver / table.name))
        database.execute(
            "CREATE TABLE declared_states (state VARCHAR, state_name VARCHAR, region VARCHAR)"
        )
        database.executemany(
            "INSERT INTO declared_states VALUES (?, ?, ?)",
            [(state.code, state.name, state.region) for state in STATES],
        )
        for table in GOLD_TABLES:
            if table.name == "fact_order":
                database.execute(f"CREATE TABLE of_order AS {_query('of_order')}")
            database.execute(f"CREATE TABLE {table.name} AS {_keyed(table)}")
            target = out / f"{table.name}.parquet"
            database.execute(f"COPY {table.name} TO '{target}' (FORMAT parquet)")


def duck_type(column: Column) -> str:
    """DuckDB's name of a column's type."""
    return {"STRING": "VARCHAR", "INT": "INTEGER"}.get(column.type, column.type)


def _view(table: Table, folder: Path) -> str:
    # moments come with or without a time zone, by the version of the format; here they have none
    columns = ", ".join(f"{c.name}::{duck_type(c)} AS {c.name}" for c in table.columns)
    return f"CREATE VIEW {table.name} AS SELECT {columns} FROM read_parquet('{folder}/*.parquet')"


def _query(name: str) -> str:
    return (_QUERIES / f"{name}.sql").read_text(encoding="utf-8")


def _keyed(table: Table) -> str:
    """The members of a table with the key in front, numbered by natural key, and the unknown."""
    columns = ", ".join(f"{c.name}::{duck_type(c)} AS {c.name}" for c in table.columns)
    rows = f"FROM ({_query(table.name)})"
    key = table.columns[0]
    if key.key and key.type == "BIGINT":
        order = ", ".join(table.grain)
        rows = f"FROM (SELECT row_number() OVER (ORDER BY {order}) AS {key.name}, * {rows})"
    made = f"SELECT {columns} {rows}"
    if not table.unknown_member:
        return made
    return f"{made} UNION ALL SELECT {', '.join(_unknown(c) for c in table.columns)}"


def _unknown(column: Column) -> str:
    value = "NULL" if column.nullable else f"'{UNKNOWN.get(column.type, UNKNOWN_TEXT)}'"
    return f"{value}::{duck_type(column)}"
