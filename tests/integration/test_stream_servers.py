"""Kafka and Cassandra of the streams, started alone: what is declared is there, and survives."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Iterator
from decimal import Decimal

import pytest
from cassandra.cluster import Session
from confluent_kafka import Consumer, KafkaError, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource, ResourceType

from integration.killing import kill
from integration.launching import lakehouse
from lakehouse.contracts import cassandra as contract
from lakehouse.contracts.cassandra import LiveTable, Question
from lakehouse.contracts.model import Column
from lakehouse.platform import cassandra, kafka
from lakehouse.platform.kafka import Kafka
from lakehouse.platform.settings import Settings
from lakehouse.platform.supervise import Supervisor
from lakehouse.platform.trial import trial_platform
from lakehouse.registry import catalog
from lakehouse.serving import live
from lakehouse.workloads.weblogs.contracts import live as live_tables
from lakehouse.workloads.weblogs.contracts.streams import ACCESS_LOG, CLICKSTREAM

NOON = dt.datetime(2026, 1, 31, 12)
ROWS = 5


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    with trial_platform(tmp_path_factory.mktemp("streams"), "kafka", "cassandra") as config:
        yield config


@pytest.fixture
def session(servers: Settings) -> Iterator[Session]:
    with cassandra.open_session(servers) as opened:
        yield opened


def produce(config: Settings, topic: str, value: bytes) -> str:
    """Hand a message over and wait for the answer; the reason where it is refused."""
    reasons: list[str] = []
    producer = Producer(
        {
            "bootstrap.servers": kafka.address(config),
            "message.max.bytes": 10**7,
            "message.timeout.ms": 20_000,
            # how long a topic that is not there might still be on its way
            "topic.metadata.propagation.max.ms": 1000,
        }
    )

    def answered(error: KafkaError | None, _: Message) -> None:
        reasons.append(error.name() if error else "")

    producer.produce(topic, value, on_delivery=answered)
    assert producer.flush(30) == 0
    return reasons[0]


def test_each_runs_without_the_other_servers(servers: Settings) -> None:
    found = json.loads(lakehouse("status", "--json").stdout)
    ready = {entry["name"]: entry for entry in found if entry["state"] != "stopped"}
    assert set(ready) == {"kafka", "cassandra"}
    assert {entry["state"] for entry in ready.values()} == {"ready"}
    assert sum(entry["memory_mb"] for entry in ready.values()) < 1200


def test_starting_one_more_leaves_the_others_alone(servers: Settings) -> None:
    before = Supervisor(servers).states()["kafka"].pid
    answer = lakehouse("up", "cassandra")
    assert answer.returncode == 0, answer.stderr
    assert Supervisor(servers).states()["kafka"].pid == before


def test_topics_are_as_declared(servers: Settings) -> None:
    declared = {topic.name: servers.kafka_partitions for topic in kafka.declared_topics()}
    assert declared.items() <= Kafka(servers).partitions().items()
    admin = AdminClient({"bootstrap.servers": kafka.address(servers)})
    asked = [ConfigResource(ResourceType.TOPIC, name) for name in declared]
    for answer in admin.describe_configs(asked).values():
        found = {name: entry.value for name, entry in answer.result(20).items()}
        assert kafka.TOPIC_CONFIG.items() <= found.items()


def test_a_topic_grows_and_is_never_made_by_mistake(servers: Settings) -> None:
    topic = CLICKSTREAM.dead_letter.name
    for partitions in (3, 2):
        kafka.bootstrap(servers.model_copy(update={"kafka_partitions": partitions}))
        assert Kafka(servers).partitions()[topic] == 3
    assert "UNKNOWN_TOPIC" in produce(servers, "misspelt", b"line")
    assert "misspelt" not in Kafka(servers).partitions()
    with pytest.raises(kafka.KafkaError, match="no topic misspelt"):
        Kafka(servers).count("misspelt")


def test_the_longest_message_goes_through_and_a_longer_one_does_not(servers: Settings) -> None:
    topic = ACCESS_LOG.dead_letter.name
    before = Kafka(servers).count(topic)
    assert produce(servers, topic, b"x" * (kafka.LARGEST_MESSAGE_BYTES - 1000)) == ""
    longer = b"x" * (kafka.LARGEST_MESSAGE_BYTES + 1000)
    assert produce(servers, topic, longer) == "MSG_SIZE_TOO_LARGE"
    assert Kafka(servers).count(topic) == before + 1


def test_a_message_survives_a_kill(servers: Settings) -> None:
    topic, value = ACCESS_LOG.raw.name, uuid.uuid4().bytes
    assert produce(servers, topic, value) == ""
    ends = Kafka(servers).end_offsets(topic)
    kill(servers, "kafka")
    assert Kafka(servers).end_offsets(topic) == ends
    consumer = Consumer({"bootstrap.servers": kafka.address(servers), "group.id": "test"})
    place = next(TopicPartition(topic, number, end - 1) for number, end in ends.items() if end)
    consumer.assign([place])
    message = consumer.poll(30)
    consumer.close()
    assert message is not None
    assert message.value() == value


def test_tables_are_as_declared_and_gain_columns(servers: Settings, session: Session) -> None:
    lost = live_tables.SESSION_BY_MINUTE.columns[-1]
    session.execute(f"ALTER TABLE {live_tables.SESSION_BY_MINUTE.full_name} DROP {lost.name}")
    cassandra.bootstrap(servers)
    with cassandra.open_session(servers) as fresh:
        found = fresh.cluster.metadata.keyspaces[contract.KEYSPACE].tables
    assert set(found) == {table.name for table in catalog.LIVE_TABLES}
    for table in catalog.LIVE_TABLES:
        existing = found[table.name]
        assert {name: column.cql_type for name, column in existing.columns.items()} == {
            column.name: contract.cql_type(column.type) for column in table.columns
        }
        assert tuple(column.name for column in existing.partition_key) == table.partition
        order = {c.name: "DESC" if c.is_reversed else "ASC" for c in existing.clustering_key}
        assert tuple(order.items()) == table.clustering


def test_a_row_survives_a_kill_right_behind_its_answer(servers: Settings, session: Session) -> None:
    name = live_tables.SESSION_BY_MINUTE.full_name
    minutes = [uuid.uuid4().hex for _ in range(20)]
    for minute in minutes:
        session.execute(
            f"INSERT INTO {name} (minute, user_id, session_id) VALUES (%s, 1, 1)", (minute,)
        )
    kill(servers, "cassandra")
    with cassandra.open_session(servers) as fresh:
        for minute in minutes:
            rows = fresh.execute(f"SELECT user_id FROM {name} WHERE minute = %s", (minute,))
            assert rows.one() == (1,)


def value(column: Column, number: int) -> object:
    """Some value of a column's type, the same for the same number."""
    if column.name in ("occurred_at", "window_start"):
        return NOON + dt.timedelta(seconds=number)
    return {
        "text": str(number),
        "int": number,
        "bigint": number,
        "decimal": Decimal(number),
        "timestamp": NOON,
        "date": NOON.date(),
    }[contract.cql_type(column.type)]


