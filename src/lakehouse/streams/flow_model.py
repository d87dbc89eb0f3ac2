"""The words in which a NiFi flow is described, and the JSON that NiFi reads."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lakehouse.platform.nifi_parameters import CONTEXT, Parameter

ROOM = uuid.UUID("8b0c9d0e-5a57-5d0c-9f3e-6c61b2f0a7d1")
MOST_OBJECTS = 20_000
MOST_BYTES = "256 MB"
COLUMN, ROW = 620.0, 240.0


@dataclass(frozen=True)
class Kind:
    """A type of processor, and the bundle that has it."""

    type: str
    group: str
    artifact: str
    version: str

    @property
    def bundle(self) -> dict[str, str]:
        """The bundle as NiFi names it."""
        return {"group": self.group, "artifact": self.artifact, "version": self.version}


TAIL_LINES = Kind("lakehouse.nifi.TailLines", "lakehouse", "lakehouse-nar", "2.3.0")
PUBLISH_LINES = Kind("lakehouse.nifi.PublishLines", "lakehouse", "lakehouse-nar", "2.3.0")
CONSUME_LINES = Kind("lakehouse.nifi.ConsumeLines", "lakehouse", "lakehouse-nar", "2.3.0")
MERGE_CONTENT = Kind(
    "org.apache.nifi.processors.standard.MergeContent",
    "org.apache.nifi",
    "nifi-standard-nar",
    "2.3.0",
)
PUT_CASSANDRA = Kind("PutCassandra", "org.apache.nifi", "python-extensions", "1.0.0")
PUT_HDFS = Kind("PutHdfs", "org.apache.nifi", "python-extensions", "1.0.0")


@dataclass(frozen=True)
class Processor:
    """One processor of a group.

    Attributes:
        name: its name, once in the group.
        kind: its type.
        properties: those that differ from their defaults.
        place: column and row on the canvas.
        ends: relationships that end here, because nothing is owed any more.
        period: how often it is triggered.
        comment: what it is for.
    """

    name: str
    kind: Kind
    properties: Mapping[str, str]
    place: tuple[float, float]
    ends: tuple[str, ...] = ()
    period: str = "0 sec"
    comment: str = ""


@dataclass(frozen=True)
class Connection:
    """What goes from one processor to another; to itself where it is tried again."""

    source: str
    relationships: tuple[str, ...]
    target: str


@dataclass(frozen=True)
class Group:
    """A process group: the content of one file."""

    name: str
    comment: str
    place: tuple[float, float]
    processors: tuple[Processor, ...]
    connections: tuple[Connection, ...]
    parameters: tuple[Parameter, ...] = field(default=())

    def render(self) -> str:
        """The group as NiFi imports it."""
        snapshot = {
            "flowContents": _group(self),
            "parameterContexts": {CONTEXT: _context(self.parameters)},
            "externalControllerServices": {},
            "flowEncodingVersion": "1.0",
        }
        return json.dumps(snapshot, indent=2, ensure_ascii=False) + "\n"


def _identifier(*parts: str) -> str:
    """The same for the same names, whenever and wherever it is made."""
    return str(uuid.uuid5(ROOM, "/".join(parts)))


def _position(place: tuple[float, float], width: float, height: float) -> dict[str, float]:
    return {"x": place[0] * width, "y": place[1] * height}


def _group(group: Group) -> dict[str, Any]:
    return {
        "identifier": _identifier(group.name),
        "name": group.name,
        "comments": group.comment,
        "position": _position(group.place, 500.0, 260.0),
        "processGroups": [],
        "remoteProcessGroups": [],
        "processors": [_processor(group, one) for one in group.processors],
        "inputPorts": [],
        "outputPorts": [],
        "connections": [_connection(group, one) for one in group.connections],
        "labels": [],
        "funnels": [],
        "controllerServices": [],
        "parameterContextName": CONTEXT,
        "defaultFlowFileExpiration": "0 sec",
        "defaultBackPressureObjectThreshold": MOST_OBJECTS,
        "defaultBackPressureDataSizeThreshold": MOST_BYTES,
        "flowFileConcurrency": "UNBOUNDED",
        "flowFileOutboundPolicy": "STREAM_WHEN_AVAILABLE",
        "executionEngine": "INHERITED",
        "scheduledState": "ENABLED",
        "componentType": "PROCESS_GROUP",
    }


def _processor(group: Group, processor: Processor) -> dict[str, Any]:
    return {
        "identifier": _identifier(group.name, processor.name),
        "groupIdentifier": _identifier(group.name),
        "name": processor.name,
        "comments": processor.comment,
        "position": _position(processor.place, COLUMN, ROW),
        "type": processor.kind.type,
        "bundle": processor.kind.bundle,
        "properties": dict(processor.properties),
        "propertyDescriptors": {},
        "style": {},
        "schedulingPeriod": processor.period,
        "schedulingStrategy": "TIMER_DRIVEN",
        "executionNode": "ALL",
        "penaltyDuration": "2 sec",
        "yieldDuration": "1 sec",
        "bulletinLevel": "WARN",
        "runDurationMillis": 0,
        "concurrentlySchedulableTaskCount": 1,
        "autoTerminatedRelationships": sorted(processor.ends),
        "retryCount": 0,
        "retriedRelationships": [],
        "backoffMechanism": "PENALIZE_FLOWFILE",
        "maxBackoffPeriod": "1 min",
        "scheduledState": "ENABLED",
        "componentType": "PROCESSOR",
    }


def _connection(group: Group, connection: Connection) -> dict[str, Any]:
    names = (connection.source, *connection.relationships, connection.target)
    return {
        "identifier": _identifier(group.name, *names),
        "groupIdentifier": _identifier(group.name),
        "name": "",
        "source": _end(group, connection.source),
        "destination": _end(group, connection.target),
        "selectedRelationships": sorted(connection.relationships),
        "backPressureObjectThreshold": MOST_OBJECTS,
        "backPressureDataSizeThreshold": MOST_BYTES,
        "flowFileExpiration": "0 sec",
        "prioritizers": [],
        "bends": _bends(group, connection),
        "labelIndex": 0,
        "zIndex": 0,
        "loadBalanceStrategy": "DO_NOT_LOAD_BALANCE",
        "partitioningAttribute": "",
        "loadBalanceCompression": "DO_NOT_COMPRESS",
        "componentType": "CONNECTION",
    }


def _end(group: Group, name: str) -> dict[str, str]:
    return {
        "id": _identifier(group.name, name),
        "type": "PROCESSOR",
        "groupId": _identifier(group.name),
        "name": name,
        "comments": "",
    }


def _bends(group: Group, connection: Connection) -> list[dict[str, float]]:
    """A connection back to its own processor runs in a loop at its right side."""
    if connection.source != connection.target:
        return []
    place = next(one.place for one in group.processors if one.name == connection.source)
    at = _position(place, COLUMN, ROW)
    return [
        {"x": at["x"] + 420.0, "y": at["y"] + 20.0},
        {"x": at["x"] + 420.0, "y": at["y"] + 90.0},
    ]


def _context(parameters: tuple[Parameter, ...]) -> dict[str, Any]:
    return {
        "name": CONTEXT,
        "parameters": [
            {
                "name": one.name,
                "description": one.description,
                "sensitive": False,
                "provided": False,
                "value": one.standard,
            }
            for one in parameters
        ],
        "inheritedParameterContexts": [],
        "componentType": "PARAMETER_CONTEXT",
    }
