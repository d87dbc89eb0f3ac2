"""The writer of logs: forms of lines, exact counts, rotation, interruption, killed writers."""

from __future__ import annotations

import os
import re
import signal
import threading
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from lakehouse.contracts.counts import Counts
from lakehouse.contracts.streams import LINE_REASONS, REASONS
from lakehouse.platform.errors import PlatformError
from lakehouse.platform.settings import Settings
from lakehouse.registry.catalog import STREAMS
from lakehouse.workloads.weblogs.contracts import streams
from lakehouse.workloads.weblogs.generator import manifest as manifests
from lakehouse.workloads.weblogs.generator import rates
from lakehouse.workloads.weblogs.generator.logfile import LogFile, LogFileError
from lakehouse.workloads.weblogs.generator.malformed import KINDS
from lakehouse.workloads.weblogs.generator.manifest import Manifest
from lakehouse.workloads.weblogs.generator.shop import invented_shop, shop_of
from lakehouse.workloads.weblogs.generator.traffic import Traffic
from lakehouse.workloads.weblogs.generator.writer import COMMON, Options, write
from lakehouse.workloads.weblogs.generator.writing import WriterAtWorkError, only_writer

SHOP = invented_shop()
COMMON_LINE = re.compile(
    rb"[0-9a-f.:]+ - - \[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d \+0000\] "
    rb'"(GET|POST|HEAD) /\S* HTTP/1\.1" [2-5]\d\d (\d+|-)'
)
COMBINED_LINE = re.compile(COMMON_LINE.pattern + rb' "[^"]+" "[^"]+"')
CLICK_LINE = re.compile(
    rb"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6} \[(INFO|ERROR)\] USER_ID: \d+ SESSION_ID: \d+ "
    rb"EVENT_TYPE: (\w+) PRODUCT_ID: ([0-9a-f]{32}|N/A) AMOUNT: (\d+\.\d\d|N/A) OUTCOME: (\w+|N/A)"
)


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    return Settings(state_dir=tmp_path)


def files_of(config: Settings, stream: streams.Stream) -> list[Path]:
    return sorted(config.weblog_folder(stream.name).glob(f"{stream.log_file}*"))


def lines_of(config: Settings, stream: streams.Stream) -> list[bytes]:
    return [
        line for file in files_of(config, stream) for line in file.read_bytes().split(b"\n")[:-1]
    ]


def test_lines_have_the_form_of_their_log_and_are_counted(config: Settings) -> None:
    made = write(Options(rate=3000, duration=1), SHOP, config=config)

    requests, clicks = lines_of(config, streams.ACCESS_LOG), lines_of(config, streams.CLICKSTREAM)
    assert len(requests) == len(clicks) == 1500
    assert [line for line in requests if not COMBINED_LINE.fullmatch(line)] == []
    assert [line for line in clicks if not CLICK_LINE.fullmatch(line)] == []
    events = [found for line in clicks if (found := CLICK_LINE.fullmatch(line))]
    assert {found[2].decode() for found in events} <= set(streams.EVENT_TYPES)
    bought = [Decimal(found[4].decode()) for found in events if found[2] == b"purchase"]
    counts = made.streams["clickstream"]
    assert (counts.purchases, counts.revenue) == (len(bought), sum(bought))
    assert bought
    for stream in STREAMS:
        counted = made.streams[stream.name]
        size = sum(file.stat().st_size for file in files_of(config, stream))
        assert (counted.lines, counted.bytes, counted.malformed) == (1500, size, {})
    assert manifests.load_all(manifests.folder(config)) == [made]


def test_common_format_ends_with_the_bytes(config: Settings) -> None:
    write(Options(rate=1000, duration=0.5, format=COMMON), SHOP, config=config)

    lines = lines_of(config, streams.ACCESS_LOG)
    assert [line for line in lines if not COMMON_LINE.fullmatch(line)] == []


