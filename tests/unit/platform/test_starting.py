"""Servers start in order and side by side; one that fails stops the waiting of the others."""

from __future__ import annotations

import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from lakehouse.platform import lifecycle
from lakehouse.platform.errors import PlatformError
from lakehouse.platform.services import Probe, Process
from lakehouse.platform.settings import Settings
from lakehouse.platform.supervise import ProcessState


def process(name: str, *needs: str, seconds: int = 20) -> Process:
    return Process(
        name=name,
        command=("run",),
        probe=Probe(kind="tcp", seconds=seconds),
        needs=needs,
        memory_mb=1,
    )


class Keeper:
    """A supervisor whose processes are ready as soon as they are allowed to be."""

    def __init__(self, *, ends: str = "", never_ready: frozenset[str] = frozenset()) -> None:
        self.started: list[str] = []
        self.never_ready = never_ready
        self._ends = ends
        self._lock = threading.Lock()
        self._attempt = 0

    def start(self, name: str) -> None:
        with self._lock:
            self.started.append(name)

    def ready(self, process: Process, _: Settings) -> bool:
        return process.name in self.started and process.name not in self.never_ready

    def states(self) -> dict[str, ProcessState]:
        with self._lock:
            self._attempt += 1
            return {
                # a process that ends is started again each time it is looked at
                name: ProcessState(name, "RUNNING", 1, self._attempt if name == self._ends else 1)
                for name in self.started
            }


def start(keeper: Keeper, monkeypatch: pytest.MonkeyPatch, folder: Path, *all_: Process) -> None:
    monkeypatch.setattr(lifecycle, "ready", keeper.ready)
    monkeypatch.setattr(lifecycle, "PREPARATIONS", {})
    lifecycle._start(all_, keeper, Settings(state_dir=folder), lambda _: None)  # type: ignore[arg-type]


def test_a_process_starts_after_everything_it_needs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    class Slow(Keeper):
        """Notes what was ready when a process started; each is ready at its third probe."""

        def __init__(self) -> None:
            super().__init__()
            self.ready_at_start: dict[str, set[str]] = {}
            self._probes: Counter[str] = Counter()

        def start(self, name: str) -> None:
            self.ready_at_start[name] = {one for one, n in self._probes.items() if n >= 3}
            super().start(name)

        def ready(self, process: Process, config: Settings) -> bool:
            self._probes[process.name] += 1
            return self._probes[process.name] >= 3

    keeper = Slow()
    start(keeper, monkeypatch, tmp_path, process("c", "a", "b"), process("b", "a"), process("a"))
    assert keeper.ready_at_start == {"a": set(), "b": {"a"}, "c": {"a", "b"}}


def test_processes_that_do_not_need_each_other_start_together(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    both = threading.Barrier(2, timeout=10)

    class Together(Keeper):
        def start(self, name: str) -> None:
            both.wait()
            super().start(name)

    keeper = Together()
    start(keeper, monkeypatch, tmp_path, process("a"), process("b"))
    assert sorted(keeper.started) == ["a", "b"]


def test_a_failure_ends_the_waiting_for_others_and_starts_nothing_more(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    keeper = Keeper(ends="broken", never_ready=frozenset({"broken", "slow"}))
    began = time.monotonic()
    with pytest.raises(PlatformError, match="broken ends right after its start"):
        start(
            keeper,
            monkeypatch,
            tmp_path,
            process("broken"),
            process("slow", seconds=60),
            process("later", "slow"),
        )
    assert time.monotonic() - began < 30
    assert "later" not in keeper.started


def test_a_process_that_is_never_ready_is_reported_with_the_end_of_its_log(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    log = Settings(state_dir=tmp_path).logs_dir / "silent.log"
    log.parent.mkdir(parents=True)
    log.write_text("the last thing it wrote\n")
    keeper = Keeper(never_ready=frozenset({"silent"}))
    with pytest.raises(PlatformError, match="not ready after 1 s") as failure:
        start(keeper, monkeypatch, tmp_path, process("silent", seconds=1))
    assert "the last thing it wrote" in str(failure.value)


def test_a_process_is_given_up_after_some_attempts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    keeper = Keeper(ends="loops", never_ready=frozenset({"loops"}))
    with pytest.raises(PlatformError, match="loops ends right after its start"):
        start(keeper, monkeypatch, tmp_path, process("loops", seconds=60))
    assert keeper._attempt == lifecycle.ATTEMPTS
