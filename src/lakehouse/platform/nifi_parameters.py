"""What the flows of NiFi are told where they run: addresses and folders."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from lakehouse.contracts.streams import Stream
from lakehouse.platform import kafka
from lakehouse.platform.settings import Settings
from lakehouse.registry.catalog import STREAMS

CONTEXT = "lakehouse"


@dataclass(frozen=True)
class Parameter:
    """An address or a folder.

    Attributes:
        name: its name in the parameter context.
        description: what it is.
        standard: what stands in the files of flows; a running NiFi is told `value`.
        value: what it is by the settings.
    """

    name: str
    description: str
    standard: str
    value: Callable[[Settings], str]


def _folder(stream: Stream) -> Parameter:
    return Parameter(
        f"logs.{stream.name}",
        f"Folder of {stream.log_file} and of its rotated files",
        f"/var/log/lakehouse/{stream.name}",
        lambda config: str(config.weblog_folder(stream.name)),
    )


def _names(stream: Stream) -> Parameter:
    return Parameter(
        f"names.{stream.name}",
        f"Regular expression of the names of {stream.log_file} and of its rotated files",
        re.escape(stream.log_file) + r"([-.].+)?",
        lambda config: config.weblog_names(stream.name),
    )


PARAMETERS: tuple[Parameter, ...] = (
    *(_folder(stream) for stream in STREAMS if stream.log),
    *(_names(stream) for stream in STREAMS if stream.log),
    Parameter(
        "kafka.servers",
        "Addresses of Kafka, as host:port",
        "127.0.0.1:9092",
        kafka.address,
    ),
    Parameter(
        "hdfs.address",
        "WebHDFS of the name node",
        "http://127.0.0.1:9870",
        lambda config: f"http://{config.namenode_host}:{config.namenode_http_port}",
    ),
    Parameter(
        "cassandra.hosts",
        "Addresses of Cassandra",
        "127.0.0.1",
        lambda config: config.cassandra_host,
    ),
    Parameter(
        "cassandra.port",
        "Port of Cassandra for clients",
        "9042",
        lambda config: str(config.cassandra_port),
    ),
    Parameter(
        "cassandra.datacenter",
        "Data centre that is written to",
        "datacenter1",
        lambda config: config.cassandra_datacenter,
    ),
    Parameter(
        "cassandra.consistency",
        "Replicas that must have a row before it counts as written",
        "LOCAL_ONE",
        lambda config: config.cassandra_consistency,
    ),
)


def named(name: str) -> Parameter:
    """The parameter of that name.

    Raises:
        KeyError: there is none.
    """
    return {parameter.name: parameter for parameter in PARAMETERS}[name]
