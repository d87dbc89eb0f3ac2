"""Writing to live tables whose columns change, and reading the identities of their events."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import cassandra.concurrent
import pytest
from cassandra import OperationTimedOut

from lakehouse.contracts.streams import Route, Stream
from lakehouse.platform.cassandra import CassandraError
from lakehouse.sinks.cassandra import CassandraSink
from lakehouse.workloads.weblogs.contracts.streams import ACCESS_LOG, CLICKSTREAM

KEYSPACE, TABLE = "log_data", "visits"


class Cluster:
    """A cluster of one table, whose metadata is replaced when the driver reads the schema."""

    def __init__(self) -> None:
        self.in_server = ["minute", "id"]
        self.refreshed = 0
        self.keyspace = SimpleNamespace(tables={})
        self.metadata = SimpleNamespace(keyspaces={KEYSPACE: self.keyspace})
        self.read_schema()

    def read_schema(self) -> None:
        types = {name: "bigint" if name == "id" else "text" for name in self.in_server}
        columns = {n: SimpleNamespace(name=n, cql_type=t) for n, t in types.items()}
        self.keyspace.tables[TABLE] = SimpleNamespace(
            columns=columns, partition_key=[columns["minute"]], primary_key=[*columns.values()][:2]
        )

    def refresh_table_metadata(self, keyspace: str, table: str) -> None:
        assert (keyspace, table) == (KEYSPACE, TABLE)
        self.refreshed += 1
        self.read_schema()


class Written(CassandraSink):
    """A store whose batches are kept as pairs of statement and values."""

    def __init__(self, cluster: Any) -> None:
        super().__init__(["127.0.0.1"], 9042, "dc", KEYSPACE, "LOCAL_ONE")
        self._cluster = cluster
        self.prepared: list[str] = []
        self._session: Any = SimpleNamespace(prepare=self._prepare)
        self.batches: list[tuple[str, int]] = []

    def _prepare(self, cql: str) -> Any:
        self.prepared.append(cql)
        return cql

    def _batch(self, statement: Any, rows: list[list[Any]]) -> Any:
        return statement, [len(values) for values in rows]


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Written:
    made = Written(Cluster())

    def execute(_: Any, statements: Iterable[tuple[Any, None]], **__: Any) -> None:
        made.batches += [(cql, length) for (cql, rows), _ in statements for length in rows]

    monkeypatch.setattr(cassandra.concurrent, "execute_concurrent", execute)
    return made


def lines(*records: dict[str, Any]) -> bytes:
    return "\n".join(json.dumps({"minute": "m", **record}) for record in records).encode()


def columns(cql: str) -> str:
    return cql.split("(")[1].split(")")[0]


def test_column_that_the_driver_has_seen_is_written(store: Written) -> None:
    store.write(lines({"id": 1}), TABLE, "d1")
    store._cluster.in_server.append("note")  # type: ignore[union-attr]
    store._cluster.read_schema()  # type: ignore[union-attr]
    assert not store.write(lines({"id": 2, "note": "new"}), TABLE, "d1")
    assert [(columns(cql), length) for cql, length in store.batches] == [
        ("minute, id", 2),
        ("minute, id, note", 3),
    ]


def test_column_that_the_driver_has_not_seen_yet_is_read_from_the_cluster(store: Written) -> None:
    store.write(lines({"id": 1}), TABLE, "d1")
    store._cluster.in_server.append("note")  # type: ignore[union-attr]
    # records of both versions in one bundle
    assert not store.write(lines({"id": 2}, {"id": 3, "note": "new"}, {"id": 4}), TABLE, "d1")
    assert [length for _, length in store.batches] == [2, 2, 3, 3]
    assert len(store.prepared) == 2


def test_field_without_a_column_is_rejected_with_its_name(store: Written) -> None:
    unknown = [{"id": number, "other": "x"} for number in range(3)]
    rejected = store.write(lines(*unknown, {"id": 9, "other": None}), TABLE, "d1")
    assert [json.loads(line)["reason"] for line in rejected.lines] == [
        "visits: there is no column other"
    ] * 3
    assert [json.loads(json.loads(line)["line"])["id"] for line in rejected.lines] == [0, 1, 2]
    assert len(store.batches) == 1
    # once for all records of a bundle
    assert store._cluster.refreshed == 1  # type: ignore[union-attr]


def test_table_field_names_the_table_and_is_no_column(store: Written) -> None:
    assert not store.write(lines({"id": 1, "table": TABLE}), None, "d1")
    assert len(store.batches) == 1


class Reading:
    """A session that returns rows, or that ends in the middle of them."""

    def __init__(self, rows: list[tuple[Any, ...]], error: Exception | None = None) -> None:
        self._rows, self._error = rows, error
        self.asked: list[str] = []

    def execute(self, statement: Any) -> Iterator[tuple[Any, ...]]:
        self.asked.append(statement.query_string)
        yield from self._rows
        if self._error:
            raise self._error


def events_of(stream: Stream) -> Route:
    route = stream.goes_to("cassandra")
    assert route
    return route


@pytest.mark.parametrize(
    ("stream", "row", "columns", "amount"),
    [
        (CLICKSTREAM, ("0a", Decimal("1.50")), "event_id, amount", Decimal("1.50")),
        (CLICKSTREAM, ("0a", None), "event_id, amount", None),
        (ACCESS_LOG, ("0a",), "event_id", None),
    ],
)
def test_identities_are_those_of_the_table_of_events(
    store: Written, stream: Stream, row: tuple[Any, ...], columns: str, amount: Decimal | None
) -> None:
    session: Any = Reading([row])
    store._reader = session

    assert list(store.identities(events_of(stream))) == [(b"\x0a", amount)]
    assert session.asked == [f"SELECT {columns} FROM log_data.{stream.name}_by_minute"]


def test_table_that_could_not_be_read_to_its_end_is_an_error(store: Written) -> None:
    session: Any = Reading([("0a",)], OperationTimedOut())
    store._reader, store._cluster = session, None

    with pytest.raises(CassandraError, match="access_log_by_minute could not be read to its end"):
        list(store.identities(events_of(ACCESS_LOG)))
    # the next reading connects again
    assert store._reader is None


def test_table_in_another_keyspace_is_named_with_it(store: Written) -> None:
    cluster: Any = store._cluster
    cluster.metadata.keyspaces["toys"] = SimpleNamespace(
        tables={"sales": cluster.keyspace.tables[TABLE]}
    )

    assert not store.write(lines({"id": 1}), "toys.sales", "d1")
    assert store.prepared == ["INSERT INTO toys.sales (minute, id) VALUES (?, ?)"]
