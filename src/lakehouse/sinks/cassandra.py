"""Writing records to the live tables of Cassandra."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lakehouse.sinks.encoding.cql import Shape, batches
from lakehouse.sinks.encoding.records import InvalidRecordError, Record, Rejected, lines_of, parsed

if TYPE_CHECKING:
    from cassandra.cluster import Cluster, Session
    from cassandra.metadata import TableMetadata
    from cassandra.query import BatchStatement, PreparedStatement

TABLE_FIELD = "table"
IN_FLIGHT = 16
RECONNECT_SECONDS = 1.0
TIMEOUT = 15.0


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
        self, hosts: list[str], port: int, datacenter: str, keyspace: str, consistency: str
    ) -> None:
        self._hosts, self._port = hosts, port
        self._datacenter, self._keyspace = datacenter, keyspace
        self._consistency = consistency
        self._cluster: Cluster | None = None
        self._session: Session | None = None
        self._targets: dict[str, _Target] = {}

    def write(self, content: bytes, table: str | None) -> Rejected:
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
                target, values = self._row(parsed(line), table, refreshed)
            except InvalidRecordError as error:
                rejected.add(line, error)
            else:
                rows.setdefault(target, []).append(values)
        statements = [(batch, None) for batch in self._batches(rows)]
        execute_concurrent(session, statements, concurrency=IN_FLIGHT, raise_on_first_error=True)
        return rejected

    def close(self) -> None:
        """Close the connections."""
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
            self._cluster.refresh_table_metadata(self._keyspace, name)
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
        keyspace = self._cluster.metadata.keyspaces.get(self._keyspace)
        if keyspace is None or (name not in keyspace.tables and is_required):
            raise LookupError(f"there is no table {self._keyspace}.{name} yet")
        if name not in keyspace.tables:
            raise InvalidRecordError(f"there is no table {name}")
        return keyspace.tables[name]

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


def _shape(name: str, found: TableMetadata) -> Shape:
    return Shape(
        table=name,
        types={column.name: column.cql_type for column in found.columns.values()},
        partition=tuple(column.name for column in found.partition_key),
        key=frozenset(column.name for column in found.primary_key),
    )
