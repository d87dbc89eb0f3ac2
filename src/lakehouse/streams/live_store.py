"""Writing records to the live tables of Cassandra."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lakehouse.streams.records import InvalidRecordError, Record, Rejected, lines_of, parsed
from lakehouse.streams.rows import Shape, batches

if TYPE_CHECKING:
    from cassandra.cluster import Cluster, Session
    from cassandra.query import BatchStatement, PreparedStatement

TABLE_FIELD = "table"
IN_FLIGHT = 16
RECONNECT_SECONDS = 1.0
TIMEOUT = 15.0


class LiveStore:
    """A keyspace, connected to when it is first written to."""

    def __init__(
        self, hosts: list[str], port: int, datacenter: str, keyspace: str, consistency: str
    ) -> None:
        self._hosts, self._port = hosts, port
        self._datacenter, self._keyspace = datacenter, keyspace
        self._consistency = consistency
        self._cluster: Cluster | None = None
        self._session: Session | None = None
        self._tables: dict[str, tuple[Shape, PreparedStatement]] = {}

    def write(self, content: bytes, table: str | None) -> Rejected:
        """Write JSON lines to the table, or each to the one it names; all of them, when it returns.

        Rows written before are overwritten by the same.

        Returns:
            The lines that can never be written.
        """
        from cassandra.concurrent import execute_concurrent

        session = self._connected()
        rejected = Rejected()
        rows: dict[str, list[list[Any]]] = {}
        for line in lines_of(content):
            try:
                name, values = self._row(parsed(line), table)
            except InvalidRecordError as error:
                rejected.add(line, error)
            else:
                rows.setdefault(name, []).append(values)
        statements = [
            (self._batch(self._tables[name][1], batch), None)
            for name, encoded in rows.items()
            for batch in batches(self._tables[name][0], encoded)
        ]
        execute_concurrent(session, statements, concurrency=IN_FLIGHT, raise_on_first_error=True)
        return rejected

    def close(self) -> None:
        """Close the connections."""
        if self._cluster is not None:
            self._cluster.shutdown()
        self._cluster = self._session = None
        self._tables = {}

    def _row(self, record: Record, table: str | None) -> tuple[str, list[Any]]:
        from cassandra.query import UNSET_VALUE

        name = table or record.get(TABLE_FIELD)
        if not isinstance(name, str):
            raise InvalidRecordError(f"the field {TABLE_FIELD} is missing")
        shape, _ = self._table(name, is_required=table is not None)
        return name, shape.encode(record, UNSET_VALUE)

    def _table(self, name: str, *, is_required: bool) -> tuple[Shape, PreparedStatement]:
        if name not in self._tables:
            shape = self._shape(name, is_required=is_required)
            self._tables[name] = (shape, self._connected().prepare(shape.insert))
        return self._tables[name]

    def _shape(self, name: str, *, is_required: bool) -> Shape:
        self._connected()
        assert self._cluster is not None
        keyspace = self._cluster.metadata.keyspaces.get(self._keyspace)
        if keyspace is None or (name not in keyspace.tables and is_required):
            raise LookupError(f"there is no table {self._keyspace}.{name} yet")
        if name not in keyspace.tables:
            raise InvalidRecordError(f"there is no table {name}")
        found = keyspace.tables[name]
        return Shape(
            table=name,
            types={column.name: column.cql_type for column in found.columns.values()},
            partition=tuple(column.name for column in found.partition_key),
            key=frozenset(column.name for column in found.primary_key),
        )

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
