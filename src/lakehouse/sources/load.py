"""Loading the published files into the source databases of PostgreSQL.

Every file is checked before a database is touched; then each database takes all its tables in one
transaction, and both commit at the very end. Loading again replaces the content, so that the same
files always give the same tables. There are no foreign keys, as orphans must be able to arrive.
"""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2 import errors, sql

from lakehouse.contracts.model import Layer, Table
from lakehouse.platform import postgres
from lakehouse.registry import catalog
from lakehouse.registry.catalog import SOURCE_DATABASES
from lakehouse.sources.errors import SourceFileError
from lakehouse.sources.files import find_source_files
from lakehouse.sources.origin import Origin, record
from lakehouse.sources.validation import ValidFile, open_records, validate

Connect = Callable[[str, postgres.Role], Any]
Report = Callable[[str, str, int], None]

_CHUNK = 1 << 16


@dataclass(frozen=True)
class TableLoad:
    """What became of one table.

    Attributes:
        database: name of the source database.
        table: the table's name.
        file: the file it was read from.
        rows: rows it holds now.
        has_primary_key: False where the data repeats the key that the contract names.
    """

    database: str
    table: str
    file: Path
    rows: int
    has_primary_key: bool


@dataclass(frozen=True)
class LoadResult:
    """What a load did.

    Attributes:
        tables: one entry a table, in the order of the contracts.
        warnings: sentences for the person who loads.
        seconds: wall time.
    """

    tables: tuple[TableLoad, ...]
    warnings: tuple[str, ...]
    seconds: float

    @property
    def rows(self) -> dict[str, int]:
        """Rows by table."""
        return {loaded.table: loaded.rows for loaded in self.tables}


def _silent(stage: str, table: str, rows: int) -> None:
    """Report to nobody."""


def load_folder(
    folder: Path,
    only: str | None = None,
    report: Report = _silent,
    connect: Connect = postgres.connect,
) -> LoadResult:
    """Replace the content of the source databases by the published files in a folder.

    Args:
        folder: where the files are, up to two folders down, or a zip archive of them.
        only: name of one source database; all if None.
        report: called with (`check` or `load`, table, rows) after each table.
        connect: opens a database (name, role); replaced in tests.

    Raises:
        SourceFileError: a file is missing or malformed; the databases are unchanged.
    """
    started = time.monotonic()
    checked = []
    for source in find_source_files(folder, only):
        checked.append(validate(source))
        report("check", source.table.name, checked[-1].rows)
    loads = _load_all(checked, Origin.of(folder), report, connect)
    warnings = [*_absent_databases(checked, only), *_missing_keys(loads)]
    return LoadResult(tuple(loads), tuple(warnings), time.monotonic() - started)


def _load_all(
    checked: list[ValidFile], loaded_from: Origin, report: Report, connect: Connect
) -> list[TableLoad]:
    loads = []
    with ExitStack() as stack:
        connections = {}
        for name in SOURCE_DATABASES:
            if any(file.source.table.source_database == name for file in checked):
                connections[name] = stack.enter_context(closing(connect(name, "loader")))
                connections[name].autocommit = False
        for file in checked:
            loads.append(_load_table(connections[file.source.table.source_database], file))
            report("load", file.source.table.name, file.rows)
        for name, connection in connections.items():
            record(connection, name, loaded_from)
        for connection in connections.values():
            connection.commit()
    return loads


def _load_table(connection: Any, file: ValidFile) -> TableLoad:
    table = file.source.table
    with connection.cursor() as cursor:
        _prepare(cursor, table)
        _copy(cursor, file)
        has_key = _add_primary_key(cursor, table)
    return TableLoad(table.source_database, table.name, file.source.path, file.rows, has_key)


