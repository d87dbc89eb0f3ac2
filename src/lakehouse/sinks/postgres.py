"""Tables of PostgreSQL: rows are written by the grain of their table, the newest holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from lakehouse.contracts import postgres as sql
from lakehouse.contracts.model import Table
from lakehouse.contracts.sinks import AMOUNT, Seen, has_amount, identity
from lakehouse.contracts.streams import Route
from lakehouse.platform.errors import PlatformError, UnavailableError
from lakehouse.sinks.encoding.records import InvalidRecordError, Rejected, lines_of, parsed
from lakehouse.sinks.encoding.sql import key, row

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

    from lakehouse.platform.settings import Settings

TITLE = "PostgreSQL"
ONCE = True
# rows of one statement, few enough for the limit of 65,535 parameters at 60 columns
MOST_ROWS = 1_000
_PAGE = 5_000
_NEWEST = 500

# an open connection to a database
Connect = Callable[[str], "Connection"]
Target = tuple[str, Table]


class PostgresError(PlatformError):
    """PostgreSQL refuses what it is asked."""


class PostgresSink:
    """Databases of a server, each connected to when it is first used."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._open: dict[str, Connection] = {}

    def provision(self, route: Route) -> None:
        """Create the table of a route, or the columns that its declaration gained."""
        from lakehouse.platform.postgres import provision

        database, table = self.target(route)
        self._in_transaction(database, lambda cursor: provision(cursor, table))

    def target(self, route: Route) -> Target:
        """Database and table of a route."""
        table = route.binding.table
        # the registry accepts no other
        assert isinstance(table, Table)
        return route.database, table

    def write(self, content: bytes, target: Target, delivery: str) -> Rejected:
        """Write JSON lines by the grain of their table; all of them, when it returns.

        Of lines with the same key the last one holds.

        Returns:
            The lines that can never be written.
        """
        database, table = target
        rejected = Rejected()
        rows: dict[str, list[Any]] = {}
        places = [table.column_names.index(name) for name in table.grain]
        for line in lines_of(content):
            try:
                values = row(table, parsed(line))
            except InvalidRecordError as error:
                rejected.add(line, error)
            else:
                rows[key(table, (values[place] for place in places))] = values
        if rows:
            newest = list(rows.values())
            self._in_transaction(database, lambda cursor: _upsert(cursor, table, newest))
        return rejected

    def identities(self, route: Route) -> Iterator[Seen]:
        """The grain of every row, with its amount if it is an event that may have one."""
        database, table = self.target(route)
        is_amount = has_amount(route)
        columns = (*table.grain, *((AMOUNT,) if is_amount else ()))
        count = len(table.grain)
        for values in self._rows(database, sql.select(table, *columns)):
            amount = values[count] if is_amount else None
            text = key(table, values[:count])
            yield identity(text), None if amount is None else Decimal(str(amount))

    def lag(self, route: Route) -> Iterable[float]:
        """Seconds from the arrival of the newest events in Kafka until they were written."""
        database, table = self.target(route)
        if sql.stored(table) is table:
            return []
        received, written = sql.quoted(sql.RECEIVED), sql.quoted(sql.WRITTEN.name)
        newest = (
            f"{sql.select(table, sql.RECEIVED, sql.WRITTEN.name)} WHERE {written} IS NOT NULL "
            f"ORDER BY {received} DESC LIMIT {_NEWEST}"
        )
        found = self._rows(database, newest)
        return [(at - since).total_seconds() for since, at in found]

    def close(self) -> None:
        """Close the connections."""
        for connection in self._open.values():
            connection.close()
        self._open = {}

    def _rows(self, database: str, statement: str) -> Iterator[tuple[Any, ...]]:
        """Rows of a query, page by page."""
        with self._guarded(database) as connection:
            # a cursor with a name keeps its rows in the server
            with connection.cursor("lakehouse_rows") as cursor:
                cursor.execute(statement)
                while page := cursor.fetchmany(_PAGE):
                    yield from page
            connection.rollback()

    def _in_transaction(self, database: str, work: Callable[[Any], None]) -> None:
        with self._guarded(database) as connection, connection.cursor() as cursor:
            work(cursor)
            connection.commit()

    @contextmanager
    def _guarded(self, database: str) -> Iterator[Connection]:
        """A connection, which is opened again after an error: the server may have restarted."""
        import psycopg2

        try:
            if database not in self._open:
                self._open[database] = self._connect(database)
            yield self._open[database]
        except BaseException as error:
            if database in self._open:
                self._open.pop(database).close()
            if isinstance(error, psycopg2.Error):
                is_away = isinstance(error, psycopg2.OperationalError | psycopg2.InterfaceError)
                kind = UnavailableError if is_away else PostgresError
                raise kind(
                    f"PostgreSQL, database {database}: {str(error).strip()}; "
                    "see ./lakehouse status and ./lakehouse logs postgres"
                ) from error
            raise


def _upsert(cursor: Any, table: Table, rows: list[list[Any]]) -> None:
    for first in range(0, len(rows), MOST_ROWS):
        batch = rows[first : first + MOST_ROWS]
        cursor.execute(sql.upsert(table, len(batch)), [value for one in batch for value in one])


def connect(config: Settings) -> PostgresSink:
    """The sink at the address of the settings, as the role that owns the tables."""
    from lakehouse.platform import postgres

    return PostgresSink(partial(postgres.connect, role="loader", config=config))
