"""Connections to PostgreSQL, and the roles and databases everything else expects there."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from lakehouse.contracts import postgres as contract
from lakehouse.contracts.model import Table
from lakehouse.platform.settings import Settings, settings
from lakehouse.registry import catalog

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection
    from psycopg2.extensions import cursor as Cursor

Role = Literal["superuser", "loader", "reader", "metastore", "airflow", "superset"]
USERS: dict[Role, str] = {
    "superuser": "postgres",
    "loader": "lakehouse_loader",
    "reader": "lakehouse_reader",
    "metastore": "metastore",
    "airflow": "airflow",
    "superset": "superset",
}
OWNERS: dict[str, Role] = {
    "metastore": "metastore",
    "airflow": "airflow",
    "superset": "superset",
}
_COLUMNS = (
    "SELECT column_name FROM information_schema.columns "
    "WHERE table_schema = current_schema() AND table_name = %s"
)


def owners() -> dict[str, Role]:
    """Databases and the role that owns each: those of workloads, then those of servers."""
    declared = (*catalog.SOURCE_DATABASES, *catalog.SINK_DATABASES)
    return {**dict.fromkeys(declared, "loader"), **OWNERS}


@dataclass(frozen=True)
class Login:
    """What a client of PostgreSQL needs; `jdbc` holds no password."""

    host: str
    port: int
    database: str
    user: str
    password: str

    @property
    def jdbc(self) -> str:
        """The address as JDBC clients write it."""
        return f"jdbc:postgresql://{self.host}:{self.port}/{self.database}"


def login(database: str, role: Role, config: Settings | None = None) -> Login:
    """How a role reaches a database.

    Raises:
        MissingSecretError: set-up has not run yet.
    """
    config = config or settings()
    return Login(
        host=config.postgres_host,
        port=config.postgres_port,
        database=database,
        user=USERS[role],
        password=config.secret(f"postgres_{role}_password"),
    )


def connect(database: str, role: Role, config: Settings | None = None) -> Connection:
    """An open connection; the caller commits and closes.

    Raises:
        psycopg2.OperationalError: the server is not there or refuses.
    """
    import psycopg2

    to = login(database, role, config)
    return psycopg2.connect(
        host=to.host,
        port=to.port,
        dbname=to.database,
        user=to.user,
        password=to.password,
        connect_timeout=10,
        application_name="lakehouse",
    )


def bootstrap(config: Settings) -> None:
    """Make roles and databases, each allowed only what it needs. May run again at any time."""
    server = connect("postgres", "superuser", config)
    try:
        # CREATE DATABASE does not run inside a transaction
        server.autocommit = True
        for role in USERS:
            if role != "superuser":
                _ensure_role(server, role, config)
        for database, owner in owners().items():
            _ensure_database(server, database, USERS[owner])
        _execute(server, "REVOKE CONNECT, TEMPORARY ON DATABASE postgres FROM PUBLIC")
    finally:
        server.close()
    for database in dict.fromkeys((*catalog.SOURCE_DATABASES, *catalog.SINK_DATABASES)):
        _let_reader_read(database, config)
    for route in catalog.ROUTES:
        if route.sink == "postgres" and isinstance(route.binding.table, Table):
            server = connect(route.database, "loader", config)
            with closing(server), server, server.cursor() as cursor:
                provision(cursor, route.binding.table)


def provision(cursor: Cursor, table: Table) -> None:
    """Make a table that streams write to, or the columns that its declaration gained."""
    cursor.execute(_COLUMNS, (table.name,))
    if existing := {name for (name,) in cursor.fetchall()}:
        for statement in contract.additions(table, existing):
            cursor.execute(statement)
    for statement in (*contract.create(table), *contract.comments(table)):
        cursor.execute(statement)


def _execute(server: Connection, statement: str, **names: str) -> None:
    from psycopg2 import sql

    quoted = {name: sql.Identifier(value) for name, value in names.items()}
    with server.cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(**quoted))


def _exists(server: Connection, query: str, name: str) -> bool:
    with server.cursor() as cursor:
        cursor.execute(query, (name,))
        return cursor.fetchone() is not None


def _ensure_role(server: Connection, role: Role, config: Settings) -> None:
    from psycopg2.extensions import encrypt_password

    user = USERS[role]
    if not _exists(server, "SELECT 1 FROM pg_roles WHERE rolname = %s", user):
        _execute(server, "CREATE ROLE {user} LOGIN", user=user)
    # hashed here, so that the password itself never travels or gets into a log
    verifier = encrypt_password(
        config.secret(f"postgres_{role}_password"), user, scope=server, algorithm="scram-sha-256"
    )
    from psycopg2 import sql

    with server.cursor() as cursor:
        cursor.execute(
            sql.SQL("ALTER ROLE {user} PASSWORD %s").format(user=sql.Identifier(user)), (verifier,)
        )


def _ensure_database(server: Connection, database: str, owner: str) -> None:
    if not _exists(server, "SELECT 1 FROM pg_database WHERE datname = %s", database):
        _execute(server, "CREATE DATABASE {name} OWNER {owner}", name=database, owner=owner)
    _execute(server, "REVOKE CONNECT, TEMPORARY ON DATABASE {name} FROM PUBLIC", name=database)


def _let_reader_read(database: str, config: Settings) -> None:
    reader, loader = USERS["reader"], USERS["loader"]
    server = connect(database, "superuser", config)
    with server:
        _execute(server, "GRANT CONNECT ON DATABASE {db} TO {r}", db=database, r=reader)
        _execute(server, "GRANT USAGE ON SCHEMA public TO {r}", r=reader)
        _execute(server, "GRANT SELECT ON ALL TABLES IN SCHEMA public TO {r}", r=reader)
        _execute(
            server,
            "ALTER DEFAULT PRIVILEGES FOR ROLE {l} IN SCHEMA public GRANT SELECT ON TABLES TO {r}",
            l=loader,
            r=reader,
        )
    server.close()
