"""The Python processors of NiFi, run with a stand-in for NiFi's own package."""

from __future__ import annotations

import importlib.util
import json
import site
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from lakehouse.platform import nifi_child, webhdfs
from lakehouse.platform.nifi_parameters import PARAMETERS
from lakehouse.platform.settings import PROJECT
from lakehouse.registry import catalog
from lakehouse.sinks import cassandra, hdfs
from lakehouse.sinks.encoding.records import Rejected
from lakehouse.streams.flows import GROUPS
from lakehouse.workloads.weblogs.contracts.streams import CLICKSTREAM

FOLDER = PROJECT / "nifi-templates" / "processors"


def nifiapi() -> dict[str, ModuleType]:
    """NiFi's package, as far as processors use it."""

    class FlowFileTransform:
        def __init__(self) -> None:
            self.logger = SimpleNamespace(error=print)

    def descriptor(**options: Any) -> Any:
        return SimpleNamespace(**options)

    def result(relationship: str, contents: bytes = b"") -> Any:
        return relationship, contents

    any_name = type("AnyName", (type,), {"__getattr__": lambda cls, name: name})
    names = {
        "flowfiletransform": {
            "FlowFileTransform": FlowFileTransform,
            "FlowFileTransformResult": result,
        },
        "properties": {
            "PropertyDescriptor": descriptor,
            "StandardValidators": any_name("StandardValidators", (), {}),
            "ExpressionLanguageScope": any_name("ExpressionLanguageScope", (), {}),
        },
        "relationship": {"Relationship": lambda name, description: name},
    }
    modules = {"nifiapi": ModuleType("nifiapi")}
    for name, content in names.items():
        modules[f"nifiapi.{name}"] = ModuleType(f"nifiapi.{name}")
        vars(modules[f"nifiapi.{name}"]).update(content)
    return modules


@pytest.fixture(autouse=True)
def in_nifi(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, module in nifiapi().items():
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setenv("LAKEHOUSE_SOURCE", str(PROJECT / "src"))
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(site, "main", lambda: None)
    monkeypatch.setattr(nifi_child, "settle", lambda: None)
    monkeypatch.setattr(nifi_child, "pause", lambda: None)


class Context:
    """Values of properties, those of the flow and else the defaults."""

    def __init__(self, values: dict[str, str]) -> None:
        self._values = values

    def getProperty(self, descriptor: Any) -> Any:  # noqa: N802 - NiFi's name
        value = self._values.get(descriptor.name, getattr(descriptor, "default_value", None))
        read = SimpleNamespace(getValue=lambda: value)
        return SimpleNamespace(
            getValue=lambda: value, evaluateAttributeExpressions=lambda flowfile: read
        )


def flowfile(content: bytes) -> Any:
    return SimpleNamespace(
        getContentsAsBytes=lambda: content, getAttribute={"uuid": "0a-1b"}.__getitem__
    )


def processor(name: str) -> Any:
    """A new processor from its file, as NiFi loads it."""
    path: Path = FOLDER / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, name)()


def properties(named: str) -> dict[str, str]:
    """Properties of a processor of the flows, by its name on the canvas, parameters replaced."""
    (found,) = [one for group in GROUPS for one in group.processors if one.name == named]
    given = {f"#{{{one.name}}}": one.standard for one in PARAMETERS}
    return {name: given.get(value, value) for name, value in found.properties.items()}


class Files:
    """WebHDFS in memory."""

    held: dict[str, bytes]

    def __init__(self, address: str, user: str) -> None:
        Files.held = {}

    def put(self, path: str, content: bytes, aside: str) -> None:
        Files.held.setdefault(path, content)


def event() -> bytes:
    at = "2026-01-31T09:00:00.250000Z"
    required = {"event_id": "0a", "occurred_at": at, "received_at": at, "place": "p"}
    visit = {"level": "INFO", "user_id": 1, "session_id": 2, "event_type": "click"}
    return json.dumps(required | visit).encode()


def test_put_hdfs_writes_silver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhdfs, "WebHdfs", Files)
    put = processor("PutHdfs")
    context = Context(properties(f"Put {CLICKSTREAM.name} to silver"))
    put.onScheduled(context)

    assert put.transform(context, flowfile(event())) == ("success", b"")
    route = CLICKSTREAM.goes_to("hdfs")
    assert route
    folder = hdfs.folder(route).format(date="2026-01-31", hour="9")
    assert list(Files.held) == [f"{folder}/0a-1b.parquet"]

    relationship, rejected = put.transform(context, flowfile(event() + b"\nno json"))
    assert relationship == "invalid"
    assert json.loads(rejected)["line"] == "no json"


def test_put_hdfs_writes_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhdfs, "WebHdfs", Files)
    put = processor("PutHdfs")
    context = Context(
        {"WebHDFS Address": "http://host", "Directory": "/b", "Aside Directory": "/a"}
    )
    put.onScheduled(context)

    assert put.transform(context, flowfile(b"a line\n")) == ("success", b"")
    assert Files.held == {"/b/0a-1b.log": b"a line\n"}


def test_put_cassandra_writes_to_its_table(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[tuple[Any, ...]] = []

    class Store:
        def __init__(self, **options: Any) -> None:
            self._keyspace = options["keyspace"]

        def write(self, content: bytes, target: str, delivery: str) -> Rejected:
            taken.append((self._keyspace, content, target, delivery))
            if content == b"down":
                raise ConnectionError("no host")
            return Rejected()

        def close(self) -> None: ...

    monkeypatch.setattr(cassandra, "CassandraSink", Store)
    put = processor("PutCassandra")
    table = catalog.EVENT_TABLES[CLICKSTREAM.name]
    context = Context(properties(f"Put {table.name} to Cassandra"))
    put.onScheduled(context)

    assert put.transform(context, flowfile(b"{}")) == ("success", b"")
    assert taken == [(table.keyspace, b"{}", table.name, "0a-1b")]
    # it comes again
    assert put.transform(context, flowfile(b"down")) == ("failure", b"")
    put.onStopped(context)
