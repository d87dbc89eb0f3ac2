"""Log files as reconciliation counts them: each record once, whatever their rotation."""

from __future__ import annotations

import bz2
import gzip
import os
import time
from decimal import Decimal
from pathlib import Path

import pytest

from lakehouse.contracts.counts import Counts
from lakehouse.contracts.streams import LONGEST_LINE_BYTES
from lakehouse.platform.settings import Settings
from lakehouse.serving.ledger import CLEAN, RAW, Ledger, StreamLine, balance
from lakehouse.serving.log_files import LogRecords, read_log_files
from lakehouse.serving.stages import stages
from lakehouse.workloads.weblogs.contracts.streams import ACCESS_LOG


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    return Settings(_env_file=None, weblogs_dir=tmp_path)


def lines(count: int, mark: str) -> bytes:
    return b"".join(b'203.0.113.7 "GET /%s/%d"\n' % (mark.encode(), n) for n in range(count))


def publish(log: LogRecords, identity: str, content: bytes, skip: int = 0) -> None:
    """Put the lines of a file into raw, except the first ones."""
    offset = 0
    for number, line in enumerate(content.splitlines()):
        if number >= skip:
            log.publish(f"{identity}:{offset}".encode(), line[:LONGEST_LINE_BYTES])
        offset += len(line) + 1


def write(config: Settings, name: str, content: bytes, age: float = 60) -> Path:
    assert config.weblogs_dir is not None
    path = config.weblogs_dir / name
    path.write_bytes(content)
    os.utime(path, (time.time() - age,) * 2)
    return path


def test_rotated_and_compressed_files_are_counted(config: Settings) -> None:
    contents = {"access.log": lines(3, "a"), "access.log.1": lines(40, "b")}
    for name, content in contents.items():
        write(config, name, content)
    write(config, "access.log-20261130.gz", gzip.compress(lines(50, "c")))
    write(config, "other.log", lines(9, "d"))
    log = read_log_files(ACCESS_LOG, config)
    assert (log.total, log.missing) == (93, 93)
    for name, content in {**contents, "gz": lines(50, "c")}.items():
        publish(log, name, content)
    assert (log.missing, log.strange, log.repeated) == (0, 0, 0)


def test_copies_count_once(config: Settings) -> None:
    write(config, "access.log", lines(100, "a"))
    write(config, "access.log.bak", lines(100, "a"))
    write(config, "access.log.part", lines(60, "a"))
    write(config, "access.log.1.gz", gzip.compress(lines(90, "a")))
    assert read_log_files(ACCESS_LOG, config).total == 100


def test_files_with_the_same_beginning_count_each(config: Settings) -> None:
    write(config, "access.log.2", b"\n")
    write(config, "access.log.1", b"\n" + lines(50, "a"))
    write(config, "access.log", b"\n" + lines(20, "b"), age=0)
    log = read_log_files(ACCESS_LOG, config)
    assert log.total == 1 + 51 + 21
    # as a reader does that knows files by their first line: 51 of the first, the rest is skipped
    publish(log, "blank", b"\n" + lines(50, "a"))
    assert log.missing == 22
    example, *_ = log.examples(5)
    assert "access.log" in example
    assert example.endswith("at byte 0") or "at byte 1" in example


def test_record_without_its_end_is_counted_when_the_file_is_quiet(config: Settings) -> None:
    write(config, "access.log", b"one\ntwo", age=0)
    write(config, "access.log.1", b"three\nfour", age=60)
    assert read_log_files(ACCESS_LOG, config).total == 3


def test_long_record_is_what_the_reader_cuts(config: Settings) -> None:
    content = b"x" * (LONGEST_LINE_BYTES + 9) + b"\n" + lines(1, "a")
    write(config, "access.log", content)
    log = read_log_files(ACCESS_LOG, config)
    publish(log, "a", content)
    assert log.missing == 0


def test_files_that_cannot_be_read_are_named(config: Settings) -> None:
    write(config, "access.log.3.bz2", bz2.compress(lines(3, "a")))
    write(config, "access.log.2.gz", gzip.compress(lines(3000, "a"))[:200])
    write(config, "access.log", lines(3, "b"))
    log = read_log_files(ACCESS_LOG, config)
    assert log.total == 3
    assert ["2.gz" in log.unreadable[0], "3.bz2" in log.unreadable[1]] == [True, True]


def test_records_of_a_deleted_file_are_no_difference(config: Settings) -> None:
    write(config, "access.log", b"\n" + lines(50, "a"))
    log = read_log_files(ACCESS_LOG, config)
    publish(log, "gone", b"\n" + lines(70, "b"))
    publish(log, "here", b"\n" + lines(50, "a"))
    assert (log.missing, log.strange, log.repeated) == (0, 70, 0)


def test_file_that_was_published_under_two_identities(config: Settings) -> None:
    write(config, "access.log", lines(50, "a"))
    log = read_log_files(ACCESS_LOG, config)
    for identity in ("one", "two"):
        publish(log, identity, lines(50, "a"))
    assert log.repeated == len([o for o in range(50) if len(lines(o, "a")) >= 512])


def test_what_the_topic_has_let_go_of_is_left_out(config: Settings) -> None:
    write(config, "access.log.2", lines(10, "old"), age=900)
    straddling = write(config, "access.log.1", lines(30, "half"), age=100)
    write(config, "access.log", lines(5, "new"), age=0)
    log = read_log_files(ACCESS_LOG, config)
    publish(log, "half", straddling.read_bytes(), skip=12)
    log.expire(time.time() - 500, most=22)
    # a file younger than the topic's oldest message is missing, not expired
    assert (log.expired, log.missing) == (22, 5)


def checks(log: LogRecords, raw: int, written: int | None) -> list[StreamLine]:
    ledger = Ledger()
    for number in range(raw):
        for hop in (RAW, CLEAN, *(stage.after for stage in stages(ACCESS_LOG))):
            ledger.add(hop, number.to_bytes(16), Decimal(1))
    counts = None if written is None else Counts(written, revenue=Decimal(written))
    return list(balance("access_log", ledger, stages(ACCESS_LOG), counts, log))


def test_own_logs_reconcile_without_and_with_a_manifest(config: Settings) -> None:
    write(config, "access.log", lines(20, "a"))
    log = read_log_files(ACCESS_LOG, config)
    publish(log, "a", lines(20, "a"))
    for written in (None, 5):
        found = checks(log, 20, written)
        assert [line for line in found if not line.balanced] == []
        assert (found[0].hop, found[0].subject, found[0].found) == ("log → raw", "records", 20)
    (fewer,) = [one for one in checks(log, 20, 21) if one.subject == "lines"]
    assert not fewer.balanced


def test_skipped_and_repeated_records_are_differences(config: Settings) -> None:
    write(config, "access.log", lines(50, "a"))
    log = read_log_files(ACCESS_LOG, config)
    publish(log, "a", lines(50, "a"), skip=1)
    publish(log, "b", lines(50, "a"), skip=49)
    found = [(one.subject, one.expected, one.found) for one in checks(log, 49, None)]
    assert found[:2] == [("records", 50, 49), ("published twice", 0, 1)]
