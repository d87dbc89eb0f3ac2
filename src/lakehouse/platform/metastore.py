"""Locations of tables from the Hive metastore, over its Thrift interface, without a Spark session.

Only the fields that are read are declared; Thrift skips all others by their numbers, which
`hive_metastore.thrift` never reuses.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from urllib.parse import urlsplit

from thrift.protocol.TBase import TBase
from thrift.protocol.TBinaryProtocol import TBinaryProtocol
from thrift.Thrift import TMessageType, TType
from thrift.transport.TSocket import TSocket
from thrift.transport.TTransport import TBufferedTransport, TTransportException

from lakehouse.platform.errors import PlatformError
from lakehouse.platform.settings import Settings, settings

CALL = "get_table_objects_by_name"
TIMEOUT = 30.0
_TEXTS = (TType.STRING, "UTF8", TType.STRING, "UTF8", False)


class SerDeInfo(TBase):
    """Options of a table; Spark keeps the location of a data source table as `path`."""

    thrift_spec = (None, None, None, (3, TType.MAP, "parameters", _TEXTS, None))

    def __init__(self, parameters: dict[str, str] | None = None) -> None:
        self.parameters = parameters or {}


class StorageDescriptor(TBase):
    """Storage of a table; of some data source tables `location` is only a placeholder."""

    thrift_spec = (
        *(None, None),
        (2, TType.STRING, "location", "UTF8", None),
        *(None,) * 4,
        (7, TType.STRUCT, "serde", [SerDeInfo, SerDeInfo.thrift_spec], None),
    )

    def __init__(self, location: str = "", serde: SerDeInfo | None = None) -> None:
        self.location = location
        self.serde = serde or SerDeInfo()


class TableObject(TBase):
    """A table as the metastore returns it."""

    thrift_spec = (
        None,
        (1, TType.STRING, "name", "UTF8", None),
        *(None,) * 5,
        (7, TType.STRUCT, "storage", [StorageDescriptor, StorageDescriptor.thrift_spec], None),
    )

    def __init__(self, name: str = "", storage: StorageDescriptor | None = None) -> None:
        self.name = name
        self.storage = storage or StorageDescriptor()


class Arguments(TBase):
    """Database and names of tables to look up."""

    thrift_spec = (
        None,
        (1, TType.STRING, "database", "UTF8", None),
        (2, TType.LIST, "names", (TType.STRING, "UTF8", False), None),
    )

    def __init__(self, database: str = "", names: Sequence[str] = ()) -> None:
        self.database = database
        self.names = list(names)


class Answer(TBase):
    """Those of the tables that exist."""

    thrift_spec = (
        (
            0,
            TType.LIST,
            "tables",
            (TType.STRUCT, [TableObject, TableObject.thrift_spec], False),
            None,
        ),
    )

    def __init__(self, tables: Sequence[TableObject] = ()) -> None:
        self.tables = list(tables)


def locations(
    database: str, names: Sequence[str], config: Settings | None = None
) -> dict[str, str]:
    """Path on HDFS of each table of a database that exists, by its name.

    Raises:
        PlatformError: the metastore does not answer.
    """
    config = config or settings()
    socket = TSocket(config.metastore_host, config.metastore_port)
    socket.setTimeout(TIMEOUT * 1000)
    try:
        with closing(TBufferedTransport(socket)) as transport:
            transport.open()
            return ask(TBinaryProtocol(transport), database, names)
    except TTransportException as error:
        raise PlatformError(
            f"the metastore at {config.metastore_host}:{config.metastore_port} does not answer: "
            f"{error}; see ./lakehouse status and ./lakehouse logs metastore"
        ) from error


def ask(protocol: TBinaryProtocol, database: str, names: Sequence[str]) -> dict[str, str]:
    """Send one call and return the locations in its answer; none if the database is missing."""
    protocol.writeMessageBegin(CALL, TMessageType.CALL, 0)
    Arguments(database, names).write(protocol)
    protocol.writeMessageEnd()
    protocol.trans.flush()
    _, kind, _ = protocol.readMessageBegin()
    answer = Answer()
    # the metastore answers with an undeclared exception if it has no such database
    if kind == TMessageType.REPLY:
        answer.read(protocol)
    return {table.name: path_of(table) for table in answer.tables}


def path_of(table: TableObject) -> str:
    """Path of a table, from the root of its file system."""
    location = table.storage.serde.parameters.get("path") or table.storage.location
    return urlsplit(location).path.rstrip("/")
