"""Topics of a real Kafka: read whole, dead letters listed and replayed, watched."""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import hashlib
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest

from integration.launching import lakehouse, lakehouse_json
from lakehouse.contracts.counts import Counts
from lakehouse.platform.kafka import Kafka, address
from lakehouse.platform.settings import Settings
from lakehouse.platform.topics import TopicReader, event_id
from lakehouse.platform.trial import trial_platform
from lakehouse.serving import dead_letters, stream_tables
from lakehouse.serving.ledger import Fingerprint
from lakehouse.serving.stream_proof import prove
from lakehouse.serving.stream_tables import Holding
from lakehouse.sinks.cassandra import CassandraSink
from lakehouse.workloads.weblogs.contracts.streams import CLICKSTREAM

LINES = {b"f:0": b"fly", b"f:4": b"", b"f:5": b"\xff\x00", b"f:8": b"good"}
Produce = Callable[[str, bytes, bytes], None]


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    with trial_platform(tmp_path_factory.mktemp("kafka"), "kafka") as running:
        yield running


@pytest.fixture(scope="module")
def produce(config: Settings) -> Produce:
    from confluent_kafka import Producer

    producer = Producer({"bootstrap.servers": address(config)})

    def send(topic: str, key: bytes, value: bytes) -> None:
        producer.produce(topic, value, key)
        assert producer.flush(20) == 0

    return send


def identity(key: bytes) -> str:
    return hashlib.md5(key + b"\n" + LINES[key]).hexdigest()


def now() -> str:
    return dt.datetime.now(dt.UTC).isoformat().replace("+00:00", "Z")


def letter(key: bytes, reason: str) -> bytes:
    return json.dumps(
        {
            "event_id": identity(key),
            "stream": CLICKSTREAM.name,
            "reason": reason,
            "detail": "in words",
            "place": key.decode(),
            "topic": CLICKSTREAM.raw.name,
            "partition": 0,
            "offset": 0,
            "received_at": now(),
            "line": LINES[key].decode(errors="ignore"),
            "line_base64": base64.b64encode(LINES[key]).decode(),
        }
    ).encode()


@pytest.fixture(scope="module")
def judged(produce: Produce) -> None:
    """Four lines: one clean, three aside, one of them twice."""
    for key, line in LINES.items():
        produce(CLICKSTREAM.raw.name, key, line)
    aside = ((b"f:0", "unknown_word"), (b"f:4", "empty_line"), (b"f:5", "not_text"))
    for key, reason in (*aside, aside[0]):
        produce(CLICKSTREAM.dead_letter.name, identity(key).encode(), letter(key, reason))
    clean = json.dumps({"event_id": identity(b"f:8"), "received_at": now()}).encode()
    produce(CLICKSTREAM.clean.name, identity(b"f:8").encode(), clean)


def read(config: Settings, reader: TopicReader) -> list[tuple[bytes | None, bytes | None]]:
    return [(message.key(), message.value()) for message in reader.messages()]


@pytest.mark.usefixtures("judged")
def test_topics_are_read_whole_and_then_on(config: Settings, produce: Produce) -> None:
    topic = CLICKSTREAM.aggregates[0].name
    with contextlib.closing(TopicReader(topic, config)) as reader:
        assert read(config, reader) == []
        for number in range(3):
            produce(topic, b"key", str(number).encode())
        assert [value for _, value in read(config, reader)] == [b"0", b"1", b"2"]
        produce(topic, b"key", b"3")
        assert [value for _, value in read(config, reader)] == [b"3"]
    with contextlib.closing(TopicReader(topic, config, last=2)) as newest:
        assert [value for _, value in read(config, newest)] == [b"2", b"3"]
    with contextlib.closing(TopicReader(CLICKSTREAM.raw.name, config)) as raw:
        found = [event_id(key, value).hex() for key, value in read(config, raw)]
    assert found == [identity(key) for key in LINES]


@pytest.mark.usefixtures("judged")
def test_dead_letters_are_listed_until_clean(config: Settings, produce: Produce) -> None:
    found = dead_letters.still_aside(CLICKSTREAM, config=config)
    assert [(one.key, one.line) for one in found] == [
        (k, LINES[k]) for k in (b"f:0", b"f:4", b"f:5")
    ]
    listed = lakehouse_json("dead-letters", "list", "--reason", "empty_line")
    assert [one["place"] for one in listed["clickstream"]] == ["f:4"]
    refused = lakehouse("dead-letters", "list", "--stream", "clikstream")
    assert refused.returncode == 1
    assert "did you mean clickstream?" in refused.stderr


