"""`verify --streams` on logs of a user's own, without the built-in writer: exit codes and output.

Topics and tables are stand-ins that hold what was published.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from lakehouse.cli.app import app
from lakehouse.contracts.streams import Route, Stream
from lakehouse.platform.settings import Settings, settings
from lakehouse.platform.topics import event_id
from lakehouse.serving import stream_proof, stream_tables
from lakehouse.serving.ledger import Hop
from lakehouse.serving.stream_tables import Holding
from lakehouse.sinks.cassandra import CassandraSink
from lakehouse.workloads.weblogs.contracts.streams import ACCESS_LOG
from unit.streams.topics import Message, Reader

_SILVER = Hop(8, "silver")


class Published:
    """Messages of NiFi and Spark for lines: all of them raw and clean."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.raw: list[Message] = []
        monkeypatch.setattr(stream_proof, "TopicReader", self._reader)
        monkeypatch.setattr(CassandraSink, "identities", self._in_cassandra)
        monkeypatch.setattr(stream_tables, "holding", self._holding)

    def add(self, identity: str, content: bytes) -> None:
        offset = 0
        for line in content.splitlines():
            self.raw.append(Message(f"{identity}:{offset}".encode(), line))
            offset += len(line) + 1

    def _reader(self, topic: str, config: Settings) -> Reader:
        if topic == ACCESS_LOG.raw.name:
            return Reader(self.raw)
        if topic == ACCESS_LOG.clean.name:
            return Reader([Message(one.hex().encode(), b"{}") for one in self._events()])
        return Reader([])

    def _events(self) -> list[bytes]:
        return [event_id(one.key(), one.value()) for one in self.raw]

    def _in_cassandra(self, route: Route) -> Iterator[tuple[bytes, None]]:
        events = self._events() if route.stream is ACCESS_LOG else []
        return iter([(one, None) for one in events])

    def _holding(self, stream: Stream, place: str) -> Holding:
        ledger = stream_proof.Ledger()
        for one in self._events() if stream is ACCESS_LOG else []:
            ledger.add(_SILVER, one)
        count = ledger.count(_SILVER)
        fingerprint = ledger.fingerprint(_SILVER)
        return Holding(count, fingerprint, ledger.amount(_SILVER))


@pytest.fixture
def logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "logs"
    folder.mkdir()
    monkeypatch.setenv("LAKEHOUSE_WEBLOGS_DIR", str(folder))
    monkeypatch.setenv("LAKEHOUSE_STATE_DIR", str(tmp_path / "state"))
    settings.cache_clear()
    yield folder
    settings.cache_clear()


def lines(count: int, mark: str) -> bytes:
    return b"".join(b'203.0.113.7 "GET /%s/%d"\n' % (mark.encode(), n) for n in range(count))


def verify(*options: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["verify", "--streams", "--wait", "0", *options])
    return result.exit_code, " ".join(result.output.split())


def test_own_logs_balance_without_a_manifest(logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    published = Published(monkeypatch)
    for name in ("access.log", "access.log.1"):
        (logs / name).write_bytes(lines(40, name))
        published.add(name, lines(40, name))
    published.add("rotated away", lines(7, "gone"))
    code, output = verify()
    assert code == 0, output
    assert "ok log → raw access_log records 80" in output
    assert "7 records of raw are in no log file" in output


def test_skipped_records_are_a_difference_and_named(
    logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published = Published(monkeypatch)
    (logs / "access.log").write_bytes(b"\n" + lines(20, "b"))
    (logs / "access.log.1").write_bytes(b"\n" + lines(50, "a"))
    published.add("same first line", b"\n" + lines(50, "a"))
    code, output = verify()
    assert code == 1
    assert "51 instead of 72" in output
    assert f"{logs / 'access.log'} at byte 1" in output


def test_unreadable_file_is_named_and_no_difference(
    logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published = Published(monkeypatch)
    (logs / "access.log").write_bytes(lines(20, "b"))
    (logs / "access.log.1.xz").write_bytes(b"\xfd7zXZ\x00")
    published.add("live", lines(20, "b"))
    code, output = verify()
    assert code == 0, output
    assert "access.log.1.xz: only gzip is read" in output
    code, output = verify("--json")
    (access_log, _) = json.loads(output)
    assert len(access_log["unreadable"]) == 1