def test_a_visit_is_told_by_both_logs() -> None:
    lines = Traffic(SHOP, 1, 0.5, 1000).take(4000)

    looked_at = {
        found[1] for e in lines.clicks if (found := re.search(rb"view PRODUCT_ID: (\S+)", e.tail))
    }
    asked_for = {
        found[1] for e in lines.requests if (found := re.search(rb"GET /product/(\S+)", e.tail))
    }
    assert len(looked_at - asked_for) < len(looked_at) / 10


def test_malformed_and_late_lines_are_counted(config: Settings) -> None:
    made = write(Options(rate=4000, duration=1, malformed=10, late=10), SHOP, config=config)

    for stream, form in ((streams.ACCESS_LOG, COMBINED_LINE), (streams.CLICKSTREAM, CLICK_LINE)):
        counts = made.streams[stream.name]
        assert counts.malformed is not None
        lines = lines_of(config, stream)
        # times and years that do not exist have the right form
        other = sum(1 for line in lines if not form.fullmatch(line))
        assert len(lines) == counts.lines == 2000
        assert 100 < other <= sum(counts.malformed.values()) < 300
        assert 100 < counts.late < 300
        assert set(counts.malformed) <= {reason.name for reason in REASONS}


@pytest.mark.parametrize("stream", [stream.name for stream in STREAMS])
def test_malformed_lines_are_of_every_reason(stream: str) -> None:
    assert {kind.reason for kind in KINDS[stream]} == set(LINE_REASONS)
    assert len({kind.name for kind in KINDS[stream]}) == len(KINDS[stream])


def test_rotation_loses_nothing(config: Settings) -> None:
    options = Options(rate=5000, duration=1, malformed=20, rotate_bytes=20_000)
    made = write(options, SHOP, config=config)

    for stream, form in ((streams.ACCESS_LOG, COMBINED_LINE), (streams.CLICKSTREAM, CLICK_LINE)):
        files = files_of(config, stream)
        assert len(files) > 5
        assert len(lines_of(config, stream)) == made.streams[stream.name].lines == 2500
        firsts = [file.read_bytes().split(b"\n", 1)[0] for file in files if file.stat().st_size]
        assert len(set(firsts)) == len(firsts)
        assert all(form.fullmatch(first) for first in firsts)


def test_same_seed_same_lines() -> None:
    one, same, other = (Traffic(SHOP, seed, 0.3, 1000).take(3000) for seed in (5, 5, 6))

    assert one == same
    assert one != other
    assert (len(one.requests), len(one.clicks)) == (2100, 900)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_one_log_alone(share: float) -> None:
    lines = Traffic(SHOP, 1, share, 1000).take(500)

    assert (len(lines.requests), len(lines.clicks)) == (500 - share * 500, share * 500)


@pytest.mark.parametrize("share", [0.5, 1.0])
def test_sessions_reach_the_steps_of_the_funnel_at_the_declared_rates(share: float) -> None:
    traffic = Traffic(SHOP, 1, share, 1000)
    furthest: dict[tuple[bytes, bytes], int] = {}
    # a session has seven clicks
    for _ in range(12):
        for entry in traffic.take(int(5000 / share)).clicks:
            found = re.search(rb"USER_ID: (\d+) SESSION_ID: (\d+) EVENT_TYPE: (\w+)", entry.tail)
            assert found
            step = streams.FUNNEL.get(found[3].decode(), 0)
            key = (found[1], found[2])
            furthest[key] = max(furthest.get(key, 0), step)

    realised = {
        name: sum(step >= number for step in furthest.values()) / len(furthest)
        for name, number in streams.FUNNEL.items()
    }
    assert rates.REACHED.keys() == streams.FUNNEL.keys()
    assert sorted(rates.REACHED.values(), reverse=True) == list(rates.REACHED.values())
    for name, declared in rates.REACHED.items():
        # three standard deviations, and the sessions cut off by either end of the log
        spread = 3 * (declared * (1 - declared) / len(furthest)) ** 0.5
        assert realised[name] == pytest.approx(declared, rel=0.02, abs=spread), name
    assert 0.02 < realised["purchase"] < 0.03


