"""Each container is killed while runs and streams are at work: nothing is lost, nothing doubled."""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass, field

import pytest

from containers.stack import Stack
from lakehouse.workloads.weblogs.pipelines import STREAMS_GOLD

DAY = "2026-01-04"
PAUSE = 4.0
RATE = 300
WRITE_SECONDS = 300


@dataclass
class Ordeal:
    """What was killed, how long until all was healthy again, what happened to the runs."""

    back_after: dict[str, float] = field(default_factory=dict)
    runs: list[int] = field(default_factory=list)
    written: int | None = None


@pytest.fixture(scope="module")
def ordeal(stack: Stack) -> Ordeal:
    stack.lakehouse("generate", "--orders", "2000", "--seed", "5", "--out", "/data/generated/kills")
    stack.lakehouse("load", "--yes", "--from", "/data/generated/kills")
    found = Ordeal()
    writer = stack.started(
        *("stream", "write", "--rate", str(RATE), "--duration", str(WRITE_SECONDS))
    )
    run = stack.started("run", "--all", "--full", "--date", DAY)
    for name in stack.servers():
        if run.poll() is not None:
            found.runs.append(run.returncode)
            run = stack.started("run", "--all", "--full", "--date", DAY)
        time.sleep(PAUSE)
        stack.must("kill", name)
        began = time.monotonic()
        stack.up()
        found.back_after[name] = time.monotonic() - began
    found.runs.append(_end_of(run))
    found.written = _end_of(writer)
    # runs that were given up go on by being asked for again
    stack.lakehouse("run", "--all", "--date", DAY)
    stack.lakehouse("run", STREAMS_GOLD.dag_id)
    return found


def _end_of(process: subprocess.Popen[str]) -> int:
    process.communicate(timeout=1200)
    return process.returncode


def test_each_container_came_back(
    ordeal: Ordeal, stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    with capsys.disabled():
        print()
        for name, seconds in ordeal.back_after.items():
            print(f"{name:24} killed, all healthy again after {seconds:5.1f} s")
        print(f"runs of the DAGs meanwhile ended with {ordeal.runs}")
    assert set(ordeal.back_after) == set(stack.servers())
    assert ordeal.written == 0


def test_nothing_is_lost_and_nothing_doubled(ordeal: Ordeal, stack: Stack) -> None:
    assert stack.differences() == []
