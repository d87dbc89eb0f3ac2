"""NiFi really started, with Kafka, Cassandra and HDFS: nothing that is written to a log is lost."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import pytest
from confluent_kafka import Consumer, Producer, TopicPartition

from integration.killing import kill
from integration.launching import lakehouse
from lakehouse.contracts.streams import LONGEST_LINE_BYTES
from lakehouse.platform import kafka
from lakehouse.platform.cassandra import open_session
from lakehouse.platform.hdfs import Hdfs
from lakehouse.platform.nifi import NifiSession, alarm
from lakehouse.platform.nifi_flows import NifiFlows
from lakehouse.platform.settings import Settings
from lakehouse.platform.supervise import Supervisor
from lakehouse.platform.trial import trial_platform
from lakehouse.registry.catalog import EVENT_TABLES
from lakehouse.workloads.weblogs.contracts.streams import ACCESS_LOG, CLICKSTREAM

Messages = list[tuple[bytes, bytes]]


@pytest.fixture(scope="module")
def nifi(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings of a running NiFi and of what it needs, its flows started."""
    with trial_platform(tmp_path_factory.mktemp("nifi"), "nifi") as config:
        yield config


def identity(first_line: bytes) -> str:
    """How a file is known."""
    return hashlib.sha256(first_line[:LONGEST_LINE_BYTES]).hexdigest()[:16]


class Written:
    """The messages that should come out of what was written to files."""

    def __init__(self) -> None:
        self.expected: Messages = []

    def expect(self, content: bytes) -> None:
        """Lines of a file from its beginning."""
        lines = content.split(b"\n")
        offset = 0
        for line in lines[:-1] if content.endswith(b"\n") else lines:
            key = f"{identity(lines[0])}:{offset}".encode()
            self.expected.append((key, line[:LONGEST_LINE_BYTES]))
            offset += len(line) + 1


def messages(config: Settings, topic: str) -> Messages:
    """Every message of a topic of one partition, as key and value."""
    consumer = Consumer(
        {
            "bootstrap.servers": kafka.address(config),
            "group.id": str(uuid.uuid4()),
            "enable.auto.commit": False,
        }
    )
    place = TopicPartition(topic, 0, 0)
    consumer.assign([place])
    _, end = consumer.get_watermark_offsets(place, timeout=10)
    found: Messages = []
    while len(found) < end:
        found += [(one.key(), one.value()) for one in consumer.consume(10_000, 1.0)]
    consumer.close()
    return found


def await_(what: Callable[[], Any], wanted: Callable[[Any], bool], seconds: float = 60) -> Any:
    """Look until it is as wanted; what was seen last."""
    until = time.monotonic() + seconds
    seen = what()
    while not wanted(seen) and time.monotonic() < until:
        time.sleep(0.5)
        seen = what()
    return seen


def line(number: int, text: str = "a line") -> bytes:
    """A line like no other."""
    return f"{uuid.uuid4()} {number} {text}".encode()


def produce(config: Settings, topic: str, values: list[bytes]) -> None:
    """Messages into a topic."""
    producer = Producer({"bootstrap.servers": kafka.address(config)})
    for value in values:
        producer.produce(topic, value)
    assert producer.flush(20) == 0