def test_bursts_of_errors_come_and_go() -> None:
    lines = Traffic(SHOP, 1, 0.0, 20).take(6000)

    errors = [bool(re.search(rb'" 5\d\d ', entry.tail)) for entry in lines.requests]
    assert 30 < sum(errors) < 1500
    assert max(sum(errors[i : i + 50]) for i in range(0, 6000, 50)) > 15
    assert min(sum(errors[i : i + 50]) for i in range(0, 6000, 50)) == 0


def test_visitors_are_those_of_the_warehouse() -> None:
    shop = shop_of([("p1", "toys"), ("p2", "auto")], [41, 42])
    clicks = Traffic(shop, 1, 1.0, 1000).take(1000).clicks

    users = Counter(re.findall(rb"USER_ID: (\d+)", b"\n".join(e.tail for e in clicks)))
    assert set(users) == {b"41", b"42"}
    assert b"SESSION_ID: 2 " in b"".join(entry.tail for entry in clicks)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interruption_writes_the_manifest(config: Settings, number: signal.Signals) -> None:
    timer = threading.Timer(0.4, os.kill, (os.getpid(), number))
    timer.start()
    made = write(Options(rate=1000), SHOP, config=config)
    timer.join()

    assert made.state == manifests.INTERRUPTED
    assert made == manifests.load_all(manifests.folder(config))[0]
    for stream in STREAMS:
        assert len(lines_of(config, stream)) == made.streams[stream.name].lines > 0


def test_lines_of_a_killed_writer_are_counted_from_the_log(config: Settings) -> None:
    log = config.weblog_folder("clickstream") / streams.CLICKSTREAM.log_file
    log.parent.mkdir(parents=True)
    log.write_bytes(b"counted\nnot counted\r\nnot counted\nhalf a li")
    counts = Counts(1, 8, file=str(log), position=8)
    killed = Manifest("write-1", "write", manifests.RUNNING, {}, "2026-01-01", 1.0)
    killed.streams["clickstream"] = counts
    manifests.save(killed, manifests.folder(config))

    with only_writer(config):
        found = manifests.load_all(manifests.folder(config))[0]

    after = found.streams["clickstream"]
    assert found.state == manifests.KILLED
    assert (after.lines, after.recovered) == (4, 3)
    assert after.bytes == log.stat().st_size
    assert log.read_bytes().endswith(b"half a li\n")


def test_only_one_writer_at_a_time(config: Settings) -> None:
    with only_writer(config), pytest.raises(WriterAtWorkError, match="Ctrl-C"):
        write(Options(rate=10, duration=1), SHOP, config=config)
    assert write(Options(rate=10, duration=0.1), SHOP, config=config).state == manifests.FINISHED


def test_a_log_that_cannot_be_opened(config: Settings) -> None:
    (config.weblog_folder("access_log") / "access.log").mkdir(parents=True)

    with pytest.raises(LogFileError, match="LAKEHOUSE_WEBLOGS_DIR"):
        write(Options(rate=10, duration=1), SHOP, config=config)


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    log = LogFile(Path("/dev/full"), 1)

    with pytest.raises(LogFileError, match="free space"):
        log.write(b"line\n")


def test_a_manifest_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    no_folder = tmp_path / "file"
    no_folder.touch()
    manifest = Manifest("run", "write", manifests.RUNNING, {}, "2026-01-01T00:00:00+00:00")

    with pytest.raises(PlatformError, match=r"run\.json cannot be written: .*; free space"):
        manifests.save(manifest, no_folder)


def test_sums_of_manifests() -> None:
    first = Counts(10, 100, {"too_long": 1}, 2, 3, Decimal("1.10"))
    second = Counts(5, 50, {"too_long": 1, "too_early": 4}, 0, 1, Decimal("0.95"), recovered=2)

    assert first + second == Counts(
        15, 150, {"too_early": 4, "too_long": 2}, 2, 4, Decimal("2.05"), 2
    )
    assert (first + Counts(malformed=None)).malformed is None
