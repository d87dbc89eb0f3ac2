"""The flows of NiFi: what carries lines from the logs, and events to where they are kept.

Written as JSON into `nifi-templates` by `./lakehouse docs`. Addresses and folders are parameters;
`lakehouse.platform.nifi_parameters` tells a running NiFi their values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from lakehouse.contracts import cassandra, places
from lakehouse.contracts.model import Layer
from lakehouse.contracts.streams import LONGEST_LINE_BYTES, PARTITION_COLUMNS, Stream
from lakehouse.platform import nifi_parameters as given
from lakehouse.registry.catalog import STREAMS
from lakehouse.sinks.encoding.parquet import schema_text
from lakehouse.streams.flow_model import (
    CONSUME_LINES,
    MERGE_CONTENT,
    PUBLISH_LINES,
    PUT_CASSANDRA,
    PUT_HDFS,
    TAIL_LINES,
    Connection,
    Group,
    Processor,
)

FOLDER = Path("nifi-templates")
BRONZE = f"{places.ROOT}/{Layer.BRONZE}/streams"
QUARANTINE = f"{places.ROOT}/{Layer.QUARANTINE}/streams"
ASIDE = f"{places.ASIDE}/streams"
DAY_OF_ARRIVAL = "ingest_date=${entryDate:format('yyyy-MM-dd', 'UTC')}"
MOMENT = "received_at"
# a bundle for HDFS is closed when it is this old or this large
BUNDLE_AGE = "10 sec"
BUNDLE_SIZE = "4 MB"
LARGEST_BUNDLE = "32 MB"
LIVE_MILLIS = 100


def _reference(name: str) -> str:
    return f"#{{{given.named(name).name}}}"


def _tail(stream: Stream, place: tuple[float, float]) -> Processor:
    return Processor(
        f"Tail {stream.log_file}",
        TAIL_LINES,
        {
            "Directory": _reference(f"logs.{stream.name}"),
            "File Pattern": _reference(f"names.{stream.name}"),
            "Longest Line": f"{LONGEST_LINE_BYTES} B",
        },
        place,
        period="50 ms",
        comment="Reads each line once, through every rotation; compares inode and content",
    )


def _publish(stream: Stream, place: tuple[float, float]) -> Processor:
    return Processor(
        f"Publish to {stream.raw.name}",
        PUBLISH_LINES,
        {"Bootstrap Servers": _reference("kafka.servers"), "Topic": stream.raw.name},
        place,
        ends=("success",),
        comment="The key of a line is its place: file identity, colon, offset",
    )


def _bundle(name: str, place: tuple[float, float]) -> Processor:
    return Processor(
        name,
        MERGE_CONTENT,
        {
            "Merge Strategy": "Bin-Packing Algorithm",
            "Merge Format": "Binary Concatenation",
            "Minimum Number of Entries": "1",
            "Maximum Number of Entries": "10000",
            "Minimum Group Size": BUNDLE_SIZE,
            "Maximum Group Size": LARGEST_BUNDLE,
            "Max Bin Age": BUNDLE_AGE,
        },
        place,
        ends=("original",),
        period="100 ms",
        comment=f"Closed after {BUNDLE_AGE} or {BUNDLE_SIZE}: few files, none late",
    )


def _put_lines(name: str, folder: str, extension: str, place: tuple[float, float]) -> Processor:
    return Processor(
        name,
        PUT_HDFS,
        {
            "WebHDFS Address": _reference("hdfs.address"),
            "Directory": folder,
            "Aside Directory": ASIDE,
            "Format": "lines",
            "Extension": extension,
        },
        place,
        # lines as they are cannot be invalid
        ends=("invalid", "original", "success"),
    )


def _put_parquet(stream: Stream, place: tuple[float, float]) -> Processor:
    columns = [c for c in stream.event.columns if c.name not in PARTITION_COLUMNS]
    date, hour = PARTITION_COLUMNS
    return Processor(
        f"Put {stream.name} to silver",
        PUT_HDFS,
        {
            "WebHDFS Address": _reference("hdfs.address"),
            "Directory": f"{places.folder(stream.event)}/{date}={{date}}/{hour}={{hour}}",
            "Aside Directory": ASIDE,
            "Format": "parquet",
            "Extension": "parquet",
            "Schema": schema_text(columns),
            "Moment Field": MOMENT,
        },
        place,
        ends=("original", "success"),
        comment="Partitioned by the hour in which lines reached Kafka",
    )


def _consume(topic: str, group: str, place: tuple[float, float], millis: int) -> Processor:
    return Processor(
        f"Consume {topic}",
        CONSUME_LINES,
        {
            "Bootstrap Servers": _reference("kafka.servers"),
            "Topic": topic,
            "Group": group,
            "Max Bundle Time": str(millis),
        },
        place,
        comment="Offsets are committed after NiFi has kept the bundle",
    )


def _put_live(name: str, table: str, place: tuple[float, float]) -> Processor:
    properties = {
        "Contact Points": _reference("cassandra.hosts"),
        "Port": _reference("cassandra.port"),
        "Datacenter": _reference("cassandra.datacenter"),
        "Keyspace": cassandra.KEYSPACE,
        "Consistency": _reference("cassandra.consistency"),
    }
    if table:
        properties["Table"] = table
    return Processor(name, PUT_CASSANDRA, properties, place, ends=("original", "success"))


def _again(processor: Processor) -> Connection:
    """What failed waits a little and is tried again, for as long as it takes."""
    return Connection(processor.name, ("failure",), processor.name)


def to_bronze(stream: Stream, place: tuple[float, float]) -> Group:
    """From a log to its raw topic, and bundled to bronze."""
    tail = _tail(stream, (0, 0))
    publish = _publish(stream, (0, 1))
    bundle = _bundle("Bundle for HDFS", (1, 0))
    put = _put_lines("Put to bronze", f"{BRONZE}/{stream.name}/{DAY_OF_ARRIVAL}", "log", (1, 1))
    return Group(
        stream.bronze_flow,
        f"Lines of {stream.log_file} to Kafka ({stream.raw.name}) and to HDFS ({BRONZE})",
        place,
        (tail, publish, bundle, put),
        (
            Connection(tail.name, ("success",), publish.name),
            _again(publish),
            Connection(tail.name, ("success",), bundle.name),
            _again(bundle),
            Connection(bundle.name, ("merged",), put.name),
            _again(put),
        ),
        given.PARAMETERS,
    )


def to_silver(place: tuple[float, float]) -> Group:
    """From the clean topics to silver."""
    processors: list[Processor] = []
    connections: list[Connection] = []
    for column, stream in enumerate(STREAMS):
        consume = _consume(stream.clean.name, "nifi-silver", (column, 0), 1000)
        bundle = _bundle(f"Bundle {stream.name}", (column, 1))
        put = _put_parquet(stream, (column, 2))
        reject = _quarantine(f"silver/{stream.name}", (column, 3))
        processors += [consume, bundle, put, reject]
        connections += [
            Connection(consume.name, ("success",), bundle.name),
            _again(bundle),
            Connection(bundle.name, ("merged",), put.name),
            _again(put),
            Connection(put.name, ("invalid",), reject.name),
            _again(reject),
        ]
    return Group(
        "ToSilverState",
        "Clean events as Parquet to HDFS, by the hour of their arrival",
        place,
        tuple(processors),
        tuple(connections),
        given.PARAMETERS,
    )


def to_live(stream: Stream, place: tuple[float, float]) -> Group:
    """From the clean topic and the figures of minutes to Cassandra."""
    processors: list[Processor] = []
    connections: list[Connection] = []
    tables = {stream.clean.name: cassandra.event_table(stream).name, stream.minutes.name: ""}
    for column, (topic, table) in enumerate(tables.items()):
        consume = _consume(topic, "nifi-live", (column, 0), LIVE_MILLIS)
        put = _put_live(f"Put {table or 'figures'} to Cassandra", table, (column, 1))
        reject = _quarantine(f"live/{topic}", (column, 2))
        processors += [consume, put, reject]
        connections += [
            Connection(consume.name, ("success",), put.name),
            _again(put),
            Connection(put.name, ("invalid",), reject.name),
            _again(reject),
        ]
    return Group(
        stream.live_flow,
        f"Events and figures of {stream.name} to Cassandra, keyspace {cassandra.KEYSPACE}",
        place,
        tuple(processors),
        tuple(connections),
        given.PARAMETERS,
    )


def _quarantine(what: str, place: tuple[float, float]) -> Processor:
    return _put_lines(
        f"Set aside {what.replace('/', ' ')}",
        f"{QUARANTINE}/{what}/{DAY_OF_ARRIVAL}",
        "json",
        place,
    )


GROUPS: tuple[Group, ...] = (
    *(to_bronze(stream, (column, 0)) for column, stream in enumerate(STREAMS)),
    to_silver(((len(STREAMS) - 1) / 2, 1)),
    *(to_live(stream, (column, 2)) for column, stream in enumerate(STREAMS)),
)


def files() -> Mapping[Path, Callable[[], str]]:
    """The file of each group, and what it should hold."""
    return {FOLDER / f"{group.name}.json": group.render for group in GROUPS}
