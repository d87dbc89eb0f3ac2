"""Live tables of Cassandra: rows are encoded here, and written in batches of one partition."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from lakehouse.contracts.cassandra import KEYSPACE, LiveTable, event_table
from lakehouse.contracts.sinks import AMOUNT, Seen, has_amount, identity
from lakehouse.contracts.streams import Route
from lakehouse.platform.errors import UnavailableError
from lakehouse.sinks.encoding.cql import Shape, batches
from lakehouse.sinks.encoding.records import InvalidRecordError, Record, Rejected, lines_of, parsed

if TYPE_CHECKING:
    from cassandra.cluster import Cluster, Session
    from cassandra.metadata import TableMetadata
    from cassandra.query import BatchStatement, PreparedStatement

    from lakehouse.platform.settings import Settings

TITLE = "Cassandra"
ONCE = True
TABLE_FIELD = "table"
IN_FLIGHT = 16
RECONNECT_SECONDS = 1.0
TIMEOUT = 15.0
_PAGE = 5_000
_NEWEST = 500


@dataclass(frozen=True, eq=False)
class _Target:
    """A table, and the statement that inserts into it, for one version of its schema."""

    metadata: TableMetadata
    shape: Shape
    insert: PreparedStatement


class CassandraSink:
    """A keyspace, connected to when it is first written to.

    The driver replaces its metadata of a table when the schema changes, and rows are then encoded
    by the new columns. Its notice may come later than the first record with a new field (the driver
    waits two seconds, to merge several changes), so an unknown field makes it read the schema.
    """

    def __init__(
        self,
        hosts: list[str],
        port: int,
        datacenter: str,
        keyspace: str,
        consistency: str,
        config: Settings | None = None,
    ) -> None:
        self._hosts, self._port = hosts, port
        self._datacenter, self._keyspace = datacenter, keyspace
        self._consistency = consistency
        self._cluster: Cluster | None = None
        self._session: Session | None = None
        self._targets: dict[str, _Target] = {}
        # reads go through a session with the defaults of the platform
        self._config = config
        self._kept = contextlib.ExitStack()
        self._reader: Session | None = None

    def provision(self, route: Route) -> None:
        """Create the table of a route, or the columns that its declaration gained."""
        from lakehouse.platform.cassandra import provision

        if table := live_table(route):
            provision(self._reading(), [table])

    def target(self, route: Route) -> str | None:
        """Keyspace and table; None if each row names its table."""
        table = live_table(route)
        return table.full_name if table else None

    def write(self, content: bytes, target: str | None, delivery: str) -> Rejected:
        """Write JSON lines to the table, or each to the one it names; all of them, when it returns.

        Rows written before are overwritten by the same.

        Returns:
            The lines that can never be written.
        """
        from cassandra.concurrent import execute_concurrent

        session = self._connected()
        rejected = Rejected()
        rows: dict[_Target, list[list[Any]]] = {}
        refreshed: set[str] = set()
        for line in lines_of(content):
            try:
                found, values = self._row(parsed(line), target, refreshed)
            except InvalidRecordError as error:
                rejected.add(line, error)
            else:
                rows.setdefault(found, []).append(values)
        statements = [(batch, None) for batch in self._batches(rows)]
        execute_concurrent(session, statements, concurrency=IN_FLIGHT, raise_on_first_error=True)
        return rejected

    def identities(self, route: Route) -> Iterator[Seen]:
        """Every event of a route: reads the whole table, for a reconciliation only.

        Raises:
            CassandraError: it does not answer.
        """
        from cassandra import DriverException
        from cassandra.cluster import NoHostAvailable
        from cassandra.query import SimpleStatement

        from lakehouse.platform.cassandra import CassandraError

        table = live_table(route)
        if table is None or not route.is_of_events:
            return
        columns = f"event_id, {AMOUNT}" if has_amount(route) else "event_id"
        statement = SimpleStatement(f"SELECT {columns} FROM {table.full_name}", fetch_size=_PAGE)
        try:
            for event, *amounts in self._reading().execute(statement):
                amount = amounts[0] if amounts else None
                yield identity(event), None if amount is None else Decimal(str(amount))
        except (DriverException, NoHostAvailable) as error:
            self.close()
            raise CassandraError(
                f"{table.full_name} could not be read to its end: {error}; "
                "see ./lakehouse logs cassandra"
            ) from error

    def lag(self, route: Route) -> list[float]:
        """Seconds from the arrival of the newest events in Kafka until they were written.

        Raises:
            UnavailableError: it does not answer.
            CassandraError: it has no such table.
        """
        from cassandra import DriverException, InvalidRequest
        from cassandra.cluster import NoHostAvailable

        from lakehouse.platform.cassandra import CassandraError

        if not route.is_of_events or route.binding.table:
            return []
        try:
            session = self._reading()
        except CassandraError as error:
            raise UnavailableError(str(error)) from error
        try:
            return _ages(session, event_table(route.stream))
        except InvalidRequest as error:
            raise CassandraError(f"{error}: ./lakehouse up stream creates its table") from error
        except (DriverException, NoHostAvailable) as error:
            self.close()
            raise UnavailableError(f"Cassandra refuses: {error}") from error

    def close(self) -> None:
        """Close the connections."""
        self._kept.close()
        self._reader = None
        if self._cluster is not None:
            self._cluster.shutdown()
        self._cluster = self._session = None
        self._targets = {}

    def _row(
        self, record: Record, table: str | None, refreshed: set[str]
    ) -> tuple[_Target, list[Any]]:
        from cassandra.query import UNSET_VALUE

        name = table or record.pop(TABLE_FIELD, None)
        if not isinstance(name, str):
            raise InvalidRecordError(f"the field {TABLE_FIELD} is missing")
        target = self._target(name, is_required=table is not None)
        if target.shape.unknown(record) and name not in refreshed:
            refreshed.add(name)
            assert self._cluster is not None
            self._cluster.refresh_table_metadata(*self._place(name))
            target = self._target(name, is_required=table is not None)
        return target, target.shape.encode(record, UNSET_VALUE)

    def _target(self, name: str, *, is_required: bool) -> _Target:
        """The table as the cluster has it now."""
        found = self._metadata(name, is_required=is_required)
        known = self._targets.get(name)
        if known is None or known.metadata is not found:
            shape = _shape(name, found)
            known = _Target(found, shape, self._connected().prepare(shape.insert))
            self._targets[name] = known
        return known

    def _metadata(self, name: str, *, is_required: bool) -> TableMetadata:
        self._connected()
        assert self._cluster is not None
        keyspace, table = self._place(name)
        found = self._cluster.metadata.keyspaces.get(keyspace)
        if found is None or (table not in found.tables and is_required):
            raise LookupError(f"there is no table {keyspace}.{table} yet")
        if table not in found.tables:
            raise InvalidRecordError(f"there is no table {name}")
        return found.tables[table]

    def _place(self, name: str) -> tuple[str, str]:
        """Keyspace and table of a name, which may have its keyspace in front."""
        keyspace, _, table = name.rpartition(".")
        return keyspace or self._keyspace, table

    def _batches(self, rows: dict[_Target, list[list[Any]]]) -> Iterator[BatchStatement]:
        for target, encoded in rows.items():
            for batch in batches(target.shape, encoded):
                yield self._batch(target.insert, batch)

    def _batch(self, statement: PreparedStatement, rows: list[list[Any]]) -> BatchStatement:
        from cassandra import ConsistencyLevel
        from cassandra.query import BatchStatement, BatchType, BoundStatement

        level = ConsistencyLevel.name_to_value[self._consistency]
        batch = BatchStatement(BatchType.UNLOGGED, consistency_level=level)
        for values in rows:
            bound = BoundStatement(statement)
            # encoded by the table's types already
            bound.values = values
            batch.add(bound)
        return batch

    def _reading(self) -> Session:
        from lakehouse.platform.cassandra import CassandraError, open_session
        from lakehouse.platform.probes import require_listener

        if self._reader is None:
            require_listener("Cassandra", self._hosts[0], self._port, CassandraError)
            self._reader = self._kept.enter_context(open_session(self._config))
        return self._reader

    def _connected(self) -> Session:
        from cassandra.cluster import EXEC_PROFILE_DEFAULT, Cluster, ExecutionProfile
        from cassandra.policies import (
            ConstantReconnectionPolicy,
            DCAwareRoundRobinPolicy,
            TokenAwarePolicy,
        )

        if self._session is None:
            self.close()
            near = TokenAwarePolicy(DCAwareRoundRobinPolicy(local_dc=self._datacenter))
            profile = ExecutionProfile(load_balancing_policy=near, request_timeout=TIMEOUT)
            self._cluster = Cluster(
                self._hosts,
                port=self._port,
                execution_profiles={EXEC_PROFILE_DEFAULT: profile},
                # a node that was away is used again at once
                reconnection_policy=ConstantReconnectionPolicy(RECONNECT_SECONDS, None),
            )
            self._session = self._cluster.connect(self._keyspace)
        return self._session


def live_table(route: Route) -> LiveTable | None:
    """Table of a route; None if each row names its own."""
    if isinstance(route.binding.table, LiveTable):
        return route.binding.table
    return event_table(route.stream) if route.is_of_events else None


def _ages(session: Session, table: LiveTable) -> list[float]:
    now = dt.datetime.now(dt.UTC)
    rows: list[Any] = []
    for back in (0, 1):
        minute = (now - dt.timedelta(minutes=back)).strftime("%Y-%m-%dT%H:%M")
        rows += session.execute(
            f"SELECT received_at, WRITETIME({table.written_column}) AS written "
            f"FROM {table.full_name} WHERE minute = %s LIMIT {_NEWEST}",
            (minute,),
        )
    return [
        row.written / 1e6 - row.received_at.replace(tzinfo=dt.UTC).timestamp()
        for row in rows
        if row.written and row.received_at
    ]


def connect(config: Settings) -> CassandraSink:
    """The sink at the address of the settings."""
    return CassandraSink(
        [config.cassandra_host],
        config.cassandra_port,
        config.cassandra_datacenter,
        KEYSPACE,
        config.cassandra_consistency,
        config,
    )


def _shape(name: str, found: TableMetadata) -> Shape:
    return Shape(
        table=name,
        types={column.name: column.cql_type for column in found.columns.values()},
        partition=tuple(column.name for column in found.partition_key),
        key=frozenset(column.name for column in found.primary_key),
    )
