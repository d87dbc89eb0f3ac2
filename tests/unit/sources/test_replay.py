"""Replaying the published clickstream: the same data gives the same lines at the same places."""

from __future__ import annotations

import gzip
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from lakehouse.cli.app import app
from lakehouse.platform.settings import Settings
from lakehouse.platform.trial import changed_settings
from lakehouse.sources.errors import SourceFileError
from lakehouse.workloads.weblogs.contracts.streams import ACCESS_LOG, CLICKSTREAM
from lakehouse.workloads.weblogs.generator import manifest as manifests
from lakehouse.workloads.weblogs.generator import replayed
from lakehouse.workloads.weblogs.generator.manifest import Manifest
from lakehouse.workloads.weblogs.generator.replay import PUBLISHED, replay
from lakehouse.workloads.weblogs.generator.replay_access_log import (
    find_access_log,
    replay_access_log,
)
from lakehouse.workloads.weblogs.generator.shop import invented_shop
from lakehouse.workloads.weblogs.generator.writer import Options, write
from lakehouse.workloads.weblogs.generator.writing import only_writer

HEADER = ",".join(PUBLISHED.column_names)
ROWS = (
    "1,1,2024-05-01 08:30:15.123456,page_view,,,",
    "1,1,2024-02-29 23:59:59.654321,product_view,prod_1001,,",
    "7,3,2024-04-02 06:07:08.000910,purchase,prod_1002,61.23456789012345,purchase",
    '9,1,2024-04-02 06:07:08.000910,click,"a\nb",,',
)
LINES = (
    b"2024-05-01 08:30:15.123456 [INFO] USER_ID: 1 SESSION_ID: 1 EVENT_TYPE: page_view "
    b"PRODUCT_ID: N/A AMOUNT: N/A OUTCOME: N/A\n",
    b"2024-02-29 23:59:59.654321 [INFO] USER_ID: 1 SESSION_ID: 1 EVENT_TYPE: product_view "
    b"PRODUCT_ID: prod_1001 AMOUNT: N/A OUTCOME: N/A\n",
    b"2024-04-02 06:07:08.000910 [INFO] USER_ID: 7 SESSION_ID: 3 EVENT_TYPE: purchase "
    b"PRODUCT_ID: prod_1002 AMOUNT: 61.23456789012345 OUTCOME: purchase\n",
    b"2024-04-02 06:07:08.000910 [INFO] USER_ID: 9 SESSION_ID: 1 EVENT_TYPE: click "
    b"PRODUCT_ID: a b AMOUNT: N/A OUTCOME: N/A\n",
)


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    return Settings(state_dir=tmp_path / "state")


@pytest.fixture
def published(tmp_path: Path) -> Path:
    folder = tmp_path / "published" / "clickstream"
    folder.mkdir(parents=True)
    text = "\n".join((HEADER, *ROWS)) + "\n"
    (folder / f"{PUBLISHED.file}.gz").write_bytes(gzip.compress(text.encode()))
    return folder.parent


def logs(config: Settings) -> dict[str, bytes]:
    folder = config.weblog_folder(CLICKSTREAM.name)
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}


def test_lines_are_those_of_the_file(config: Settings, published: Path) -> None:
    made = replay(published, config=config)

    (content,) = logs(config).values()
    assert content == b"".join(LINES)
    counts = made.streams[CLICKSTREAM.name]
    assert (counts.lines, counts.bytes) == (4, len(content))
    # half a centavo upwards
    assert (counts.purchases, counts.revenue) == (1, Decimal("61.23"))
    assert counts.malformed is None


def test_again_gives_one_file_and_one_manifest(config: Settings, published: Path) -> None:
    replay(published, config=config, limit=2)
    longest = replay(published, config=config, rate=1000)
    again = replay(published, config=config, limit=1)

    assert list(logs(config).values()) == [b"".join(LINES)]
    assert again == longest
    assert manifests.load_all(manifests.folder(config)) == [longest]


