"""Names of profiles, workloads and servers, and what stopping one of them leaves running."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from lakehouse.contracts.workload import Workload
from lakehouse.platform import lifecycle, started
from lakehouse.platform.errors import PlatformError, UnknownNameError
from lakehouse.platform.selection import (
    members,
    needed_by_others,
    remaining,
    selected,
    server_groups,
    workload,
)
from lakehouse.platform.services import Process
from lakehouse.platform.settings import Settings
from lakehouse.platform.supervise import ProcessState
from lakehouse.registry import catalog

EVERY = [one.name for one in members(["all"])]
STREAM = {"kafka", "cassandra", "nifi", "streaming"}
HDFS = {"namenode", "datanode"}


def names(*groups: str) -> set[str]:
    return {one.name for one in members(groups)}


def test_workload_stands_for_the_servers_that_it_declares() -> None:
    assert names("shop") == names("batch")
    assert names("weblogs") == names("batch", "stream")
    assert {one.name for one in selected(["weblogs"])} >= {"sqoop", "nifi"}
    assert server_groups()["weblogs"] == ("batch", "stream")


def test_single_server_stands_for_itself() -> None:
    assert names("nifi") == {"nifi"}
    assert names("namenode") == {"namenode"}
    assert names("hdfs") == HDFS
    assert all(one.startswith("airflow-") for one in names("airflow"))


def test_starting_a_single_server_starts_what_it_needs() -> None:
    assert {one.name for one in selected(["nifi"])} == {"kafka", "cassandra", "hdfs", "nifi"}


@pytest.mark.parametrize(("wrong", "nearest"), [("weblog", "weblogs"), ("bach", "batch")])
def test_unknown_name_is_answered_with_the_nearest(wrong: str, nearest: str) -> None:
    for find in (members, selected):
        with pytest.raises(UnknownNameError, match=f"did you mean {nearest}"):
            find([wrong])
    with pytest.raises(UnknownNameError, match="did you mean weblogs"):
        workload("weblog")


def test_workload_without_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalog, "WORKLOADS", (Workload("toys", "x"),))
    with pytest.raises(PlatformError, match=r"workload toys declares no servers.* field servers"):
        members(["toys"])


def stopped(*groups: str, started: set[str], running: list[str] | None = None) -> set[str]:
    """Servers that `down` stops."""
    running = EVERY if running is None else running
    return names(*groups) & set(running) - set(needed_by_others(groups, running, started))


def test_servers_of_another_started_workload_go_on() -> None:
    running = sorted(names("weblogs"))
    both = {"shop", "weblogs"}
    assert stopped("weblogs", started=both, running=running) == STREAM
    assert stopped("shop", started=both, running=running) == set()
    assert needed_by_others(["shop"], running, both)["spark"] == "weblogs"
    assert stopped("weblogs", started={"weblogs"}, running=running) == set(running)


def test_servers_that_running_servers_need_go_on_whoever_started_them() -> None:
    with_superset = [*sorted(names("shop")), "superset"]
    assert stopped("shop", started=set(), running=with_superset) == names("airflow")
    # superset needs spark, which needs the metastore, which needs HDFS
    kept = needed_by_others(["shop"], with_superset, ())
    assert kept["spark"] == "superset"
    assert kept["namenode"] == "metastore"


def test_everything_started_goes_on_without_one_workload() -> None:
    assert stopped("weblogs", started={"all"}) == STREAM
    assert remaining({"all"}, ["weblogs"]) == ["bi", "monitoring", "shop"]


def test_single_server_stops_though_its_profile_was_started() -> None:
    assert stopped("superset", started={"bi"}) == {"superset"}
    assert stopped("kafka", started={"stream"}) == set()
    assert stopped("node-exporter", started={"monitoring"}) == {"node-exporter"}


def test_names_of_the_record_that_no_longer_exist_are_ignored() -> None:
    assert remaining({"gone", "shop"}, ["weblogs"]) == ["shop"]


class Keeper:
    """A supervisor of processes that run until they are stopped."""

    def __init__(self, *running: str) -> None:
        self.running = list(running)
        self.stopped: list[str] = []
        self.ended = False
        self.settings_are_current = True

    @property
    def pid(self) -> int | None:
        return None if self.ended else 1

    def has_settings_of(self, config: Settings) -> bool:
        return self.settings_are_current

    def ensure_running(self, services: object) -> None:
        self.ended = False

    def states(self) -> dict[str, ProcessState]:
        return {
            name: ProcessState(name, "RUNNING" if name in self.running else "STOPPED", 1, 1)
            for name in EVERY
        }

    def start(self, name: str) -> None:
        self.running.append(name)

    def stop(self, name: str) -> None:
        if name in self.running:
            self.running.remove(name)
            self.stopped.append(name)

    def shut_down(self) -> None:
        self.ended = True


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    found = Settings(_env_file=None, state_dir=tmp_path)
    found.run_dir.mkdir()
    monkeypatch.setattr(lifecycle, "settings", lambda: found)
    monkeypatch.setattr(lifecycle, "set_up", lambda say, names: found)
    monkeypatch.setattr(lifecycle, "require_free_ports", lambda processes, config: None)
    monkeypatch.setattr(lifecycle, "end_leftovers", lambda config: None)
    monkeypatch.setattr(lifecycle, "find_leftovers", lambda config: [])
    monkeypatch.setattr(lifecycle, "remove_stale_counters", lambda: None)
    monkeypatch.setattr(lifecycle, "ready", lambda process, config: True)
    monkeypatch.setattr(lifecycle, "PREPARATIONS", {})
    return found


def keeper_of(monkeypatch: pytest.MonkeyPatch, *running: str) -> Keeper:
    keeper = Keeper(*running)
    monkeypatch.setattr(lifecycle, "Supervisor", lambda config: keeper)
    return keeper


def test_down_of_a_workload_names_what_goes_on(
    config: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = keeper_of(monkeypatch, *sorted(names("weblogs")))
    started.write({"shop", "weblogs"}, config)
    said: list[str] = []

    lifecycle.down(said.append, ["weblogs"])

    assert set(keeper.stopped) == STREAM
    # nifi needs kafka
    assert keeper.stopped.index("nifi") < keeper.stopped.index("kafka")
    assert "spark goes on: shop needs it" in said
    assert not keeper.ended
    assert started.names(config) == {"shop"}

    lifecycle.down(said.append, ["shop"])
    assert keeper.running == []
    assert keeper.ended
    assert started.names(config) is None


def test_down_without_a_record_says_so_and_stops_exactly_its_own(
    config: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = keeper_of(monkeypatch, *sorted(names("weblogs")))
    said: list[str] = []

    lifecycle.down(said.append, ["stream"])

    # HDFS is needed by the metastore, which runs on
    assert set(keeper.stopped) == STREAM
    assert said[0].startswith("unknown which profiles were started")
    assert started.names(config) is None


def test_down_of_an_unknown_name_stops_nothing(
    config: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = keeper_of(monkeypatch, "kafka")
    with pytest.raises(UnknownNameError, match="weblogs"):
        lifecycle.down(lambda line: None, ["weblog"])
    assert keeper.running == ["kafka"]


def test_down_of_a_name_spares_orphans_of_others(
    config: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper_of(monkeypatch).ended = True
    monkeypatch.setattr(lifecycle, "find_leftovers", lambda config: [object()])
    monkeypatch.setattr(lifecycle, "_stop_all", lambda *arguments: pytest.fail("all stopped"))
    with pytest.raises(PlatformError, match="without their supervisor"):
        lifecycle.down(lambda line: None, ["weblogs"])


def test_down_without_a_name_stops_everything(
    config: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = keeper_of(monkeypatch, *EVERY)
    started.write({"all"}, config)
    lifecycle.down(lambda line: None)
    assert keeper.running == []
    assert keeper.ended
    assert started.names(config) is None


def test_restart_of_a_profile_restarts_only_its_servers(
    config: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = keeper_of(monkeypatch, *EVERY)
    said: list[str] = []
    lifecycle.restart("stream", said.append)
    assert set(keeper.stopped) == STREAM | HDFS
    assert sorted(keeper.running) == sorted(EVERY)
    assert len(said) == len(STREAM | HDFS)


def test_restart_of_a_server_leaves_what_it_needs(
    config: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = keeper_of(monkeypatch, *EVERY)
    lifecycle.restart("nifi", lambda line: None)
    assert keeper.stopped == ["nifi"]


@pytest.mark.parametrize("supervised", [False, True])
def test_up_records_what_it_starts(
    supervised: bool, config: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = keeper_of(monkeypatch)
    keeper.ended = not supervised
    started.write({"bi"}, config)

    lifecycle.up(["weblogs", "monitoring"], lambda line: None)

    # what an ended supervisor kept no longer runs
    kept = {"bi"} if supervised else set()
    assert started.names(config) == {"weblogs", "monitoring", *kept}
    assert set(keeper.running) == names("weblogs", "monitoring")


def test_up_to_servers_of_an_unrecorded_start_records_nothing(
    config: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper_of(monkeypatch, *sorted(names("batch")))
    lifecycle.up(["stream"], lambda line: None)
    assert started.names(config) is None


def test_taken_port_stops_up_before_a_server_starts(
    config: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = keeper_of(monkeypatch, *sorted(names("batch")))
    asked: list[str] = []

    def refuse(processes: Iterable[Process], config: Settings) -> None:
        asked.extend(process.name for process in processes)
        raise PlatformError("port 9042 is taken")

    monkeypatch.setattr(lifecycle, "require_free_ports", refuse)
    with pytest.raises(PlatformError, match="9042"):
        lifecycle.up(["weblogs"], lambda line: None)
    # servers that run hold their ports themselves
    assert set(asked) == STREAM
    assert set(keeper.running) == names("batch")


def test_changed_settings_start_running_servers_again(
    config: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = keeper_of(monkeypatch, *sorted(names("batch")))
    keeper.settings_are_current = False
    lifecycle.up(["batch"], lambda line: None)
    assert set(keeper.stopped) == names("batch")
    assert set(keeper.running) == names("batch")
