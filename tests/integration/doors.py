"""What clients of the Thrift server ask before they query."""

from __future__ import annotations

import contextlib

from TCLIService import ttypes

from lakehouse.contracts.model import Layer
from lakehouse.platform.settings import Settings
from lakehouse.serving import thrift


def listed_columns(config: Settings, layer: Layer) -> dict[str, list[tuple[str, str]]]:
    """Name and type of every column by table, from the metadata call that JDBC drivers make."""
    with contextlib.closing(thrift.connect(thrift.reader(config))) as connection:
        client, session = connection.client, connection.sessionHandle
        request = ttypes.TGetColumnsReq(
            sessionHandle=session, schemaName=str(layer), tableName="%", columnName="%"
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