def test_lines_of_a_writer_stay_beside_it(config: Settings, published: Path) -> None:
    written = write(Options(rate=200, duration=0.2, share_clicks=1), invented_shop(), config=config)
    replay(published, config=config)
    after = write(Options(rate=200, duration=0.2, share_clicks=1), invented_shop(), config=config)

    total = manifests.total(manifests.load_all(manifests.folder(config)))[CLICKSTREAM.name]
    assert total.lines == 40 + 4 + 40
    assert {b"".join(LINES)} < set(logs(config).values())
    assert sum(content.count(b"\n") for content in logs(config).values()) == total.lines
    assert written.run != after.run


def test_a_killed_replay_is_put_away_like_an_ended_one(config: Settings, published: Path) -> None:
    full = replay(published, config=config)
    log = config.weblog_folder(CLICKSTREAM.name) / CLICKSTREAM.log_file
    log.write_bytes(LINES[0] + LINES[1][:20])
    name = full.run.removeprefix("replay-")
    killed = Manifest(
        replayed.running_name(name), "replay", manifests.RUNNING, {}, "2026-01-01", 0.0
    )
    killed.streams[CLICKSTREAM.name] = manifests.Counts(file=str(log), position=0)
    manifests.save(killed, manifests.folder(config))

    with only_writer(config):
        assert manifests.load_all(manifests.folder(config)) == [full]
    assert b"".join(LINES) in logs(config).values()


def test_missing_file(config: Settings, tmp_path: Path) -> None:
    (tmp_path / "ecommerce_clickstream_transaction.csv").write_text(HEADER)

    with pytest.raises(SourceFileError, match=rf"missing.*{PUBLISHED.file} \(is it ecommerce_c"):
        replay(tmp_path, config=config)


def test_wrong_header_and_truncated_file_write_nothing(config: Settings, published: Path) -> None:
    (file,) = published.glob("*/*.gz")
    whole = file.read_bytes()
    file.write_bytes(whole[:-20])
    with pytest.raises(SourceFileError, match="truncated"):
        replay(published, config=config)
    file.write_bytes(gzip.compress(b"UserId,SessionID\n1,1\n"))
    with pytest.raises(SourceFileError, match="unknown column 'UserId'"):
        replay(published, config=config)
    assert not config.weblog_folder(CLICKSTREAM.name).exists()


ACCESS = (
    b'192.0.2.7 - - [22/Jan/2019:03:56:14 +0330] "GET /m/1 HTTP/1.1" 200 30577 "-" "agent"\n'
    b'192.0.2.8 - - [22/Jan/2019:03:56:16 +0330] "GET /\xe9 HTTP/1.1" 200 5 "-" "agent"\r\n'
    b"no line of an access log"
)


@pytest.mark.parametrize("name", ["access.log", "Access_Log.txt", "shop-access.log.gz"])
def test_published_access_log_is_written_as_it_is(
    name: str, config: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "data" / "access_log" / name
    file.parent.mkdir(parents=True)
    file.write_bytes(gzip.compress(ACCESS) if name.endswith(".gz") else ACCESS)

    found = find_access_log(tmp_path / "data")
    assert found == file
    made = replay_access_log(file, config=config)
    again = replay_access_log(file, limit=1, config=config)

    (log,) = config.weblog_folder(ACCESS_LOG.name).iterdir()
    assert log.read_bytes() == ACCESS.replace(b"\r", b"") + b"\n"
    assert made.streams[ACCESS_LOG.name].lines == 3
    assert again == made


def test_several_access_logs_are_refused(tmp_path: Path) -> None:
    for name in ("access.log", "old_access.log.gz"):
        (tmp_path / name).touch()
    with pytest.raises(SourceFileError, match=r"keep one: access\.log, old_access\.log\.gz"):
        find_access_log(tmp_path)
    (tmp_path / "old_access.log.gz").rename(tmp_path / "accessories.csv")
    assert find_access_log(tmp_path) == tmp_path / "access.log"


def test_folder_of_both_logs_is_replayed_whole(
    config: Settings, published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (published / "access.log").write_bytes(ACCESS)
    with changed_settings({"state_dir": str(config.state_dir)}):
        answer = CliRunner().invoke(app, ["stream", "replay", "--from", str(published)])
    assert answer.exit_code == 0
    assert "clickstream: 4 lines" in answer.output
    assert "access_log: 3 lines" in answer.output
