"""SQL of PostgreSQL for tables that streams write to: DDL, upsert by grain, reading of keys."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from lakehouse.contracts.model import Column, Table

_TYPES = {
    "STRING": "text",
    "INT": "integer",
    "BIGINT": "bigint",
    "DOUBLE": "float8",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "timestamptz",
}
RECEIVED = "received_at"
WRITTEN = Column("written_at", "TIMESTAMP", "Time of the latest change of the row, UTC")


def sql_type(spark_type: str) -> str:
    """The type of PostgreSQL that holds a Spark SQL type."""
    if spark_type.startswith("DECIMAL"):
        return spark_type.replace("DECIMAL", "numeric", 1)
    return _TYPES[spark_type]


def stored(table: Table) -> Table:
    """The table with `written_at` if its rows have `received_at`, by which latency is measured."""
    is_timed = RECEIVED in table.column_names and WRITTEN.name not in table.column_names
    return replace(table, columns=(*table.columns, WRITTEN)) if is_timed else table


def create(table: Table) -> list[str]:
    """Statements that create a table; repeating them changes nothing."""
    columns = [_definition(column) for column in stored(table).columns]
    key = ", ".join(quoted(name) for name in table.grain)
    name = quoted(table.name)
    made = [f"CREATE TABLE IF NOT EXISTS {name} ({', '.join(columns)}, PRIMARY KEY ({key}))"]
    if stored(table) is not table:
        # the newest rows are read every few seconds
        index = quoted(f"{table.name}_{RECEIVED}")
        made.append(f"CREATE INDEX IF NOT EXISTS {index} ON {name} ({quoted(RECEIVED)})")
    return made


def comments(table: Table) -> list[str]:
    """Statements that describe a table and its columns."""
    name = quoted(table.name)
    return [
        f"COMMENT ON TABLE {name} IS {literal(table.description)}",
        *(
            f"COMMENT ON COLUMN {name}.{quoted(column.name)} IS {literal(column.description)}"
            for column in stored(table).columns
        ),
    ]


def additions(table: Table, existing: Collection[str]) -> list[str]:
    """Statements that give an existing table the columns that its declaration gained."""
    return [
        f"ALTER TABLE {quoted(table.name)} ADD COLUMN {_definition(column, is_new=True)}"
        for column in stored(table).columns
        if column.name not in existing
    ]


def upsert(table: Table, rows: int) -> str:
    """Statement that writes rows by the grain of their table; an equal row is left untouched.

    Args:
        table: the table.
        rows: number of rows; their values are parameters, in the order of the columns.
    """
    marks = f"({', '.join('%s' for _ in table.columns)})"
    names = ", ".join(quoted(name) for name in table.column_names)
    key = ", ".join(quoted(name) for name in table.grain)
    return (
        f"INSERT INTO {quoted(table.name)} AS held ({names}) VALUES "
        f"{', '.join([marks] * rows)} ON CONFLICT ({key}) {_update(table)}"
    )


def select(table: Table, *columns: str) -> str:
    """Statement that reads columns of every row."""
    return f"SELECT {', '.join(quoted(name) for name in columns)} FROM {quoted(table.name)}"


def quoted(name: str) -> str:
    """An identifier in quotes."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text in quotes."""
    return "'" + text.replace("'", "''") + "'"


def _update(table: Table) -> str:
    names = [quoted(name) for name in table.column_names if name not in table.grain]
    if not names:
        return "DO NOTHING"
    assigned = [f"{name} = excluded.{name}" for name in names]
    if stored(table) is not table:
        assigned.append(f"{quoted(WRITTEN.name)} = now()")
    changed = " OR ".join(f"held.{name} IS DISTINCT FROM excluded.{name}" for name in names)
    return f"DO UPDATE SET {', '.join(assigned)} WHERE {changed}"


def _definition(column: Column, *, is_new: bool = False) -> str:
    # rows that were there before have no value in a new column
    required = "" if column.nullable or is_new else " NOT NULL"
    default = " DEFAULT now()" if column == WRITTEN else ""
    return f"{quoted(column.name)} {sql_type(column.type)}{required}{default}"
