"""Publishing rows under the grain of their table."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from lakehouse.contracts.sinks import identity
from lakehouse.sinks.kafka import DeliveryError, KafkaSink
from unit.sinks.tables import EVENTS_TOPIC, WINDOWS_TOPIC

AT_MILLIS = 1_769_860_800_250


class Message:
    def __init__(self, key: bytes, value: bytes) -> None:
        self._key, self._value = key, value

    def key(self) -> bytes:
        return self._key

    def value(self) -> bytes:
        return self._value

    def timestamp(self) -> tuple[int, int]:
        return 1, AT_MILLIS + 40


class Kafka:
    """Topics in memory, as producer and as reader."""

    def __init__(self) -> None:
        self.topics: dict[str, list[Message]] = {}
        self.error: str | None = None
        self._delivered: list[Any] = []

    def produce(self, topic: str, value: bytes, key: bytes, on_delivery: Any) -> None:
        self.topics.setdefault(topic, []).append(Message(key, value))
        self._delivered.append(on_delivery)

    def flush(self, timeout: float) -> int:
        for delivered in self._delivered:
            delivered(self.error, None)
        self._delivered = []
        return 0

    def reader(self, topic: str, last: int | None = None) -> Any:
        messages = self.topics.get(topic, [])[-last if last else None :]

        class Reader:
            def messages(self) -> Iterator[Message]:
                return iter(messages)

            def close(self) -> None: ...

        return Reader()


@pytest.fixture
def kafka() -> Kafka:
    return Kafka()


@pytest.fixture
def sink(kafka: Kafka) -> KafkaSink:
    return KafkaSink(lambda: kafka, kafka.reader)  # type: ignore[arg-type, return-value]


def test_rows_are_published_under_their_grain(sink: KafkaSink, kafka: Kafka) -> None:
    line = b'{"day": "2026-01-31", "toy": "bear", "quantity": 2}'

    rejected = sink.write(line + b'\n{"toy": "bear"}\n', sink.target(WINDOWS_TOPIC), "d1")
    (message,) = kafka.topics["daily_sales"]
    assert (message.key(), message.value()) == (b'["2026-01-31", "bear"]', line)
    assert [json.loads(one)["reason"] for one in rejected.lines] == ["daily_sales: day is missing"]
    assert list(sink.identities(WINDOWS_TOPIC)) == [(identity('["2026-01-31", "bear"]'), None)]


def test_events_keep_their_amount(sink: KafkaSink) -> None:
    events = b'{"event_id": "0a", "amount": 1.50}\n{"event_id": "0b"}'
    sink.write(events, sink.target(EVENTS_TOPIC), "d1")

    found = [(b"\x0a", Decimal("1.5")), (b"\x0b", None)]
    assert list(sink.identities(EVENTS_TOPIC)) == found


def test_message_that_kafka_refuses_is_an_error(sink: KafkaSink, kafka: Kafka) -> None:
    kafka.error = "topic is gone"

    with pytest.raises(DeliveryError, match="not taken 1 messages of sale: topic is gone"):
        sink.write(b'{"event_id": "0a"}', sink.target(EVENTS_TOPIC), "d1")


def test_lag_is_the_time_between_two_topics(sink: KafkaSink) -> None:
    line = json.dumps({"event_id": "0a", "received_at": "2026-01-31T12:00:00.250000Z"}).encode()
    sink.write(line + b'\n{"event_id": "0b"}', sink.target(EVENTS_TOPIC), "d1")

    assert [round(age, 3) for age in sink.lag(EVENTS_TOPIC)] == [0.04]
    assert list(sink.lag(WINDOWS_TOPIC)) == []
