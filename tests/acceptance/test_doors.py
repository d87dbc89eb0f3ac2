"""What clients of the Thrift server see of gold: every column, with its type."""

from __future__ import annotations

import contextlib

import pytest
from pyhive import hive
from TCLIService import ttypes

from acceptance.lake import Built
from acceptance.measuring import GOLD
from lakehouse.contracts.model import Layer, Table
from lakehouse.platform.settings import Settings


@pytest.fixture(scope="module")
def seen(built: Built, platform: Settings) -> dict[str, list[tuple[str, str]]]:
    """Name and type of every column by table, from the metadata call that JDBC drivers make."""
    connection = hive.connect(
        host=platform.spark_host,
        port=platform.spark_thrift_port,
        scheme="http",
        username="reader",
    )
    with contextlib.closing(connection):
        client, session = connection.client, connection.sessionHandle
        request = ttypes.TGetColumnsReq(
            sessionHandle=session, schemaName=str(Layer.GOLD), tableName="%", columnName="%"
        )
        asked = client.GetColumns(request)
        assert asked.status.statusCode in (0, 1), asked.status.errorMessage
        fetched = client.FetchResults(
            ttypes.TFetchResultsReq(
                operationHandle=asked.operationHandle, orientation=0, maxRows=10_000
            )
        )
        columns = fetched.results.columns
        # the call's own columns: 2 is the table, 3 the column, 5 the name of its type
        tables, names, types = (columns[index].stringVal.values for index in (2, 3, 5))
    found: dict[str, list[tuple[str, str]]] = {}
    for table, name, kind in zip(tables, names, types, strict=True):
        found.setdefault(table, []).append((name, kind.upper()))
    return found


@pytest.mark.parametrize("table", GOLD, ids=lambda table: table.name)
def test_every_column_of_gold_is_listed_with_its_type(
    table: Table, seen: dict[str, list[tuple[str, str]]]
) -> None:
    assert seen[table.name] == [(column.name, column.type) for column in table.columns]
