"""SQL through the Thrift server over HTTP: the door that Power BI and other JDBC clients use."""

from __future__ import annotations

import contextlib
import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lakehouse.contracts import catalog
from lakehouse.platform.errors import PlatformError
from lakehouse.platform.settings import settings

_CLASS = re.compile(r"\[\w+(\.\w+)*\] org\.apache\.spark\.[\w.]+Exception:")
_MISSING_TABLE = re.compile(r"TABLE_OR_VIEW_NOT_FOUND.*`(\w+)`\.`(\w+)`")


class QueryError(PlatformError):
    """The engine refused a statement, or is not there."""


@dataclass(frozen=True)
class Answer:
    """Column names and rows of a query."""

    columns: list[str]
    rows: list[tuple[Any, ...]]


@contextlib.contextmanager
def cursor() -> Iterator[Any]:
    """A cursor of a new session (DB-API).

    Raises:
        QueryError: the server does not answer; the message says what to do.
    """
    from pyhive import hive

    config = settings()
    try:
        connection = hive.connect(
            host=config.spark_host,
            port=config.spark_thrift_port,
            scheme="http",
            username="lakehouse",
        )
    except Exception as error:
        address = f"{config.spark_host}:{config.spark_thrift_port}"
        raise QueryError(
            f"the Thrift server at {address} does not answer ({error}); try ./lakehouse up"
        ) from error
    with contextlib.closing(connection), contextlib.closing(connection.cursor()) as opened:
        yield opened


def query(statement: str) -> Answer:
    """Run one statement.

    Raises:
        QueryError: with the engine's reason.
    """
    from pyhive.exc import Error

    with cursor() as opened:
        try:
            opened.execute(statement)
            described = opened.description or []
            rows = opened.fetchall() if described else []
        except Error as error:
            raise QueryError(_reason(error)) from error
    # Hive names a column TABLE.COLUMN where it can
    return Answer([d[0].rsplit(".", 1)[-1] for d in described], rows)


def _reason(error: Exception) -> str:
    status = getattr(error.args[0], "status", None) if error.args else None
    message = getattr(status, "errorMessage", None) or str(error)
    told = _CLASS.sub("", message.replace("Error running query: ", "")).strip().split("\n")[0]
    missing = _MISSING_TABLE.search(told)
    return str(told) + (_nearest(*missing.groups()) if missing else "")


def _nearest(layer: str, name: str) -> str:
    known = [t.full_name for tables in catalog.LAYERS.values() for t in tables]
    near = difflib.get_close_matches(f"{layer}.{name}", known, n=1)
    return f" Did you mean {near[0]}?" if near else ""
