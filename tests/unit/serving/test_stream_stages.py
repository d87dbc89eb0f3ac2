"""Reconciliation of a stream whose source is a topic: each sink, and each window by key."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from lakehouse.contracts.sinks import Seen, identity
from lakehouse.contracts.streams import Route
from lakehouse.platform.settings import Settings
from lakehouse.platform.topics import event_id
from lakehouse.registry import sinks
from lakehouse.serving import stream_proof
from lakehouse.serving.stream_proof import Proof
from unit.sinks.tables import EVENTS, SALES, WINDOWS
from unit.streams.topics import Message, Reader

SOLD = [(b"%d" % number, b'{"toy": "bear"}') for number in range(3)]
EVENT_IDS = [event_id(key, value) for key, value in SOLD]
DAYS = ["2026-01-30", "2026-01-31"]


def clean(event: bytes) -> Message:
    return Message(event.hex().encode(), json.dumps({"amount": 1.50}).encode())


def daily(day: str) -> Message:
    return Message(b"k", json.dumps({"day": day, "toy": "bear"}).encode())


class Store:
    """A sink with the rows of each route."""

    def __init__(self, rows: dict[str, list[Seen]]) -> None:
        self._rows = rows
        self.is_open = True

    def identities(self, route: Route) -> Iterator[Seen]:
        return iter(self._rows[route.name.removesuffix(".kafka").removesuffix(".postgres")])

    def close(self) -> None:
        self.is_open = False


def proof(monkeypatch: pytest.MonkeyPatch, store: Store) -> Proof:
    topics = {
        SALES.raw.name: [Message(key, value) for key, value in SOLD],
        SALES.clean.name: [clean(event) for event in EVENT_IDS],
        SALES.aggregates[0].name: [*(daily(day) for day in DAYS), Message(b"k", b'{"other": 1}')],
    }
    monkeypatch.setattr(stream_proof, "STREAMS", (SALES,))
    monkeypatch.setattr(stream_proof, "TopicReader", lambda topic, _: Reader(topics.get(topic, [])))
    monkeypatch.setattr(sinks, "connect", lambda name, _: store)
    config: Any = Settings(_env_file=None)
    (found,) = stream_proof.prove({}, 0, config=config)
    return found


def rows(events: int, days: int) -> dict[str, list[Seen]]:
    keys = [identity(json.dumps([day, "bear"])) for day in DAYS]
    return {
        EVENTS.topic.name: [(event, Decimal("1.50")) for event in EVENT_IDS[:events]],
        WINDOWS.topic.name: [(key, None) for key in keys[:days]],
    }


def test_only_the_given_streams_are_reconciled(monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(rows(3, 2))
    proof(monkeypatch, store)
    config: Any = Settings(_env_file=None)
    assert list(stream_proof.prove({}, 0, config=config, streams=())) == []
    monkeypatch.setattr(stream_proof, "STREAMS", ())
    (found,) = stream_proof.prove({}, 0, config=config, streams=(SALES,))
    assert found.stream == SALES.name


def test_every_declared_sink_reconciles(monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(rows(3, 2))
    found = proof(monkeypatch, store)

    assert [line for line in found.lines if not line.balanced] == []
    ways = {(line.hop, line.subject): line.found for line in found.lines}
    assert ways[("clean → PostgreSQL", "events")] == ways[("clean → Kafka", "events")] == 3
    assert ways[("in PostgreSQL", "rows")] == 3
    assert ways[("daily → PostgreSQL", "keys")] == ways[("daily → Kafka", "keys")] == 2
    assert not any(way == "in Kafka" or "gold" in way or "log" in way for way, _ in ways)
    assert not store.is_open


def test_events_and_keys_that_a_sink_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    found = proof(monkeypatch, Store(rows(2, 1)))

    lost = {line.hop: line for line in found.lines if line.subject in ("events", "keys")}
    events, keys = lost["clean → PostgreSQL"], lost["daily → PostgreSQL"]
    assert (events.expected, events.found) == (3, 2)
    assert events.examples == (f"{EVENT_IDS[2].hex()} at 2",)
    assert (keys.expected, keys.found, keys.examples) == (2, 1, ('["2026-01-31", "bear"]',))
    assert "logs streaming" in events.remedy
    assert "logs streaming" in keys.remedy
