"""`up` makes the databases, keyspaces and tables that the sinks of streams need."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from lakehouse.contracts import cassandra as contract
from lakehouse.platform import cassandra, postgres
from lakehouse.platform.settings import Settings
from lakehouse.registry import catalog
from lakehouse.workloads.weblogs.contracts.live import SESSION_BY_MINUTE
from unit.sinks.tables import WINDOWS


class Server:
    """A connection to PostgreSQL that keeps its statements."""

    def __init__(self, done: list[str], database: str, role: str) -> None:
        self._done, self._where = done, f"{database} as {role}"
        self.autocommit = False

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None: ...

    def cursor(self) -> Server:
        return self

    def execute(self, statement: str, parameters: Any = ()) -> None:
        self._done.append(f"{self._where}: {' '.join(statement.split()[:4])}")

    def fetchall(self) -> list[Any]:
        return []

    def close(self) -> None: ...


def test_tables_of_sinks_are_made_after_the_rights_to_read_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done: list[str] = []
    monkeypatch.setattr(catalog, "ROUTES", (WINDOWS,))
    monkeypatch.setattr(catalog, "SINK_DATABASES", (WINDOWS.database,))
    monkeypatch.setattr(postgres, "connect", lambda database, role, _: Server(done, database, role))
    monkeypatch.setattr(postgres, "_ensure_role", lambda *_: None)
    monkeypatch.setattr(postgres, "_execute", lambda *_, **__: None)
    monkeypatch.setattr(
        postgres, "_ensure_database", lambda _, name, owner: done.append(f"{name} of {owner}")
    )
    monkeypatch.setattr(postgres, "_let_reader_read", lambda name, _: done.append(f"read {name}"))

    postgres.bootstrap(Settings(_env_file=None))
    own = [one for one in done if "toy_reports" in one]
    assert own[:2] == ["toy_reports of lakehouse_loader", "read toy_reports"]
    assert "toy_reports as loader: CREATE TABLE IF NOT" in own[2:]
    # default rights hold for tables that are made later
    assert all(one.startswith("toy_reports as loader: ") for one in own[2:])


class Session:
    """A session of Cassandra in which the last keyspace has its tables."""

    def __init__(self) -> None:
        self.done: list[str] = []
        names = {c.name: SimpleNamespace(cql_type=contract.cql_type(c.type)) for c in TABLE.columns}
        key = [SimpleNamespace(name=name) for name in TABLE.key]
        found = SimpleNamespace(columns=names, primary_key=key)
        keyspaces = {TABLE.keyspace: SimpleNamespace(tables={TABLE.name: found})}
        self.cluster = SimpleNamespace(metadata=SimpleNamespace(keyspaces=keyspaces))

    def execute(self, cql: str) -> None:
        self.done.append(" ".join(cql.split()[:6]))


TABLE = replace(SESSION_BY_MINUTE, keyspace="toys")


def test_every_keyspace_is_made_before_its_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session()

    @contextlib.contextmanager
    def opened(config: Settings) -> Iterator[Any]:
        yield session

    monkeypatch.setattr(cassandra, "open_session", opened)
    monkeypatch.setattr(catalog, "LIVE_TABLES", (TABLE,))

    cassandra.bootstrap(Settings(_env_file=None))
    assert session.done == [
        "CREATE KEYSPACE IF NOT EXISTS log_data",
        "CREATE KEYSPACE IF NOT EXISTS toys",
        f"CREATE TABLE IF NOT EXISTS {TABLE.full_name}",
    ]
