"""Kafka to Kafka: how long the parsing query takes, event by event or batch by batch."""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from confluent_kafka import OFFSET_END, Consumer, TopicPartition

from benchmarks.measuring import tell
from benchmarks.streaming.figures import Busy, Latencies, latencies, server_pids
from lakehouse.platform import kafka
from lakehouse.platform.environment import process_environment
from lakehouse.platform.services import SERVICES
from lakehouse.platform.settings import PROJECT, Settings
from lakehouse.workloads.weblogs.contracts.streams import CLICKSTREAM

MODES = ("realtime", "microbatch")
_WARM_UP = 20.0
_PROGRAM = Path("../../benchmarks/streaming/query.py")
# reading the JSON of every message would take a core of its own
_EVERY = 20
_RECEIVED = re.compile(rb'"received_at":"([^"]+)"')


@dataclass(frozen=True)
class Hop:
    """One mode at one rate."""

    mode: str
    rate: int
    sent: int
    arrived: int
    latencies: Latencies
    cores: dict[str, float]


def measure(platform: Settings, *, mode: str, rate: int, seconds: float) -> Hop:
    """One mode at one rate, on a Kafka that holds nothing yet: the query reads all there is."""
    config = platform.model_copy(update={"streaming_trigger": mode})
    found = _measured(config, mode, rate, seconds)
    told = found.latencies
    tell(f"{mode} at {rate:,}/s: p50 {told.p50:.0f} ms, p99 {told.p99:.0f} ms")
    return found


def _measured(config: Settings, mode: str, rate: int, seconds: float) -> Hop:
    with _query(config, f"{mode}-{rate}") as pid, _reader(config) as read:
        _await_first_event(read)
        _send(rate, _WARM_UP)
        read(2.0)
        busy = Busy({"query": pid, **server_pids(config, "kafka")})
        busy.start()
        began = time.monotonic()
        waited, arrived = [], 0
        with _sender(rate, seconds) as sender:
            while sender.poll() is None:
                more, count = read(0.05)
                waited += more
                arrived += count
            assert sender.stdout is not None
            sent = int(sender.stdout.read())
        cores = busy.cores(time.monotonic() - began)
        more, count = read(10.0)
        return Hop(mode, rate, sent, arrived + count, latencies(waited + more), cores)


@contextmanager
def _query(config: Settings, name: str) -> Iterator[int]:
    """The process of a query that starts with what comes after it."""
    folder = config.state_dir / "measured" / name
    folder.mkdir(parents=True)
    environment = process_environment(config) | {"LAKEHOUSE_STREAMING_DATA": str(folder)}
    log = (folder / "query.log").open("w")
    command = [str(SERVICES / "streaming" / "run"), str(_PROGRAM)]
    process = subprocess.Popen(
        command, env=environment, stdout=log, stderr=log, start_new_session=True
    )
    try:
        yield process.pid
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        log.close()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _reader(config: Settings) -> Iterator[Callable[[float], tuple[list[float], int]]]:
    """Reads what comes into the clean topic for some seconds: milliseconds waited, and how many."""
    consumer = Consumer(
        {
            "bootstrap.servers": kafka.address(config),
            "group.id": "benchmark",
            "enable.auto.commit": False,
            "fetch.wait.max.ms": 5,
        }
    )
    topic = CLICKSTREAM.clean.name
    ends = range(config.kafka_partitions)
    consumer.assign([TopicPartition(topic, number, OFFSET_END) for number in ends])

    def read(seconds: float) -> tuple[list[float], int]:
        waited, count, until = [], 0, time.monotonic() + seconds
        while time.monotonic() < until:
            messages = consumer.consume(500, 0.02)
            now = time.time()
            waited += [_waited(message.value(), now) for message in messages[::_EVERY]]
            count += len(messages)
        return waited, count

    try:
        yield read
    finally:
        consumer.close()


def _waited(value: bytes | None, now: float) -> float:
    found = _RECEIVED.search(value or b"")
    assert found is not None
    return (now - dt.datetime.fromisoformat(found.group(1).decode()).timestamp()) * 1000


def _await_first_event(read: Callable[[float], tuple[list[float], int]]) -> None:
    until = time.monotonic() + 180
    while time.monotonic() < until:
        _send(10, 1.0)
        if read(2.0)[1]:
            return
    raise TimeoutError("the query puts nothing out")


def _send(rate: int, seconds: float) -> None:
    with _sender(rate, seconds) as sender:
        sender.wait()


@contextmanager
def _sender(rate: int, seconds: float) -> Iterator[subprocess.Popen[str]]:
    """A process that sends for so long, and tells at its end how many lines."""
    command = [sys.executable, "-m", "benchmarks.streaming.load", str(rate), str(seconds)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=PROJECT)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
