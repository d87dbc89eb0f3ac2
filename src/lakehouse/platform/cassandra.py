"""Cassandra: sessions with the platform's defaults, and the tables that the contracts declare."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lakehouse.contracts import cassandra as contract
from lakehouse.contracts.cassandra import LiveTable
from lakehouse.platform.errors import PlatformError
from lakehouse.platform.settings import Settings, settings
from lakehouse.registry import catalog

if TYPE_CHECKING:
    from cassandra.cluster import Cluster, Session
    from cassandra.metadata import TableMetadata

TIMEOUT = 20.0
# the newest that Cassandra 5.0 speaks; unset, the driver would try newer ones and complain
PROTOCOL = 5


class CassandraError(PlatformError):
    """Cassandra does not answer, or holds something else than the contracts say."""


@contextmanager
def open_session(config: Settings | None = None) -> Iterator[Session]:
    """A session in the platform's data centre, with its consistency; closed at the end.

    Raises:
        CassandraError: Cassandra does not answer.
    """
    from cassandra import UnresolvableContactPoints
    from cassandra.cluster import NoHostAvailable

    config = config or settings()
    silent = CassandraError(
        f"Cassandra at {config.cassandra_host}:{config.cassandra_port} does not answer: "
        "see ./lakehouse status and ./lakehouse logs cassandra"
    )
    try:
        cluster = _cluster(config)
    except UnresolvableContactPoints as error:
        # a container that is gone has no name any more
        raise silent from error
    try:
        try:
            session = cluster.connect()
        except NoHostAvailable as error:
            raise silent from error
        yield session
    finally:
        cluster.shutdown()


def bootstrap(config: Settings) -> None:
    """Make the keyspace, its tables and columns that contracts gained. May run again at any time.

    Raises:
        CassandraError: Cassandra does not answer, or a table has another key than its contract.
    """
    keyspaces = (contract.KEYSPACE, *(table.keyspace for table in catalog.LIVE_TABLES))
    with open_session(config) as session:
        for keyspace in dict.fromkeys(keyspaces):
            session.execute(contract.create_keyspace(config.cassandra_replication, keyspace))
        provision(session, catalog.LIVE_TABLES)


def provision(session: Session, tables: Iterable[LiveTable]) -> None:
    """Make tables, and columns that their declarations gained.

    Raises:
        CassandraError: a table has another key than its declaration.
    """
    tables = tuple(tables)
    for table in tables:
        session.execute(contract.create(table))
    for table in tables:
        existing = session.cluster.metadata.keyspaces[table.keyspace].tables[table.name]
        for statement in additions(table, existing):
            session.execute(statement)


def additions(table: LiveTable, existing: TableMetadata) -> list[str]:
    """CQL that gives an existing table the columns that its contract gained.

    Raises:
        CassandraError: the key or a type differs, which Cassandra cannot change.
    """
    found = {name: column.cql_type for name, column in existing.columns.items()}
    key = tuple(column.name for column in existing.primary_key)
    wanted = {column.name: contract.cql_type(column.type) for column in table.columns}
    changed = [name for name in wanted if found.get(name, wanted[name]) != wanted[name]]
    if key != table.key or changed:
        what = f"columns {', '.join(changed)}" if changed else f"key {', '.join(key)}"
        raise CassandraError(
            f"{table.full_name} has other {what} than its contract, which cannot be changed: "
            f"keep what you need of it, then DROP TABLE {table.full_name} and ./lakehouse up stream"
        )
    return [
        f"ALTER TABLE {table.full_name} ADD {name} {kind}"
        for name, kind in wanted.items()
        if name not in found
    ]


def answers(config: Settings) -> bool:
    """Whether it answers a query."""
    from cassandra import DriverException
    from cassandra.cluster import NoHostAvailable

    cluster = _cluster(config, schema=False)
    try:
        row = cluster.connect().execute("SELECT release_version FROM system.local").one()
    except (NoHostAvailable, DriverException):
        return False
    finally:
        cluster.shutdown()
    return bool(row.release_version)


def _cluster(config: Settings, *, schema: bool = True) -> Cluster:
    import logging

    from cassandra import ConsistencyLevel
    from cassandra.cluster import EXEC_PROFILE_DEFAULT, Cluster, ExecutionProfile
    from cassandra.policies import DCAwareRoundRobinPolicy, TokenAwarePolicy

    # what goes wrong is told by the call that fails
    logging.getLogger("cassandra").setLevel(logging.CRITICAL)
    nearest = DCAwareRoundRobinPolicy(local_dc=config.cassandra_datacenter)
    profile = ExecutionProfile(
        load_balancing_policy=TokenAwarePolicy(nearest),
        consistency_level=ConsistencyLevel.name_to_value[config.cassandra_consistency],
        request_timeout=TIMEOUT,
    )
    return Cluster(
        [config.cassandra_host],
        port=config.cassandra_port,
        protocol_version=PROTOCOL,
        execution_profiles={EXEC_PROFILE_DEFAULT: profile},
        connect_timeout=TIMEOUT,
        schema_metadata_enabled=schema,
        token_metadata_enabled=schema,
    )