def _prepare(cursor: Any, table: Table) -> None:
    """Leave the table empty and without its key, created or re-created where it must be."""
    name = sql.Identifier(table.name)
    if _columns_in_database(cursor, table) != table.column_names:
        cursor.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(name))
        columns = sql.SQL(", ").join(
            sql.SQL("{} text").format(sql.Identifier(column)) for column in table.column_names
        )
        cursor.execute(sql.SQL("CREATE TABLE {} ({})").format(name, columns))
        comment = sql.SQL("COMMENT ON TABLE {} IS {}")
        cursor.execute(comment.format(name, sql.Literal(table.description)))
        return
    # an emptied table keeps its grants, which a dropped one would lose
    cursor.execute(sql.SQL("TRUNCATE {}").format(name))
    drop_key = sql.SQL("ALTER TABLE {} DROP CONSTRAINT IF EXISTS {}")
    cursor.execute(drop_key.format(name, _key_name(table)))
    for column in table.primary_key:
        # the key leaves NOT NULL behind, which would reject a file that the key alone tolerates
        drop_not_null = sql.SQL("ALTER TABLE {} ALTER COLUMN {} DROP NOT NULL")
        cursor.execute(drop_not_null.format(name, sql.Identifier(column)))


def _columns_in_database(cursor: Any, table: Table) -> list[str]:
    cursor.execute(
        "SELECT column_name FROM information_schema.columns "
        "WHERE table_schema = current_schema() AND table_name = %s ORDER BY ordinal_position",
        (table.name,),
    )
    return [row[0] for row in cursor.fetchall()]


def _key_name(table: Table) -> sql.Identifier:
    return sql.Identifier(f"{table.name}_pkey")


def _copy(cursor: Any, file: ValidFile) -> None:
    path = file.source.path
    with open_records(file.source) as (header, records):
        statement = sql.SQL("COPY {} ({}) FROM STDIN WITH (FORMAT csv, ENCODING 'UTF8')").format(
            sql.Identifier(file.source.table.name),
            sql.SQL(", ").join(sql.Identifier(name) for name in header),
        )
        stream = _CopyStream(records)
        try:
            cursor.copy_expert(statement, stream, _CHUNK)
        except psycopg2.DataError as error:
            reason = error.diag.message_primary or str(error)
            raise SourceFileError(path, None, f"PostgreSQL refuses it: {reason}") from error
        if stream.error:
            raise stream.error
    if cursor.rowcount != file.rows:
        raise SourceFileError(
            path, None, f"PostgreSQL read {cursor.rowcount} rows where {file.rows} were counted"
        )


class _CopyStream:
    """Records in the one form of CSV that PostgreSQL reads as Python does.

    The text of the file is not handed on: PostgreSQL has other rules for blank lines, mixed line
    ends and quotes inside of a value.

    Attributes:
        error: the error that ended the records early; psycopg2 would turn it into one of its own.
    """

    def __init__(self, records: Iterator[list[str]]) -> None:
        self._records = records
        self.error: Exception | None = None

    def read(self, size: int) -> bytes:
        """The next bytes, at least as many as asked for unless it is the end."""
        text = io.StringIO(newline="")
        # with this line end the writer puts every line break inside of a value into quotes
        writer = csv.writer(text, lineterminator="\r\n")
        try:
            for record in self._records:
                writer.writerow(record)
                if text.tell() >= size:
                    break
        except Exception as error:  # raised by the caller
            self.error = error
            return b""
        return text.getvalue().encode()


def _add_primary_key(cursor: Any, table: Table) -> bool:
    if not table.primary_key:
        return False
    columns = sql.SQL(", ").join(sql.Identifier(name) for name in table.primary_key)
    statement = sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} PRIMARY KEY ({})")
    cursor.execute("SAVEPOINT without_key")
    try:
        cursor.execute(statement.format(sql.Identifier(table.name), _key_name(table), columns))
    except (errors.UniqueViolation, errors.NotNullViolation):
        cursor.execute("ROLLBACK TO SAVEPOINT without_key")
        return False
    cursor.execute("RELEASE SAVEPOINT without_key")
    return True


def _absent_databases(checked: list[ValidFile], only: str | None) -> list[str]:
    present = {file.source.table.source_database for file in checked}
    return [
        f"no file of database {name} is there: it keeps what it had"
        for name in SOURCE_DATABASES
        if name not in present and only is None
    ]


def _missing_keys(loads: list[TableLoad]) -> list[str]:
    keys = {table.name: table.primary_key for table in catalog.LAYERS[Layer.SOURCE]}
    return [
        f"{load.table} has repeated or missing values of {', '.join(keys[load.table])}: "
        "loaded without primary key; silver sets the extra rows aside"
        for load in loads
        if keys[load.table] and not load.has_primary_key
    ]
