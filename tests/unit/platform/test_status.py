"""The state of servers that no keeper on this machine knows."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path

import pytest

from lakehouse.platform import status
from lakehouse.platform.services import Process, load_services, processes_of
from lakehouse.platform.settings import Settings
from lakehouse.platform.status import ORPHANED, reached, server_statuses


def process(name: str) -> Process:
    return next(one for one in processes_of(load_services()) if one.name == name)


def test_one_that_listens_is_ready_and_one_that_does_not_is_stopped() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = Settings(_env_file=None, kafka_port=listener.getsockname()[1])
        # a full answer is not asked for: it would be dear every few seconds
        assert reached(process("kafka"), config) == "ready"
    assert reached(process("kafka"), config) == "stopped"


def test_a_name_that_resolves_nowhere_is_stopped() -> None:
    config = Settings(_env_file=None, kafka_host="kafka.invalid", superset_host="superset.invalid")
    assert reached(process("kafka"), config) == "stopped"
    assert reached(process("superset"), config) == "stopped"


def test_a_mark_tells_while_it_is_fresh_and_nothing_where_it_is_out_of_reach(
    tmp_path: Path,
) -> None:
    config = Settings(_env_file=None, state_dir=tmp_path)
    assert reached(process("streaming"), config) == "unknown"
    mark = tmp_path / "streaming/ready"
    mark.parent.mkdir()
    assert reached(process("streaming"), config) == "stopped"
    mark.touch()
    assert reached(process("streaming"), config) == "ready"
    os.utime(mark, (time.time() - 60,) * 2)
    assert reached(process("streaming"), config) == "stopped"


def test_server_that_outlived_its_supervisor_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        config = Settings(state_dir=tmp_path, postgres_port=port)
        for orphans, alarm in ([], ""), ([object()], ORPHANED):
            monkeypatch.setattr(status, "find_leftovers", lambda _, found=orphans: iter(found))
            shown = {one.name: one.alarm for one in server_statuses(config)}
            assert shown["postgres"] == alarm
            assert shown["streaming"] == ""
