"""SQL through the Thrift server over HTTP: the door that Power BI and other JDBC clients use."""

from __future__ import annotations

import contextlib
import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from lakehouse.platform.errors import PlatformError
from lakehouse.platform.settings import Settings, settings
from lakehouse.registry import catalog

_CLASS = re.compile(r"(\[\w+(\.\w+)*\] )?(org\.apache\.spark|java\.lang)\.[\w.]+Exception:")
# raised by lakehouse.spark.ResultLimit, below the messages of task, stage and job
_TOO_LARGE = re.compile(r"the result is too large for the Thrift server: [^\n]*DRIVER_MEMORY")
_MISSING_TABLE = re.compile(r"TABLE_OR_VIEW_NOT_FOUND.*`(\w+)`\.`(\w+)`")


class QueryError(PlatformError):
    """The engine refused a statement, or is not there."""


@dataclass(frozen=True)
class Login:
    """A user of the Thrift server."""

    user: str
    password: str = field(repr=False)


def owner(config: Settings) -> Login:
    """The user who may do everything."""
    return Login(config.thrift_user, config.secret("thrift_password"))


def reader(config: Settings) -> Login:
    """The user of BI tools, who may read gold and quality."""
    return Login(config.thrift_reader, config.secret("thrift_reader_password"))


@dataclass(frozen=True)
class Answer:
    """Column names and rows of a query."""

    columns: list[str]
    rows: list[tuple[Any, ...]]


def connect(login: Login | None = None) -> Any:
    """A connection with a session of its own (DB-API).

    Args:
        login: whom to log in; the owner if left out.

    Raises:
        QueryError: the server does not answer or refuses the login; the message says what to do.
    """
    from pyhive import hive

    from lakehouse.serving.thrift_transport import LoggedIn

    config = settings()
    login = login or owner(config)
    address = f"{config.spark_host}:{config.spark_thrift_port}"
    # made here and not by PyHive, whose message of a refused login speaks of a length
    transport = LoggedIn(f"http://{address}/cliservice", login)
    try:
        return hive.connect(thrift_transport=transport, username=login.user)
    except Exception as error:
        # only an answer gives the transport a code
        if getattr(transport, "code", None) == HTTPStatus.UNAUTHORIZED:
            raise QueryError(
                f"the Thrift server at {address} refuses user {login.user}: wrong user or "
                "password; ./lakehouse credentials shows both"
            ) from None
        raise QueryError(
            f"the Thrift server at {address} does not answer ({error}); try ./lakehouse up"
        ) from error


@contextlib.contextmanager
def cursor(login: Login | None = None) -> Iterator[Any]:
    """A cursor of a new session (DB-API); see `connect`."""
    with (
        contextlib.closing(connect(login)) as connection,
        contextlib.closing(connection.cursor()) as opened,
    ):
        yield opened


def query(statement: str, login: Login | None = None) -> Answer:
    """Run one statement in a session of its own.

    Raises:
        QueryError: with the engine's reason.
    """
    with cursor(login) as opened:
        return ask(opened, statement)


def ask(opened: Any, statement: str) -> Answer:
    """Run one statement in a session that is open.

    Raises:
        QueryError: with the engine's reason.
    """
    columns, rows = stream(opened, statement)
    return Answer(columns, list(rows))


def stream(opened: Any, statement: str) -> tuple[list[str], Iterator[tuple[Any, ...]]]:
    """Run one statement; its column names as the engine gives them, and rows as they arrive.

    Raises:
        QueryError: with the engine's reason, also while rows arrive.
    """
    from pyhive.exc import Error

    try:
        opened.execute(statement)
        described = opened.description or []
    except Error as error:
        raise QueryError(_reason(error)) from error
    return [column[0] for column in described], _rows(opened) if described else iter(())


def _rows(opened: Any) -> Iterator[tuple[Any, ...]]:
    from pyhive.exc import Error

    try:
        yield from iter(opened.fetchone, None)
    except Error as error:
        raise QueryError(_reason(error)) from error


def _reason(error: Exception) -> str:
    status = getattr(error.args[0], "status", None) if error.args else None
    message = getattr(status, "errorMessage", None) or str(error)
    if limit := _TOO_LARGE.search(message):
        return limit.group()
    told = _CLASS.sub("", message.replace("Error running query: ", "")).strip().split("\n")[0]
    missing = _MISSING_TABLE.search(told)
    return str(told) + (_nearest(*missing.groups()) if missing else "")


def _nearest(layer: str, name: str) -> str:
    known = [t.full_name for tables in catalog.LAYERS.values() for t in tables]
    near = difflib.get_close_matches(f"{layer}.{name}", known, n=1)
    return f" Did you mean {near[0]}?" if near else ""
