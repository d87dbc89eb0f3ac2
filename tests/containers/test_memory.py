"""Every server lives within its memory, when NiFi finds a backlog too."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from containers.kernel import Watch
from containers.stack import Stack, until
from lakehouse.workloads.weblogs.pipelines import STREAMS_GOLD

RATE = 1500
WRITE_SECONDS = 100
# a run towards gold takes what silver holds
_AWAIT_SILVER = """
from lakehouse.serving import stream_proof
assert stream_proof.await_silver(stream_proof.written_by(None), 300, lambda told: None)
"""
# of every process the most that it had resident, in KB
_PEAKS = r"cat /proc/[0-9]*/status | sed -n 's/^VmHWM:\s*\([0-9]*\) kB$/\1/p'"


@pytest.fixture(scope="module")
def starts(stack: Stack) -> dict[str, str]:
    """When each server was started last, before NiFi has brought a backlog as far as silver."""
    stack.must("stop", "nifi")
    stack.lakehouse("stream", "write", "--rate", str(RATE), "--duration", str(WRITE_SECONDS))
    stack.up()
    found = stack.starts()
    stack.python(_AWAIT_SILVER)
    return found


def test_what_the_kernel_ends_is_seen(tmp_path: Path) -> None:
    project = "lakehouse-memory-test"
    watch = Watch(project, tmp_path / "ended")
    labels = [f"--label=com.docker.compose.{key}" for key in (f"project={project}", "service=big")]
    limits = ["--memory=32m", "--memory-swap=32m"]
    image = ["--entrypoint", "python", "lakehouse/tools:0.1.0"]
    command = ["docker", "run", "--rm", *labels, *limits, *image, "-c", "b'1' * 100_000_000"]
    try:
        assert watch.ended() == []
        assert subprocess.run(command, capture_output=True).returncode == 137
        until(lambda: watch.ended() == ["big"])
    finally:
        watch.close()


@pytest.mark.usefixtures("starts")
def test_all_of_nifi_has_room_if_every_process_takes_its_most_at_once(stack: Stack) -> None:
    peaks = list(map(int, stack.must("exec", "--no-TTY", "nifi", "bash", "-c", _PEAKS).split()))
    limit = int(stack.services()["nifi"]["mem_limit"])
    assert len(peaks) > 3, "Java and its processes in Python"
    assert sum(peaks) * 1024 < limit, peaks


def test_a_backlog_is_brought_through_without_a_restart(
    stack: Stack, starts: dict[str, str]
) -> None:
    stack.lakehouse("run", STREAMS_GOLD.dag_id)
    assert stack.differences() == []
    assert stack.starts() == starts


def test_the_kernel_has_ended_no_process(stack: Stack) -> None:
    assert stack.ended_by_the_kernel() == []
