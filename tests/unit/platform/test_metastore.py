"""Locations of tables from bytes as the metastore sends them; no server is started."""

from __future__ import annotations

import socket
import threading
from typing import Any

import pytest
from thrift.protocol.TBinaryProtocol import TBinaryProtocol
from thrift.Thrift import TApplicationException, TMessageType, TType
from thrift.transport.TTransport import TMemoryBuffer

from lakehouse.platform import metastore
from lakehouse.platform.errors import PlatformError
from lakehouse.platform.settings import Settings

ROOT = "hdfs://namenode:8020"


class Exchange(TMemoryBuffer):
    """A transport that keeps what is written and reads a prepared answer."""

    def __init__(self, answer: bytes) -> None:
        super().__init__(answer)
        self.sent = b""

    def write(self, data: bytes) -> None:
        self.sent += data


def message(kind: int, *body: Any) -> bytes:
    """Bytes of an answer: a struct that writes itself, or functions that write fields."""
    buffer = TMemoryBuffer()
    protocol = TBinaryProtocol(buffer)
    protocol.writeMessageBegin(metastore.CALL, kind, 0)
    for part in body:
        part(protocol)
    protocol.writeMessageEnd()
    return bytes(buffer.getvalue())


def field(protocol: TBinaryProtocol, kind: int, number: int) -> None:
    protocol.writeFieldBegin("", kind, number)


def table(name: str, location: str, path: str | None) -> Any:
    """Writes a table with fields before and behind those that are read."""

    def write(protocol: TBinaryProtocol) -> None:
        field(protocol, TType.STRING, 1)
        protocol.writeString(name)
        field(protocol, TType.I32, 4)
        protocol.writeI32(1772323200)
        field(protocol, TType.STRUCT, 7)
        storage(protocol)
        field(protocol, TType.MAP, 9)
        protocol.writeMapBegin(TType.STRING, TType.STRING, 1)
        protocol.writeString("path")
        protocol.writeString("of the table, not of its files")
        protocol.writeFieldStop()

    def storage(protocol: TBinaryProtocol) -> None:
        field(protocol, TType.LIST, 1)
        protocol.writeListBegin(TType.STRUCT, 1)
        field(protocol, TType.STRING, 1)
        protocol.writeString("a column")
        protocol.writeFieldStop()
        field(protocol, TType.STRING, 2)
        protocol.writeString(location)
        field(protocol, TType.BOOL, 5)
        protocol.writeBool(False)
        field(protocol, TType.STRUCT, 7)
        field(protocol, TType.MAP, 3)
        options = {"serialization.format": "1"} | ({"path": path} if path else {})
        protocol.writeMapBegin(TType.STRING, TType.STRING, len(options))
        for text in (part for option in options.items() for part in option):
            protocol.writeString(text)
        protocol.writeFieldStop()
        protocol.writeFieldStop()

    return write


def tables(*written: Any) -> Any:
    def write(protocol: TBinaryProtocol) -> None:
        field(protocol, TType.LIST, 0)
        protocol.writeListBegin(TType.STRUCT, len(written))
        for each in written:
            each(protocol)
        protocol.writeFieldStop()

    return write


def asked(answer: bytes) -> tuple[dict[str, str], bytes]:
    exchange = Exchange(answer)
    found = metastore.ask(TBinaryProtocol(exchange), "silver", ["orders", "sellers"])
    return found, exchange.sent


def test_path_of_spark_counts_before_the_location_of_hive() -> None:
    placeholder = f"{ROOT}/lakehouse/warehouse/dim_date-__PLACEHOLDER__"
    answer = tables(
        table("orders", f"{ROOT}/a/other", f"{ROOT}/lakehouse/silver/ecom/orders/b1"),
        table("dim_date", placeholder, f"{ROOT}/lakehouse/gold/dim_date/"),
        table("of_hive", f"{ROOT}/lakehouse/of_hive", None),
    )
    found, _ = asked(message(TMessageType.REPLY, answer))
    assert found == {
        "orders": "/lakehouse/silver/ecom/orders/b1",
        "dim_date": "/lakehouse/gold/dim_date",
        "of_hive": "/lakehouse/of_hive",
    }


def test_call_names_the_database_and_its_tables() -> None:
    _, sent = asked(message(TMessageType.REPLY, tables()))
    protocol = TBinaryProtocol(TMemoryBuffer(sent))
    assert protocol.readMessageBegin() == (metastore.CALL, TMessageType.CALL, 0)
    arguments = metastore.Arguments()
    arguments.read(protocol)
    assert (arguments.database, arguments.names) == ("silver", ["orders", "sellers"])


def test_missing_database_has_no_tables() -> None:
    error = TApplicationException(TApplicationException.INTERNAL_ERROR, "no database silver")
    assert asked(message(TMessageType.EXCEPTION, error.write))[0] == {}


def test_locations_are_read_from_a_socket() -> None:
    answer = message(TMessageType.REPLY, tables(table("orders", f"{ROOT}/orders", None)))
    with socket.create_server(("127.0.0.1", 0)) as server:
        answering = threading.Thread(target=answer_once, args=(server, answer))
        answering.start()
        config = Settings(metastore_host="127.0.0.1", metastore_port=server.getsockname()[1])
        assert metastore.locations("silver", ["orders"], config) == {"orders": "/orders"}
        answering.join()


def answer_once(server: socket.socket, answer: bytes) -> None:
    connection, _ = server.accept()
    with connection:
        connection.recv(1024)
        connection.sendall(answer)


def test_metastore_that_hangs_up_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        answering = threading.Thread(target=answer_once, args=(server, b""))
        answering.start()
        config = Settings(metastore_host="127.0.0.1", metastore_port=server.getsockname()[1])
        with pytest.raises(PlatformError, match="does not answer"):
            metastore.locations("silver", ["orders"], config)
        answering.join()


def test_metastore_that_is_down_is_named() -> None:
    # nothing listens on port 1
    config = Settings(metastore_host="127.0.0.1", metastore_port=1)
    with pytest.raises(PlatformError, match=r"metastore at 127\.0\.0\.1:1 does not answer"):
        metastore.locations("silver", ["orders"], config)
