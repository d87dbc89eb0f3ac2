"""Silver on HDFS: events as Parquet files, by the hour in which their records arrived."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lakehouse.contracts import places
from lakehouse.contracts.sinks import SparkTable
from lakehouse.contracts.streams import PARTITION_COLUMNS, Route
from lakehouse.sinks.encoding import parquet
from lakehouse.sinks.encoding.records import Rejected

if TYPE_CHECKING:
    from lakehouse.platform.settings import Settings
    from lakehouse.platform.webhdfs import WebHdfs

TITLE = "silver"
# a record delivered twice is in two files until compaction
ONCE = False
MOMENT = "received_at"
ASIDE = f"{places.ASIDE}/streams"
EXTENSION = "parquet"
# of all files of the lake
OWNER = "lakehouse"


@dataclass(frozen=True)
class Folder:
    """Destination of files of records, and their columns.

    Attributes:
        path: the folder; `{date}` and `{hour}` in it are those of the timestamp of each record.
        fields: columns of the files.
        moment: field with that timestamp.
        aside: folder in which a file is written before it is renamed.
        extension: end of the files' names.
    """

    path: str
    fields: tuple[parquet.Field, ...]
    moment: str = MOMENT
    aside: str = ASIDE
    extension: str = EXTENSION


class HdfsSink:
    """Files that are there at once as a whole; a repeated delivery finds its own and leaves it."""

    def __init__(self, files: WebHdfs, address: str = "") -> None:
        self._files = files
        self._address = address

    def provision(self, route: Route) -> None:
        """Folders are created with their first file."""

    def target(self, route: Route) -> Folder:
        """Folder and columns of a stream's silver table."""
        return Folder(folder(route), parquet.fields_of(columns(route)))

    def write(self, content: bytes, target: Folder, delivery: str) -> Rejected:
        """Write JSON lines as one file per hour; all of them, when it returns.

        Args:
            content: the lines.
            target: where they go.
            delivery: name that a repetition of the same lines has, too.

        Returns:
            The lines that fit into no file.
        """
        files, rejected = parquet.partitions(content, target.fields, target.moment)
        name = f"{delivery}.{target.extension}"
        for (date, hour), file in files.items():
            place = target.path.format(date=date, hour=hour)
            self._files.put(f"{place}/{name}", file, aside=f"{target.aside}/{name}")
        return rejected

    def identities(self, route: Route) -> SparkTable:
        """Silver's files, which Spark counts; also those that no table of Hive has yet."""
        return SparkTable(f"parquet.`{self._address}{places.folder(route.stream.event)}`")

    def lag(self, route: Route) -> Iterable[float]:
        """Nothing: files hold no time at which each of their records was written."""
        return ()

    def close(self) -> None:
        """Nothing is kept open."""


def folder(route: Route) -> str:
    """Folder of a stream's silver files, by day and hour."""
    date, hour = PARTITION_COLUMNS
    return f"{places.folder(route.stream.event)}/{date}={{date}}/{hour}={{hour}}"


def columns(route: Route) -> str:
    """Columns of a stream's silver files, as one property of NiFi holds them."""
    event = route.stream.event
    return parquet.schema_text(c for c in event.columns if c.name not in PARTITION_COLUMNS)


def connect(config: Settings) -> HdfsSink:
    """The sink at the addresses of the settings."""
    from lakehouse.platform.webhdfs import WebHdfs

    address = f"http://{config.namenode_host}:{config.namenode_http_port}"
    return HdfsSink(WebHdfs(address, OWNER), config.hdfs_url)
