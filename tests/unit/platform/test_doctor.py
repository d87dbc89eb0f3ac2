"""Memory that profiles and workloads declare, next to what the machine has."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace

import pytest

from lakehouse.platform import doctor
from lakehouse.platform.doctor import Finding, examine
from lakehouse.platform.errors import UnknownNameError
from lakehouse.platform.selection import selected, server_groups
from lakehouse.platform.services import Process, processes_of
from lakehouse.platform.settings import Settings


def declared(name: str) -> int:
    return sum(process.memory_mb for process in processes_of(selected([name])))


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    return Settings(_env_file=None, state_dir=tmp_path)


def machine(monkeypatch: pytest.MonkeyPatch, total: int) -> None:
    """A machine with so many MB of memory, half of them free."""
    memory = SimpleNamespace(total=total * 2**20, available=total * 2**19)
    monkeypatch.setattr(doctor.psutil, "virtual_memory", lambda: memory)


def memory(config: Settings, *names: str) -> Mapping[str, Finding]:
    return {one.check: one for one in examine(config, names) if one.check.startswith("memory")}


def test_each_profile_and_workload_is_shown_with_its_memory(
    config: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine(monkeypatch, 20_000)
    found = memory(config)
    assert set(found) == {"memory", *(f"memory of {name}" for name in server_groups())} - {
        "memory of all"
    }
    assert all(one.ok for one in found.values())
    assert found["memory of weblogs"].found == (
        f"{declared('weblogs'):,} MB for 13 servers; the machine has 20,000 MB, 10,000 free"
    )
    assert declared("shop") < declared("weblogs") < declared("all")


def test_only_what_is_named_must_fit(config: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch, declared("shop"))
    assert memory(config, "shop")["memory"].ok
    (small,) = memory(config, "weblogs").values()
    assert not small.ok
    assert small.remedy.startswith(f"{declared('weblogs'):,} MB are declared")
    assert not memory(config)["memory"].ok
    both = memory(config, "shop", "weblogs")
    assert [one.ok for one in both.values()] == [False, True, False]


def test_servers_that_names_share_are_counted_once(
    config: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine(monkeypatch, 20_000)
    together = memory(config, "batch", "stream")["memory"].found
    assert together == memory(config, "weblogs")["memory"].found


def test_only_ports_of_what_is_named_are_checked(
    config: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def taken(processes: list[Process], config: Settings) -> list[str]:
        asked.extend(process.name for process in processes)
        return []

    monkeypatch.setattr(doctor, "taken_ports", taken)
    examine(config, ["monitoring"])
    assert set(asked) == {process.name for process in processes_of(selected(["monitoring"]))}


def test_unknown_name_is_answered_with_the_nearest(config: Settings) -> None:
    with pytest.raises(UnknownNameError, match="did you mean weblogs"):
        examine(config, ["weblog"])