def partitions(table: LiveTable) -> list[tuple[object, ...]]:
    """Keys of partitions: those that questions ask for at noon, and neighbours of theirs."""
    if table.partition == ("minute",):
        return [("2026-01-31T12:00",), ("2026-01-31T12:01",), ("2026-01-31T11:59",)]
    if table is live_tables.METRIC_BY_DAY:
        names = [name for metrics in live_tables.METRICS.values() for name in metrics]
        return [(name, NOON.date() - dt.timedelta(days=back)) for name in names for back in (0, 1)]
    names = [name for metrics in live_tables.RANKINGS.values() for name in metrics]
    return [(name, hour) for name in names for hour in ("2026-01-31T12", "2026-01-31T11")]


@pytest.fixture(scope="module")
def rows(servers: Settings) -> None:
    with cassandra.open_session(servers) as opened:
        for table in catalog.LIVE_TABLES:
            names = [column.name for column in table.columns]
            marks = ", ".join("?" for _ in names)
            insert = opened.prepare(
                f"INSERT INTO {table.full_name} ({', '.join(names)}) VALUES ({marks})"
            )
            for key in partitions(table):
                for number in range(ROWS):
                    row = {column.name: value(column, number) for column in table.columns}
                    opened.execute(insert, row | dict(zip(table.partition, key, strict=True)))


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("question", catalog.QUESTIONS, ids=lambda question: question.name)
def test_a_question_reads_one_partition(servers: Settings, question: Question) -> None:
    answer = live.ask(question.name, NOON, servers, trace=True, user_id=3)
    did = answer.trace

    assert len(answer.rows) == (1 if "%(user_id)s" in question.cql else ROWS)
    assert did is not None
    assert (did.partitions, did.ranges) == (1, 0)
    # no row is read that is not answered
    assert (did.rows, did.tombstones) == (len(answer.rows), 0)
