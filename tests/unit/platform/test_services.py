"""The servers' descriptions, and the order that follows from them."""

from __future__ import annotations

import graphlib
from pathlib import Path

import pytest
from pydantic import ValidationError

from lakehouse.platform.errors import UnknownNameError
from lakehouse.platform.services import (
    Probe,
    Process,
    in_profile,
    load_services,
    process_named,
    processes_of,
    starting_order,
)
from lakehouse.platform.settings import Settings


def process(name: str, *needs: str) -> Process:
    return Process(name=name, command=("run",), probe=Probe(kind="tcp"), needs=needs, memory_mb=1)


def test_every_description_is_read_and_consistent() -> None:
    services = load_services()
    assert {service.name for service in services} >= {
        *("postgres", "hdfs", "metastore", "spark", "sqoop", "airflow"),
        *("kafka", "cassandra", "streaming"),
    }
    for service in services:
        for one in service.process:
            assert (service.folder / one.command[0]).stat().st_mode & 0o100
            assert all(setting in Settings.model_fields for setting in one.ports.values())
            assert not one.probe.port or one.probe.port in one.ports
            # what is asked over the network says where it is
            assert one.host in Settings.model_fields if one.probe.port else not one.host


def test_a_server_starts_behind_what_it_needs() -> None:
    names = [one.name for one in starting_order(processes_of(load_services()))]
    for one in processes_of(load_services()):
        assert all(names.index(need) < names.index(one.name) for need in one.needs)


def test_needing_each_other_is_an_error() -> None:
    with pytest.raises(graphlib.CycleError):
        starting_order([process("a", "b"), process("b", "a")])


def test_needing_what_is_not_there_is_an_error() -> None:
    with pytest.raises(UnknownNameError, match="'b'"):
        starting_order([process("a", "b")])


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="did you mean postgres"):
        process_named("postgers", processes_of(load_services()))
    with pytest.raises(UnknownNameError, match="did you mean batch"):
        in_profile(load_services(), "bach")


def test_a_profile_holds_what_its_servers_need() -> None:
    services = load_services()
    for profile in ("batch", "stream", *(service.name for service in services)):
        chosen = processes_of(in_profile(services, profile))
        assert len(starting_order(chosen)) == len(chosen)
    assert {one.name for one in in_profile(services, "streaming")} == {"kafka", "streaming"}
    assert {one.name for one in in_profile(services, "stream")} >= {"hdfs", "kafka", "cassandra"}
    assert in_profile(services, "all") == services


def test_a_misspelt_key_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "service.toml").write_text('description="x"\nprofile=["batch"]\n')
    with pytest.raises(ValidationError, match="profile"):
        load_services(tmp_path)
