"""Rates, lags and latencies of streams, also of one that Kafka and Cassandra lack."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from cassandra import InvalidRequest

from lakehouse.contracts import cassandra
from lakehouse.contracts.streams import Route
from lakehouse.platform import cassandra as cassandra_server
from lakehouse.platform import probes
from lakehouse.platform.errors import UnavailableError
from lakehouse.platform.kafka import KafkaError
from lakehouse.platform.settings import Settings
from lakehouse.registry import sinks
from lakehouse.registry.catalog import STREAMS
from lakehouse.serving import stream_watch
from lakehouse.serving.metrics.exporter import Source
from lakehouse.serving.metrics.streams import Flow
from lakehouse.serving.stream_watch import Watcher
from lakehouse.workloads.weblogs.contracts.streams import CLICKSTREAM
from unit.sinks.tables import SALES
from unit.streams.three_streams import SEARCH, THREE

AT = "2026-01-31 12:00:00.250000"
AT_MILLIS = 1_769_860_800_250


class Message:
    def __init__(self, value: bytes, after: int) -> None:
        self._value, self._at = value, AT_MILLIS + after

    def value(self) -> bytes:
        return self._value

    def timestamp(self) -> tuple[int, int]:
        return (1, self._at)


class Kafka:
    """Holds the topics of the two streams of the platform."""

    known = frozenset(topic.name for stream in STREAMS for topic in stream.topics)

    def __init__(self, _: Settings) -> None: ...

    def end_offsets(self, topic: str) -> dict[int, int]:
        if topic not in self.known:
            raise KafkaError(f"Kafka has no topic {topic}: ./lakehouse up stream makes it")
        return {0: 7}

    def count(self, topic: str) -> int:
        return 0 if topic.endswith("dead-letter") else sum(self.end_offsets(topic).values())


class Reader:
    def __init__(self, topic: str, *_: Any, **__: Any) -> None:
        self._topic = topic

    def messages(self) -> Iterator[Message]:
        if self._topic.endswith("raw"):
            yield Message(f"{AT} [INFO] USER_ID: 1".encode(), 20)
            yield Message(b"no timestamp", 20)
        else:
            yield Message(json.dumps({"received_at": f"{AT}+00:00"}).encode(), 30)
            # from a writer that knows another form
            yield Message(b'{"terms": "shoes"}', 30)

    def close(self) -> None: ...


class Session:
    """Holds the live tables of the two streams."""

    def execute(self, cql: str, _: Any) -> list[Any]:
        if SEARCH.name in cql:
            raise InvalidRequest("unconfigured table search_by_minute")
        return []


@pytest.fixture
def watcher(monkeypatch: pytest.MonkeyPatch) -> Watcher:
    monkeypatch.setattr(stream_watch, "STREAMS", THREE)
    monkeypatch.setattr(stream_watch, "Kafka", Kafka)
    monkeypatch.setattr(stream_watch, "TopicReader", Reader)
    monkeypatch.setattr(stream_watch, "committed", lambda _: {})
    monkeypatch.setattr(stream_watch, "require_listener", lambda *_: None)
    session = contextlib.nullcontext(Session())
    monkeypatch.setattr(cassandra_server, "open_session", lambda _: session)
    monkeypatch.setattr(probes, "require_listener", lambda *_: None)
    return Watcher(Settings(_env_file=None))


def test_unknown_stream_leaves_the_others_their_values(watcher: Watcher) -> None:
    look = watcher.look()

    views = {view.stream: view for view in look.views}
    assert list(views) == [stream.name for stream in THREE]
    assert views["access_log"].messages["access_log.raw"] == 7
    assert set(views["access_log"].latencies) == {"raw → clean"}
    measured = views[CLICKSTREAM.name].latencies
    assert {hop: (round(found.p50), found.events) for hop, found in measured.items()} == {
        "log → raw": (20, 1),
        "raw → clean": (30, 1),
    }
    assert (look.silent, views["search"].messages) == ([], {})
    assert ["search: " in problem for problem in look.problems] == [True, True]
    assert all("./lakehouse up stream" in problem for problem in look.problems)


class Store:
    """A sink whose rows were written this many seconds after their arrival; None if it is away."""

    def __init__(self, seconds: float | None) -> None:
        self._seconds = seconds
        self.asked: list[str] = []

    def lag(self, route: Route) -> list[float]:
        self.asked.append(route.stream.name)
        if self._seconds is None:
            raise UnavailableError("PostgreSQL does not answer")
        return [self._seconds]

    def close(self) -> None: ...


@pytest.mark.parametrize("seconds", [0.25, None])
def test_latency_is_measured_at_each_declared_sink(
    watcher: Watcher, monkeypatch: pytest.MonkeyPatch, seconds: float | None
) -> None:
    store = Store(seconds)
    other = replace(SALES, name="returns")
    monkeypatch.setattr(stream_watch, "STREAMS", (SALES, other))
    monkeypatch.setattr(Kafka, "known", {one.name for s in (SALES, other) for one in s.topics})
    monkeypatch.setattr(sinks, "connect", lambda name, _: store)

    look = watcher.look()
    latencies = [set(view.latencies) - {"raw → clean"} for view in look.views]
    if seconds is None:
        assert (latencies, look.problems) == ([set(), set()], [])
        assert look.silent == ["PostgreSQL does not answer"] * 2
        # a server that is away is asked once
        assert store.asked == ["sales"] * 2
    else:
        assert latencies == [{"raw → PostgreSQL", "raw → Kafka"}] * 2
        assert look.views[0].latencies["raw → PostgreSQL"].p50 == 250


def test_exporter_keeps_the_samples_of_known_streams(watcher: Watcher) -> None:
    flow = Flow(Settings(_env_file=None))
    flow._watcher = watcher
    source = Source("flow", flow, 15)
    source.refresh()

    assert {sample.labels[0] for sample in source.samples} == {"access_log", "clickstream"}
    # the problem is logged, and shows in lakehouse_source_up
    assert source.up is False


@pytest.mark.parametrize("stream", THREE, ids=lambda stream: stream.name)
def test_write_time_is_read_of_a_column_that_every_row_has(stream: Any) -> None:
    table = cassandra.event_table(stream)
    (column,) = [one for one in table.columns if one.name == table.written_column]
    assert not column.nullable
    assert column.name not in table.key
