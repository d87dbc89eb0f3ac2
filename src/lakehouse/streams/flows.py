"""The flows of NiFi: what carries lines from the logs, and events to where they are kept.

Written as JSON into `nifi-templates` by `./lakehouse docs`. Addresses and folders are parameters;
`lakehouse.platform.nifi_parameters` tells a running NiFi their values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from lakehouse.contracts import cassandra, places
from lakehouse.contracts.model import Layer
from lakehouse.contracts.streams import (
    LONGEST_LINE_BYTES,
    LogFile,
    Route,
    Stream,
)
from lakehouse.platform import nifi_parameters as given
from lakehouse.registry.catalog import STREAMS
from lakehouse.sinks import hdfs
from lakehouse.sinks.cassandra import live_table
from lakehouse.streams.delivering import QUARANTINE
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
DAY_OF_ARRIVAL = "ingest_date=${entryDate:format('yyyy-MM-dd', 'UTC')}"
# a bundle for HDFS is closed when it is this old or this large
BUNDLE_AGE = "10 sec"
BUNDLE_SIZE = "4 MB"
LARGEST_BUNDLE = "32 MB"
LIVE_MILLIS = 100
CASSANDRA, HDFS = "cassandra", "hdfs"
_LOGS = tuple(stream for stream in STREAMS if stream.log)


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
            "Aside Directory": hdfs.ASIDE,
            "Format": "lines",
            "Extension": extension,
        },
        place,
        # lines as they are cannot be invalid
        ends=("invalid", "original", "success"),
    )


def _put_parquet(route: Route, place: tuple[float, float]) -> Processor:
    return Processor(
        f"Put {route.stream.name} to silver",
        PUT_HDFS,
        {
            "WebHDFS Address": _reference("hdfs.address"),
            "Directory": hdfs.folder(route),
            "Aside Directory": hdfs.ASIDE,
            "Format": "parquet",
            "Extension": hdfs.EXTENSION,
            "Schema": hdfs.columns(route),
            "Moment Field": hdfs.MOMENT,
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


def _put_live(name: str, keyspace: str, table: str, place: tuple[float, float]) -> Processor:
    properties = {
        "Contact Points": _reference("cassandra.hosts"),
        "Port": _reference("cassandra.port"),
        "Datacenter": _reference("cassandra.datacenter"),
        "Keyspace": keyspace,
        "Consistency": _reference("cassandra.consistency"),
    }
    if table:
        properties["Table"] = table
    return Processor(name, PUT_CASSANDRA, properties, place, ends=("original", "success"))


def _again(processor: Processor) -> Connection:
    """What failed waits a little and is tried again, for as long as it takes."""
    return Connection(processor.name, ("failure",), processor.name)


def to_bronze(stream: Stream, log: LogFile, place: tuple[float, float]) -> Group:
    """From a log to its raw topic, and bundled to bronze."""
    tail = _tail(stream, (0, 0))
    publish = _publish(stream, (0, 1))
    bundle = _bundle("Bundle for HDFS", (1, 0))
    put = _put_lines("Put to bronze", f"{BRONZE}/{stream.name}/{DAY_OF_ARRIVAL}", "log", (1, 1))
    return Group(
        log.bronze_flow,
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
    routes = [route for one in _LOGS if (route := one.goes_to(HDFS))]
    for column, route in enumerate(routes):
        stream = route.stream
        consume = _consume(stream.clean.name, "nifi-silver", (column, 0), 1000)
        bundle = _bundle(f"Bundle {stream.name}", (column, 1))
        put = _put_parquet(route, (column, 2))
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


def to_live(stream: Stream, log: LogFile, place: tuple[float, float]) -> Group:
    """From the topics of events and of windows to Cassandra."""
    processors: list[Processor] = []
    connections: list[Connection] = []
    for column, route in enumerate(one for one in stream.routes if one.sink == CASSANDRA):
        topic, found = route.topic.name, live_table(route)
        # rows that name their table, or the table of all rows
        keyspace, table = (found.keyspace, found.name) if found else (cassandra.KEYSPACE, "")
        consume = _consume(topic, "nifi-live", (column, 0), LIVE_MILLIS)
        put = _put_live(f"Put {table or 'figures'} to Cassandra", keyspace, table, (column, 1))
        reject = _quarantine(f"live/{topic}", (column, 2))
        processors += [consume, put, reject]
        connections += [
            Connection(consume.name, ("success",), put.name),
            _again(put),
            Connection(put.name, ("invalid",), reject.name),
            _again(reject),
        ]
    return Group(
        log.live_flow,
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


def _groups() -> Iterator[Group]:
    logs = [(stream, stream.log) for stream in _LOGS if stream.log]
    for column, (stream, log) in enumerate(logs):
        yield to_bronze(stream, log, (column, 0))
    yield to_silver(((len(logs) - 1) / 2, 1))
    for column, (stream, log) in enumerate(logs):
        yield to_live(stream, log, (column, 2))


GROUPS: tuple[Group, ...] = tuple(_groups())


def files() -> Mapping[Path, Callable[[], str]]:
    """The file of each group, and what it should hold."""
    return {FOLDER / f"{group.name}.json": group.render for group in GROUPS}
