"""The machine fails under load: supervisor, power, disk, frozen servers, clock.

Each fault comes while a writer is at work; then both reconciliations have to agree. A power cut
is every process killed at once: what only the operating system had not yet written to the disk
stays, as it would not in a real one. The full disk needs root, who alone may mount a file system;
the clock needs a C compiler.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from chaos.clocks import FakeClock
from chaos.conftest import differences, filled_platform, settle
from integration.killing import cut_power, kill_supervisor
from integration.launching import lakehouse, lakehouse_started
from lakehouse.platform.probes import ready
from lakehouse.platform.services import load_services, process_named, processes_of
from lakehouse.platform.settings import Settings
from lakehouse.platform.supervise import Supervisor

RATE = 500
WRITE_SECONDS = 60
FREEZE_SECONDS = 20
FULL_SECONDS = 30
CLOCK_SECONDS = 3_600
SERVERS = ("kafka", "nifi", "cassandra", "namenode", "datanode", "streaming")
# state of the servers that the full disk needs, and a little load
DISK_MB = 3_000
Report = Callable[[str], None]


@pytest.fixture
def report(capsys: pytest.CaptureFixture[str]) -> Report:
    def show(text: str) -> None:
        with capsys.disabled():
            print(f"\n{text}")

    return show


@contextmanager
def load(environment: Mapping[str, str] | None = None, stopped_by: str = "") -> Iterator[None]:
    """Write log lines for a while; leave when the writer has ended by itself.

    Args:
        environment: of the writer; this process's if None.
        stopped_by: error that ends the writer early; it must end well if empty.
    """
    writer = lakehouse_started(
        *("stream", "write", f"--rate={RATE}", f"--duration={WRITE_SECONDS}", "--json"),
        environment=environment,
    )
    try:
        time.sleep(10)
        yield
        told, failure = writer.communicate(timeout=3 * WRITE_SECONDS)
        if stopped_by:
            assert writer.returncode == 1
            assert stopped_by in failure
            assert "Traceback" not in failure
            return
        assert writer.returncode == 0, failure
        assert all(counts["lines"] for counts in json.loads(told)["streams"].values())
    finally:
        writer.kill()


def seconds_of_up() -> float:
    """Bring every server of the test back."""
    began = time.monotonic()
    for profile in ("spark", "stream"):
        answer = lakehouse("up", profile)
        assert answer.returncode == 0, answer.stderr
    return time.monotonic() - began


def assert_reconciled() -> float:
    proofs, seconds = settle()
    assert proofs
    assert differences(proofs) == []
    answer = lakehouse("verify")
    assert answer.returncode == 0, answer.stdout
    return seconds


def wait_until_ready(config: Settings, names: tuple[str, ...] = SERVERS) -> float:
    began = time.monotonic()
    processes = processes_of(load_services())
    for name in names:
        while not ready(process_named(name, processes), config):
            assert time.monotonic() < began + 300, f"{name} does not come back"
            time.sleep(0.5)
    return time.monotonic() - began


def test_supervisor_is_killed(config: Settings, report: Report) -> None:
    with load():
        kill_supervisor(config)
        time.sleep(10)
        seconds = seconds_of_up()
    caught_up = assert_reconciled()
    report(f"supervisor killed: ready after {seconds:.0f} s, caught up in {caught_up:.0f} s")


def test_power_is_cut(config: Settings, report: Report) -> None:
    with load():
        count = cut_power(config)
        seconds = seconds_of_up()
    caught_up = assert_reconciled()
    report(f"{count} processes killed: ready after {seconds:.0f} s, caught up in {caught_up:.0f} s")


def test_each_server_is_frozen(config: Settings, report: Report) -> None:
    times = {}
    for name in SERVERS:
        with load():
            pid = Supervisor(config).states()[name].pid
            os.kill(pid, signal.SIGSTOP)
            try:
                time.sleep(FREEZE_SECONDS)
            finally:
                os.kill(pid, signal.SIGCONT)
            times[name] = wait_until_ready(config)
    assert_reconciled()
    shown = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in times.items())
    report(f"frozen for {FREEZE_SECONDS} s each: all ready again after {shown}")


def test_clock_is_set_back(config: Settings, tmp_path: Path, report: Report) -> None:
    clock = FakeClock(tmp_path)
    clock.give("kafka", config)
    wait_until_ready(config)
    with load(clock.environment):
        clock.set_back(seconds=CLOCK_SECONDS)
        time.sleep(10)
        seconds = wait_until_ready(config)
    caught_up = assert_reconciled()
    report(
        f"clock of Kafka and the writer set back by {CLOCK_SECONDS} s: ready after "
        f"{seconds:.0f} s, caught up in {caught_up:.0f} s"
    )


@pytest.fixture
def small_disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("disk")
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "lakehouse", str(folder)]
    subprocess.run(mount, check=True)
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_disk_is_full(small_disk: Path, tmp_path: Path, report: Report) -> None:
    with filled_platform(small_disk, tmp_path) as config:
        filler = config.state_dir / "filler"
        # the logs are on the full disk, too: their writer says so and stops
        with load(stopped_by="No space left on device"):
            with pytest.raises(OSError, match="No space left"), filler.open("wb", 0) as stream:
                while True:
                    stream.write(bytes(2**20))
            assert shutil.disk_usage(small_disk).free < 2**20
            time.sleep(FULL_SECONDS)
            filler.unlink()
            seconds = wait_until_ready(config)
        with load():
            pass
        caught_up = assert_reconciled()
        report(f"disk full for {FULL_SECONDS} s: ready {seconds:.0f} s after, in {caught_up:.0f} s")
