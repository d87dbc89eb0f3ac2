"""The real driver on a real Kafka: every line ends in one of two topics, also after a kill."""

from __future__ import annotations

import datetime
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition

from integration.killing import kill
from lakehouse.contracts.streams import Stream, Topic
from lakehouse.platform import kafka
from lakehouse.platform.settings import Settings
from lakehouse.platform.supervise import Supervisor
from lakehouse.platform.trial import trial_platform
from lakehouse.registry.catalog import STREAMS
from lakehouse.workloads.weblogs.contracts.streams import ACCESS_LOG, CLICKSTREAM

LINES = 4_000
BAD_EVERY = 100
WAIT_SECONDS = 180.0


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    with trial_platform(tmp_path_factory.mktemp("streaming"), "streaming") as running:
        yield running


def _until(config: Settings, done: Callable[[Settings], bool]) -> None:
    end = time.monotonic() + WAIT_SECONDS
    while not done(config):
        assert time.monotonic() < end, _log(config)[-3000:]
        time.sleep(0.5)


def _log(config: Settings) -> str:
    return (config.logs_dir / "streaming.log").read_text(encoding="utf-8", errors="replace")


def _line(stream: Stream, number: int, moment: datetime.datetime) -> str:
    if number % BAD_EVERY == 0:
        return f"no line of this log {number}"
    if stream is ACCESS_LOG:
        written = moment.strftime("%d/%b/%Y:%H:%M:%S +0000")
        return f'10.0.0.{number % 50} - - [{written}] "GET /p/{number % 7} HTTP/1.1" 200 10'
    written = moment.strftime("%Y-%m-%d %H:%M:%S.%f")
    return (
        f"{written} [INFO] USER_ID: {number % 50} SESSION_ID: 1 EVENT_TYPE: purchase "
        "PRODUCT_ID: N/A AMOUNT: 0.10 OUTCOME: purchase"
    )


def _write(config: Settings, first: int, seconds: float) -> None:
    """Lines of both streams, from a number on, spread over some seconds."""
    producer = Producer({"bootstrap.servers": kafka.address(config)})
    for number in range(first, first + LINES):
        moment = datetime.datetime.now(datetime.UTC)
        for stream in STREAMS:
            line = _line(stream, number, moment)
            producer.produce(stream.raw.name, line, key=f"file:{number}")
        producer.poll(0)
        time.sleep(seconds / LINES)
    assert producer.flush(60) == 0


def _messages(config: Settings, topic: Topic) -> list[dict[str, Any]]:
    """Everything in a topic, in order."""
    options = {"bootstrap.servers": kafka.address(config), "group.id": "test"}
    consumer = Consumer(options | {"enable.auto.commit": False})
    partition = TopicPartition(topic.name, 0, 0)
    _, end = consumer.get_watermark_offsets(partition)
    consumer.assign([partition])
    found = []
    while consumer.position([partition])[0].offset < end:
        for message in consumer.consume(5_000, 1.0):
            assert message.error() is None
            found.append(json.loads(message.value()) | {"_key": message.key()})
    consumer.close()
    return found


def _places(config: Settings, stream: Stream) -> dict[str, set[str]]:
    """The ids that each place in the log got, in both topics together."""
    places: dict[str, set[str]] = {}
    for topic in (stream.clean, stream.dead_letter):
        for message in _messages(config, topic):
            places.setdefault(message["place"], set()).add(message["event_id"])
    return places


def _arrived(count: int) -> Callable[[Settings], bool]:
    return lambda config: all(len(_places(config, stream)) >= count for stream in STREAMS)


def _assert_balance(config: Settings, count: int) -> None:
    for stream in STREAMS:
        places = _places(config, stream)
        assert set(places) == {f"file:{number}" for number in range(count)}
        assert all(len(ids) == 1 for ids in places.values())
        dead = {message["place"] for message in _messages(config, stream.dead_letter)}
        assert dead == {f"file:{number}" for number in range(0, count, BAD_EVERY)}


def _figures(config: Settings, stream: Stream, metric: str) -> Counter[str]:
    """Events by minute, from the newest messages."""
    newest = {
        m["_key"]: m for m in _messages(config, stream.aggregates[0]) if m.get("metric") == metric
    }
    return Counter({m["window_start"][:16]: m["event_count"] for m in newest.values()})


def _counted(config: Settings, stream: Stream) -> Counter[str]:
    """Events by minute, from the events themselves, each once."""
    events = {m["event_id"]: m["minute"] for m in _messages(config, stream.clean)}
    return Counter(events.values())


def _figures_agree(config: Settings) -> bool:
    metrics = {ACCESS_LOG: "access_log.requests", CLICKSTREAM: "clickstream.events"}
    return all(_figures(config, s, m) == _counted(config, s) for s, m in metrics.items())


def test_every_line_arrives_once_also_after_a_kill(config: Settings) -> None:
    _write(config, 0, seconds=5)
    _until(config, _arrived(LINES))
    _assert_balance(config, LINES)

    _write(config, LINES, seconds=2)
    kill(config, "streaming")
    _until(config, _arrived(2 * LINES))
    _assert_balance(config, 2 * LINES)
    _until(config, _figures_agree)


def test_the_driver_ends_and_starts_when_it_is_told_to(config: Settings) -> None:
    ready = config.state_dir / "streaming" / "ready"
    assert ready.exists()

    supervisor = Supervisor(config)
    supervisor.stop("streaming")
    assert not ready.exists()
    assert "ended:" not in _log(config)
    supervisor.start("streaming")
    _until(config, lambda _: ready.exists())