def event(number: int, **change: Any) -> dict[str, Any]:
    """A clean event of the clickstream."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return {
        "event_id": uuid.uuid4().hex,
        "minute": now[:16],
        "occurred_at": now,
        "received_at": now,
        "place": f"0123456789abcdef:{number}",
        "level": "INFO",
        "user_id": number,
        "session_id": 1,
        "event_type": "purchase",
        "amount": 12.5,
        **change,
    }


def files_below(files: Hdfs, folder: str) -> list[str]:
    """Paths of all files below a folder that may not be there yet."""
    if not files.exists(folder):
        return []
    found: list[str] = []
    for entry in files.entries(folder):
        path = f"{folder}/{entry['name'].rsplit('/', 1)[-1]}"
        found += [path] if entry["type"] == "file" else files_below(files, path)
    return found


def alive(processes: list[psutil.Process]) -> list[int]:
    """Those that still run; one that ended may wait for somebody to notice."""
    found = []
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            if process.status() != psutil.STATUS_ZOMBIE:
                found.append(process.pid)
    return found


def test_every_line_arrives_once_with_its_place(nifi: Settings) -> None:
    folder = nifi.weblog_folder(ACCESS_LOG.name)
    log = folder / ACCESS_LOG.log_file
    written = Written()

    oldest = b"\n".join([line(0), b"", bytes(range(256)).replace(b"\n", b""), line(1), b""])
    oldest += b"x" * (3 * LONGEST_LINE_BYTES // 2) + b"\n" + line(2) + b"\n"
    log.write_bytes(oldest)
    time.sleep(1)
    # renamed while its last line has no end yet
    with log.open("ab") as stream:
        stream.write(b"half a ")
        stream.flush()
        log.rename(folder / f"{log.name}.1")
        time.sleep(0.5)
        stream.write(b"line\n")
    written.expect(oldest + b"half a line\n")

    copied = b"".join(line(number) + b"\n" for number in range(500))
    log.write_bytes(copied)
    written.expect(copied)
    time.sleep(1)
    # copied and truncated, then written anew beyond the old offset
    shutil.copy(log, folder / f"{log.name}.2")
    anew = b"".join(line(number) + b"\n" for number in range(900))
    with log.open("r+b") as stream:
        stream.truncate()
        stream.write(anew)
    written.expect(anew)
    time.sleep(1)
    # truncated without a copy: what was read is kept, what follows begins at nought
    last = line(0) + b"\n" + line(1) + b"\n"
    with log.open("r+b") as stream:
        stream.truncate()
        stream.write(last)
    # a rotated file whose last line never gets its end
    lame = line(0) + b"\n" + b"no end"
    (folder / f"{log.name}.0").write_bytes(lame)
    time.sleep(0.2)
    with log.open("ab") as stream:
        stream.write(b"\n")
    written.expect(last + b"\n")
    written.expect(lame)

    found = await_(
        lambda: messages(nifi, ACCESS_LOG.raw.name), lambda seen: len(seen) >= len(written.expected)
    )
    assert Counter(found) == Counter(written.expected)


def test_archives_are_read_and_an_unreadable_file_is_named(nifi: Settings) -> None:
    folder = nifi.weblog_folder(ACCESS_LOG.name)
    log = folder / ACCESS_LOG.log_file
    written = Written()
    before = len(messages(nifi, ACCESS_LOG.raw.name))
    # what NiFi has read, compressed; and what only an archive holds
    read = b"".join(line(number) + b"\n" for number in range(200))
    log.write_bytes(read)
    await_(lambda: len(messages(nifi, ACCESS_LOG.raw.name)), lambda seen: seen >= before + 200)
    (folder / f"{log.name}-20261130.gz").write_bytes(gzip.compress(read))
    log.unlink()
    unread = b"\n".join([line(0), line(1), b""])
    (folder / f"{log.name}.2.gz").write_bytes(gzip.compress(unread))
    (folder / f"{log.name}.3.xz").write_bytes(b"\xfd7zXZ\x00 compressed by another program")
    live = line(0) + b"\n"
    log.write_bytes(live)
    for content in (read, unread, live):
        written.expect(content)
    found = await_(
        lambda: messages(nifi, ACCESS_LOG.raw.name)[before:],
        lambda seen: len(seen) >= len(written.expected),
    )
    assert Counter(found) == Counter(written.expected)
    assert f"{log.name}.3.xz cannot be read" in await_(lambda: alarm(nifi), bool, 30)
    (folder / f"{log.name}.3.xz").unlink()


def test_a_kill_loses_no_line_and_leaves_no_child(nifi: Settings) -> None:
    folder = nifi.weblog_folder(CLICKSTREAM.name)
    written = Written()
    process = psutil.Process(Supervisor(nifi).states()["nifi"].pid)
    children = await_(lambda: process.children(recursive=True), lambda seen: len(seen) >= 3)
    assert len(children) >= 3
    content = b"".join(line(number) + b"\n" for number in range(20_000))
    with (folder / CLICKSTREAM.log_file).open("wb") as stream:
        for start in range(0, len(content), 100_000):
            stream.write(content[start : start + 100_000])
            stream.flush()
            time.sleep(0.05)
            if start == 500_000:
                kill(nifi, "nifi")
                assert await_(lambda: alive(children), lambda seen: not seen, 5) == []
    written.expect(content)
    found = await_(
        lambda: messages(nifi, CLICKSTREAM.raw.name), lambda seen: len(set(seen)) >= 20_000
    )
    assert set(found) == set(written.expected)
    assert len(found) < 40_000


def test_lines_are_in_bronze(nifi: Settings) -> None:
    files = Hdfs(nifi)
    folder = f"/lakehouse/bronze/streams/{CLICKSTREAM.name}"
    raw = {value for _, value in messages(nifi, CLICKSTREAM.raw.name)}

    def kept() -> set[bytes]:
        content = b"".join(files.read(path) for path in files_below(files, folder))
        return set(content.split(b"\n")) - {b""}

    assert await_(kept, lambda seen: seen >= raw) == raw


def test_events_reach_cassandra_and_silver_and_wrong_ones_are_set_aside(nifi: Settings) -> None:
    good = [event(number) for number in range(2000)]
    wrong = [event(1, user_id="nobody"), event(2, event_id=None)]
    lines = [json.dumps(one).encode() for one in (*good, *wrong)]
    produce(nifi, CLICKSTREAM.clean.name, [*lines, b"nonsense"])
    identifiers = {one["event_id"] for one in good}
    table = EVENT_TABLES[CLICKSTREAM.name].full_name
    minutes = {one["minute"] for one in good}

    with open_session(nifi) as session:

        def live() -> set[str]:
            rows = [
                row
                for minute in minutes
                for row in session.execute(f"SELECT * FROM {table} WHERE minute = %s", [minute])
            ]
            return {row.event_id for row in rows}

        assert await_(live, lambda seen: seen >= identifiers) == identifiers
    files = Hdfs(nifi)
    silver = f"/lakehouse/silver/streams/{CLICKSTREAM.name}"
    found = await_(lambda: files_below(files, silver), bool)
    assert all("/ingest_date=" in path and "/ingest_hour=" in path for path in found)
    for place in (f"live/{CLICKSTREAM.clean.name}", f"silver/{CLICKSTREAM.name}"):
        folder = f"/lakehouse/quarantine/streams/{place}"
        aside = await_(lambda folder=folder: files_below(files, folder), bool)
        told = [json.loads(one) for path in aside for one in files.read(path).splitlines()]
        assert {one["line"] for one in told} == {
            "nonsense",
            *(json.dumps(one) for one in wrong),
        }


def test_figures_go_to_the_table_that_they_name(nifi: Settings) -> None:
    figure = {
        "table": "metric_by_day",
        "metric": "clickstream.events",
        "day": "2026-01-31",
        "window_start": "2026-01-31T23:59:00.000000Z",
        "dimension": "all",
        "event_count": 7,
    }
    newer = figure | {"event_count": 8, "amount": "1.10"}
    produce(
        nifi, CLICKSTREAM.aggregates[0].name, [json.dumps(one).encode() for one in (figure, newer)]
    )
    query = (
        "SELECT event_count, amount FROM log_data.metric_by_day "
        "WHERE metric = 'clickstream.events' AND day = '2026-01-31'"
    )
    with open_session(nifi) as session:
        rows = await_(
            lambda: [(row.event_count, str(row.amount)) for row in session.execute(query)],
            lambda seen: seen == [(8, "1.10")],
        )
    assert rows == [(8, "1.10")]


def test_column_added_to_a_live_table_reaches_the_running_processor(nifi: Settings) -> None:
    figure = {
        "table": "metric_by_day",
        "metric": "clickstream.events",
        "day": "2026-01-30",
        "window_start": "2026-01-30T23:59:00.000000Z",
        "dimension": "all",
        "added_later": "written",
    }
    with open_session(nifi) as session:
        session.execute("ALTER TABLE log_data.metric_by_day ADD added_later text")
        produce(nifi, CLICKSTREAM.aggregates[0].name, [json.dumps(figure).encode()])
        query = (
            "SELECT added_later FROM log_data.metric_by_day "
            "WHERE metric = 'clickstream.events' AND day = '2026-01-30'"
        )
        found = await_(lambda: [row.added_later for row in session.execute(query)], bool, 20)
    assert found == ["written"]


def test_kafka_may_be_away_for_a_while(nifi: Settings) -> None:
    log = nifi.weblog_folder(CLICKSTREAM.name) / f"{CLICKSTREAM.log_file}.late"
    kill(nifi, "kafka")
    content = b"".join(line(number) + b"\n" for number in range(100))
    log.write_bytes(content)
    written = Written()
    written.expect(content)
    found = await_(
        lambda: set(messages(nifi, CLICKSTREAM.raw.name)),
        lambda seen: seen >= set(written.expected),
    )
    assert set(written.expected) <= found
    produce(nifi, CLICKSTREAM.clean.name, [json.dumps(event(1, event_id="b" * 32)).encode()])
    before = NifiFlows(nifi).status()
    assert {one.state for one in before} == {"running"}
    table, minute = (
        EVENT_TABLES[CLICKSTREAM.name].full_name,
        datetime.now(UTC).strftime("%Y-%m-%dT%H:%M"),
    )
    with open_session(nifi) as session:
        query = f"SELECT event_id FROM {table} WHERE minute IN (%s, %s)"
        asked = [minute, datetime.now(UTC).strftime("%Y-%m-%dT%H:%M")]
        rows = await_(
            lambda: [row.event_id for row in session.execute(query, asked)],
            lambda seen: "b" * 32 in seen,
        )
    assert "b" * 32 in rows


def test_what_was_changed_by_hand_is_told_and_put_right(nifi: Settings) -> None:
    assert lakehouse("nifi", "compare").returncode == 0
    session = NifiSession(nifi)
    flow = session.get("/flow/process-groups/root")["processGroupFlow"]["flow"]
    group = next(g for g in flow["processGroups"] if g["component"]["name"] == "Ecom_log")["id"]
    NifiFlows(nifi).stop(["Ecom_log"])
    processors = session.get(f"/process-groups/{group}/processors")["processors"]
    chosen = next(p for p in processors if p["component"]["name"].startswith("Consume"))
    component = {"id": chosen["id"], "config": {"properties": {"Max Bundle Records": "5"}}}
    session.put(
        f"/processors/{chosen['id']}", {"revision": chosen["revision"], "component": component}
    )
    answer = lakehouse("nifi", "compare")
    assert answer.returncode == 1
    assert "Max Bundle Records is 5" in answer.stdout
    assert "Ecom_log replaced" in lakehouse("nifi", "deploy").stdout
    assert lakehouse("nifi", "compare").returncode == 0
    assert lakehouse("nifi", "start").returncode == 0
    states = {one["state"] for one in json.loads(lakehouse("nifi", "status", "--json").stdout)}
    assert states == {"running"}


def test_a_wrong_password_is_refused(nifi: Settings) -> None:
    wrong = nifi.model_copy(update={"nifi_password": nifi.nifi_sensitive_key})
    with pytest.raises(Exception, match="refuses"):
        NifiSession(wrong)


def test_no_password_stands_in_a_file_others_may_read(nifi: Settings) -> None:
    conf = nifi.state_dir / "nifi" / "conf"
    secret = nifi.secret("nifi_password")
    for file in Path(conf).iterdir():
        if file.is_file():
            assert secret.encode() not in file.read_bytes()
    assert (conf / "nifi.properties").stat().st_mode & 0o077 == 0
