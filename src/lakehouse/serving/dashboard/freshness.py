"""When each table of the lakehouse was last written, and what its last checks said."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from requests import RequestException

from lakehouse.contracts import places
from lakehouse.contracts.model import Layer, Table
from lakehouse.contracts.quality import CHECK_RESULT
from lakehouse.platform.errors import PlatformError
from lakehouse.platform.settings import Settings, settings
from lakehouse.platform.webhdfs import WebHdfs
from lakehouse.registry import catalog
from lakehouse.serving.thrift import QueryError, query, reader

LAYERS = (Layer.GOLD, Layer.SILVER, Layer.QUALITY)
_USER = "lakehouse"
_DELTA_LOG = "_delta_log"
# folders of streams: day, hour, files
_DEPTH = 3
_LAST_CHECKS = (
    "SELECT layer, table_name, checked_at, count(*) AS checks, "
    "count_if(outcome = 'failed') AS failed, "
    "count_if(outcome IN ('warned', 'quarantined')) AS noted "
    "FROM (SELECT *, rank() OVER (PARTITION BY layer, table_name ORDER BY checked_at DESC) AS age "
    f"FROM {CHECK_RESULT.full_name}) WHERE age = 1 GROUP BY layer, table_name, checked_at"
)
_NOT_BUILT = ("TABLE_OR_VIEW_NOT_FOUND", "SCHEMA_NOT_FOUND")


class HdfsSilentError(PlatformError):
    """HDFS does not tell what it holds."""


@dataclass(frozen=True)
class Checks:
    """The checks of a table's last build.

    Attributes:
        checked_at: when, UTC.
        checks: how many.
        failed: how many stopped the build.
        noted: how many warned or set rows aside.
    """

    checked_at: dt.datetime
    checks: int
    failed: int
    noted: int


def tables() -> list[Table]:
    """The tables that are told of, gold first."""
    return [table for layer in LAYERS for table in catalog.LAYERS[layer]]


def written(config: Settings) -> dict[str, dt.datetime]:
    """When each table that exists was last written, by its full name; from the folders of HDFS.

    Raises:
        HdfsSilentError: HDFS does not answer.
    """
    hdfs = WebHdfs(f"http://{config.namenode_host}:{config.namenode_http_port}", _USER)
    try:
        found = {table.full_name: _newest(hdfs, places.folder(table), _DEPTH) for table in tables()}
    except RequestException as error:
        where = f"{config.namenode_host}:{config.namenode_http_port}"
        raise HdfsSilentError(f"HDFS at {where} does not answer: {type(error).__name__}") from error
    return {name: moment for name, moment in found.items() if moment}


def last_checks() -> dict[str, Checks]:
    """Outcomes of the last checks of each table, by its full name; over Thrift, as its reader.

    Raises:
        QueryError: Thrift does not answer.
    """
    try:
        rows = query(_LAST_CHECKS, reader(settings())).rows
    except QueryError as error:
        if any(word in str(error) for word in _NOT_BUILT):
            return {}
        raise
    return {f"{row[0]}.{row[1]}": Checks(_moment(row[2]), *row[3:]) for row in rows}


def _moment(value: Any) -> dt.datetime:
    found = value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(str(value))
    return found.replace(tzinfo=dt.UTC)


def _newest(hdfs: WebHdfs, folder: str, depth: int) -> dt.datetime | None:
    """The last change in a folder: of a Delta table its last commit."""
    entries = hdfs.entries(folder)
    if not entries:
        return None
    commits = [entry for entry in entries if entry.name == _DELTA_LOG]
    newest = max(commits or entries, key=lambda entry: entry.changed_at)
    if commits or not newest.is_folder or depth == 1:
        return newest.changed_at
    inner = _newest(hdfs, f"{folder}/{newest.name}", depth - 1)
    return max(newest.changed_at, inner) if inner else newest.changed_at
