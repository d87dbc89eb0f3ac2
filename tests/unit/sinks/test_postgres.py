"""Writing to PostgreSQL; DuckDB runs the statements, which speaks the same SQL."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import duckdb
import psycopg2
import pytest

from lakehouse.contracts.model import Column
from lakehouse.contracts.sinks import identity
from lakehouse.contracts.streams import Route, SinkBinding
from lakehouse.platform.errors import UnavailableError
from lakehouse.sinks import postgres
from lakehouse.sinks.postgres import PostgresSink
from unit.sinks.tables import DAILY, EVENTS, SALE, WINDOWS

ID, OTHER = "0" * 31 + "a", "0" * 31 + "b"


class Cursor:
    """A cursor of DuckDB that takes the parameters of psycopg2."""

    def __init__(self, database: duckdb.DuckDBPyConnection) -> None:
        self._cursor = database
        self.fetchmany, self.fetchall = database.fetchmany, database.fetchall

    def __enter__(self) -> Cursor:
        return self

    def __exit__(self, *_: object) -> None: ...

    def execute(self, statement: str, parameters: Any = ()) -> None:
        rows = statement.count("(%s")
        if statement.startswith("INSERT") and "daily_sales" in statement:
            width = len(parameters) // rows
            keys = [tuple(parameters[width * n : width * n + 2]) for n in range(rows)]
            # DuckDB takes what PostgreSQL refuses
            assert len(keys) == len(set(keys)), "ON CONFLICT cannot affect a row a second time"
        self._cursor.execute(statement.replace("%s", "?"), list(parameters))


class Connection:
    """A database in memory, with the transactions of psycopg2."""

    def __init__(self, database: duckdb.DuckDBPyConnection) -> None:
        self._database = database
        self.is_open, self.began = True, False

    def cursor(self, name: str = "") -> Cursor:
        if not self.began:
            self._database.execute("BEGIN")
            self.began = True
        return Cursor(self._database)

    def commit(self) -> None:
        self._database.execute("COMMIT")
        self.began = False

    def rollback(self) -> None:
        self._database.execute("ROLLBACK")
        self.began = False

    def close(self) -> None:
        if self.began:
            self.rollback()
        self.is_open = False


class Server:
    """Databases by name."""

    def __init__(self) -> None:
        self.databases: dict[str, duckdb.DuckDBPyConnection] = {}
        self.opened: list[Connection] = []

    def connect(self, database: str) -> Any:
        found = self.databases.setdefault(database, duckdb.connect(":memory:"))
        self.opened.append(Connection(found))
        return self.opened[-1]

    def rows(self, database: str, query: str) -> list[tuple[Any, ...]]:
        return self.databases[database].execute(query).fetchall()


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def sink(server: Server) -> PostgresSink:
    made = PostgresSink(server.connect)
    made.provision(EVENTS)
    made.provision(WINDOWS)
    return made


def sale(event: str = ID, **fields: Any) -> bytes:
    at = "2026-01-31T12:00:00.250000Z"
    return json.dumps(
        {"event_id": event, "occurred_at": at, "received_at": at, "place": "p", **fields}
    ).encode()


def write(sink: PostgresSink, route: Route, *lines: bytes) -> list[str]:
    rejected = sink.write(b"\n".join(lines), sink.target(route), "d1")
    return [json.loads(line)["reason"] for line in rejected.lines]


def test_rows_are_written_with_the_types_of_their_table(sink: PostgresSink, server: Server) -> None:
    fields: dict[str, Any] = {
        "toy": "100% bear's",
        "quantity": 2,
        "amount": "3.10",
        "is_gift": True,
        "weight": 0.5,
    }

    assert write(sink, EVENTS, sale(**fields, minute="ignored")) == []
    columns = "event_id, received_at AT TIME ZONE 'UTC', toy, quantity, amount, is_gift, weight"
    ((event, received, *values),) = server.rows("toys", f"SELECT {columns} FROM sale")
    assert (event, received.isoformat()) == (ID, "2026-01-31T12:00:00.250000")
    assert values == ["100% bear's", 2, Decimal("3.10"), True, 0.5]


def test_a_delivery_that_is_repeated_changes_nothing(sink: PostgresSink, server: Server) -> None:
    for _ in range(2):
        write(sink, EVENTS, sale(ID, quantity=1), sale(OTHER, quantity=2), sale(ID, quantity=1))
    before = server.rows("toys", "SELECT * FROM sale ORDER BY event_id")
    write(sink, EVENTS, sale(ID, quantity=1))

    assert [row[5] for row in before] == [1, 2]
    # an equal row is left untouched, with the time at which it was written first
    assert server.rows("toys", "SELECT * FROM sale ORDER BY event_id") == before


def test_newest_row_of_a_key_holds(sink: PostgresSink, server: Server) -> None:
    def row(day: str, quantity: int) -> bytes:
        return json.dumps({"day": day, "toy": "bear", "quantity": quantity}).encode()

    write(sink, WINDOWS, row("2026-01-30", 1), row("2026-01-31", 1), row("2026-01-31", 2))
    write(sink, WINDOWS, row("2026-01-31", 5))

    query = "SELECT day::text, toy, quantity FROM daily_sales ORDER BY day"
    assert server.rows("toy_reports", query) == [
        ("2026-01-30", "bear", 1),
        ("2026-01-31", "bear", 5),
    ]


def test_more_rows_than_one_statement_takes(
    sink: PostgresSink, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "MOST_ROWS", 3)
    write(sink, EVENTS, *(sale(f"{number:032x}") for number in range(7)))

    assert server.rows("toys", "SELECT count(*) FROM sale") == [(7,)]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"event_id": None}, "event_id is missing"),
        ({"place": None}, "place is missing"),
        ({"quantity": 1.5}, "quantity: 1.5 is no whole number"),
        ({"quantity": 2**31}, "quantity: 2147483648 is out of range"),
        ({"amount": "10000000000"}, "amount: 10000000000 has more than 12 digits"),
        ({"amount": "NaN"}, "amount: NaN has more than 12 digits"),
        ({"is_gift": "yes"}, "is_gift: is neither true nor false"),
        ({"toy": 7}, "toy: is no text"),
        ({"toy": "a\0b"}, "toy: has a NUL character"),
        ({"occurred_at": "yesterday"}, "occurred_at: Invalid isoformat string: 'yesterday'"),
    ],
)
def test_invalid_row_is_rejected_and_the_others_are_written(
    sink: PostgresSink, server: Server, fields: dict[str, Any], reason: str
) -> None:
    invalid = json.dumps(json.loads(sale()) | fields).encode()

    assert write(sink, EVENTS, invalid, sale(OTHER)) == [f"sale: {reason}"]
    assert server.rows("toys", "SELECT event_id FROM sale") == [(OTHER,)]


def test_identities_are_those_of_events_with_their_amount(sink: PostgresSink) -> None:
    write(sink, EVENTS, sale(ID, amount="1.50"), sale(OTHER))

    assert sorted(sink.identities(EVENTS)) == [
        (bytes.fromhex(ID), Decimal("1.50")),
        (bytes.fromhex(OTHER), None),
    ]


def test_identity_of_a_window_is_its_grain(sink: PostgresSink) -> None:
    write(sink, WINDOWS, b'{"day": "2026-01-31", "toy": "bear", "quantity": 2}')

    assert list(sink.identities(WINDOWS)) == [(identity('["2026-01-31", "bear"]'), None)]


def test_lag_is_the_time_from_kafka_to_the_table(sink: PostgresSink, server: Server) -> None:
    write(sink, EVENTS, sale())
    server.databases["toys"].execute(
        "UPDATE sale SET written_at = received_at + INTERVAL 250 milliseconds"
    )

    assert list(sink.lag(EVENTS)) == [0.25]
    # rows of windows have no time of arrival
    assert list(sink.lag(WINDOWS)) == []


def test_column_that_the_declaration_gained_is_added(sink: PostgresSink, server: Server) -> None:
    write(sink, WINDOWS, b'{"day": "2026-01-31", "toy": "bear", "quantity": 2}')
    wider = replace(DAILY, columns=(*DAILY.columns, Column("people", "BIGINT", "Buyers")))
    route = replace(WINDOWS, binding=SinkBinding("postgres", wider, "toy_reports"))

    for _ in range(2):
        sink.provision(route)
    assert write(sink, route, b'{"day": "2026-01-31", "toy": "bear", "people": 4}') == []
    assert server.rows("toy_reports", "SELECT quantity, people FROM daily_sales") == [(None, 4)]


def test_tables_and_columns_are_described(sink: PostgresSink, server: Server) -> None:
    found = server.rows("toys", "SELECT comment FROM duckdb_tables() WHERE table_name = 'sale'")

    assert found == [(SALE.description,)]


def test_connection_that_failed_is_replaced(sink: PostgresSink, server: Server) -> None:
    write(sink, EVENTS, sale())
    (connection,) = [one for one in server.opened if "sale" in tables(one)]

    def refuse() -> None:
        raise psycopg2.OperationalError("server closed the connection unexpectedly\n")

    connection.commit = refuse  # type: ignore[method-assign]
    with pytest.raises(UnavailableError, match=r"database toys: server closed .*; see ./lakehouse"):
        write(sink, EVENTS, sale(OTHER))
    assert not connection.is_open
    assert write(sink, EVENTS, sale(OTHER)) == []
    assert server.rows("toys", "SELECT count(*) FROM sale") == [(2,)]


def tables(connection: Connection) -> set[str]:
    found = connection._database.execute("SELECT table_name FROM duckdb_tables()").fetchall()
    return {name for (name,) in found}