@pytest.mark.usefixtures("judged")
def test_a_follower_is_told_of_each_dead_letter_once(config: Settings, produce: Produce) -> None:
    with contextlib.closing(dead_letters.LetterReader(config)) as letters:
        told = Counter((one.stream, one.reason) for one in letters.new())
        assert told == {
            (CLICKSTREAM.name, reason): 1 for reason in ("unknown_word", "empty_line", "not_text")
        }
        again = identity(b"f:4").encode(), letter(b"f:4", "empty_line")
        produce(CLICKSTREAM.dead_letter.name, *again)
        assert list(letters.new()) == []


@pytest.mark.usefixtures("judged")
def test_dead_letters_are_sent_again_with_key_and_bytes(config: Settings, produce: Produce) -> None:
    judge = threading.Thread(target=_judge, args=(config, produce))
    judge.start()
    told = dead_letters.replay(CLICKSTREAM, config=config)
    judge.join()

    assert (told.sent, told.clean, told.aside, told.unknown) == (3, 1, 2, 0)
    left = dead_letters.still_aside(CLICKSTREAM, config=config)
    assert {one.key for one in left} == {b"f:4", b"f:5"}


def _judge(config: Settings, produce: Produce) -> None:
    """Stands for the driver after a fix: the first line is clean, the others are still not."""
    owed = 3
    with contextlib.closing(TopicReader(CLICKSTREAM.raw.name, config, last=0)) as raw:
        while owed:
            for message in raw.messages():
                key = message.key() or b""
                assert message.value() == LINES[key]
                owed -= 1
                if key == b"f:0":
                    event = {"event_id": identity(key), "received_at": now()}
                    clean = json.dumps(event).encode()
                    produce(CLICKSTREAM.clean.name, identity(key).encode(), clean)
                else:
                    again = letter(key, "not_text")
                    produce(CLICKSTREAM.dead_letter.name, identity(key).encode(), again)


@pytest.mark.usefixtures("judged")
def test_watch_shows_what_answers(config: Settings) -> None:
    from confluent_kafka import Consumer, TopicPartition

    options = {"bootstrap.servers": address(config), "group.id": "Ecom_clickstream"}
    reader = Consumer({**options, "enable.auto.commit": False})
    reader.commit(offsets=[TopicPartition(CLICKSTREAM.clean.name, 0, 0)], asynchronous=False)
    reader.close()

    look = lakehouse_json("watch", "--once", "--interval", "0.5")

    clicks = next(view for view in look["views"] if view["stream"] == CLICKSTREAM.name)
    assert clicks["rates"].keys() == {topic.name for topic in CLICKSTREAM.topics}
    clean = Kafka(config).count(CLICKSTREAM.clean.name)
    assert clicks["lags"] == {"Ecom_clickstream": clean, "streaming driver": 0}
    assert clicks["latencies"]["raw → clean"]["events"] > 0
    assert any("Cassandra" in silent for silent in look["silent"])


@pytest.mark.usefixtures("judged")
def test_the_proof_names_what_a_hop_lost_and_where_it_stands(
    config: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the topics as they are; tables hold one event of two, or none."""
    one = (bytes.fromhex(identity(b"f:8")), None)
    empty = Holding(0, Fingerprint(0, 0, 0), Decimal(0))
    monkeypatch.setattr(
        CassandraSink,
        "identities",
        lambda _, route: iter([one] if route.stream is CLICKSTREAM else []),
    )
    monkeypatch.setattr(stream_tables, "holding", lambda stream, place: empty)
    monkeypatch.setattr(stream_tables, "in_lake", lambda stream, place: iter(()))
    told: list[str] = []

    proofs = {p.stream: p for p in prove({CLICKSTREAM.name: Counts(4)}, 0, told.append, config)}

    assert all(line.balanced for line in proofs["access_log"].lines)
    clicks = proofs[CLICKSTREAM.name]
    lines = {line.hop: line for line in clicks.lines if line.subject in ("lines", "events")}
    assert lines["log → raw"].balanced
    assert lines["raw → clean + dead-letter"].balanced
    lost = lines["clean → Cassandra"]
    assert (lost.expected, lost.found) == (2, 1)
    assert lost.examples == (f"{identity(b'f:0')} at f:0",)
    assert (lines["clean → silver"].expected, lines["clean → silver"].found) == (2, 0)
    assert clicks.doubles["raw"] == 3
    assert any("Cassandra lacks 1" in line for line in told)
