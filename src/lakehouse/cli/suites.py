"""Runs of pytest: the suites of servers one after another, others in parallel."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from types import FrameType
from typing import IO

import psutil

from lakehouse.cli.common import say
from lakehouse.platform.scratch import remove_stale_counters
from lakehouse.platform.settings import PROJECT

Command = tuple[str, ...]


class Suite(StrEnum):
    """Kinds of tests, the fast before the slow."""

    UNIT = "unit"
    INTEGRATION = "integration"
    ACCEPTANCE = "acceptance"
    CHAOS = "chaos"
    CONTAINERS = "containers"


# what a run without names leaves out: minutes of killing servers under load, and what needs Docker
ON_REQUEST = frozenset({Suite.CHAOS, Suite.CONTAINERS})
_PYTEST = (sys.executable, "-m", "pytest")
_MOST_WORKERS = 4
# the servers of the session with all profiles, together with those of a test module
_MEMORY_OF_BOTH = 18 * 2**30
# exit codes of pytest
_PASSED, _INTERRUPTED, _NOTHING_TO_RUN = 0, 2, 5
_INTERRUPTIONS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def passed(suites: Sequence[Suite], arguments: Sequence[str]) -> bool:
    """Run suites; True if there was a test, and none failed.

    Args:
        suites: the suites.
        arguments: further arguments of pytest.
    """
    scratch = PROJECT / ".tmp"
    scratch.mkdir(mode=0o700, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        # tests and their servers leave nothing in /tmp, where names can be taken by other users
        os.environ["TMPDIR"] = folder
        codes = _run(suites, arguments)
    # no option of a JVM moves the folder of its counters
    remove_stale_counters()
    return _PASSED in codes and set(codes) <= {_PASSED, _NOTHING_TO_RUN}


def lanes(
    suites: Sequence[Suite], arguments: Sequence[str], memory: int
) -> tuple[Command, list[Command]]:
    """A command, and those that run in parallel with it, one after another.

    Unit tests run in parallel with the suites of servers. So do modules of integration tests that
    start servers of their own, if the memory is sufficient for both: they wait for much of their
    time.

    Args:
        suites: suites of servers, and perhaps the unit tests.
        arguments: further arguments of pytest.
        memory: memory of the machine in bytes.
    """
    servers = [suite for suite in suites if suite is not Suite.UNIT]
    background = (
        [("nice", "-n", "19", *_pytest([Suite.UNIT], arguments))] if Suite.UNIT in suites else []
    )
    if {Suite.INTEGRATION, Suite.ACCEPTANCE} <= set(servers) and memory >= _MEMORY_OF_BOTH:
        background.append(_pytest([Suite.INTEGRATION], [*arguments, "--servers=own"]))
        return _pytest(servers, [*arguments, "--servers=shared"]), background
    return _pytest(servers, arguments), background


def _run(suites: Sequence[Suite], arguments: Sequence[str]) -> list[int]:
    if list(suites) == [Suite.UNIT]:
        # each worker has a Spark of its own, of more than a gigabyte
        workers = min(os.cpu_count() or 1, _MOST_WORKERS)
        return [_run_to_its_end((*_pytest(suites, arguments), "-n", str(workers)))]
    command, background = lanes(suites, arguments, psutil.virtual_memory().total)
    return _run_in_parallel(background, command) if background else [_run_to_its_end(command)]


def _pytest(suites: Sequence[Suite], arguments: Sequence[str]) -> Command:
    folders = [f"tests/{suite}" for suite in suites if (PROJECT / "tests" / suite).exists()]
    return (*_PYTEST, *folders, *arguments)


class _Background:
    """Commands one after another in the background, their output kept for the end."""

    def __init__(self, commands: Sequence[Command], report: IO[bytes]) -> None:
        self._commands, self._report = commands, report
        self._running: subprocess.Popen[bytes] | None = None
        self._is_stopped = False

    def run(self) -> list[int]:
        """Run them; the exit codes of those that ended."""
        codes = []
        for command in self._commands:
            if self._is_stopped:
                break
            self._running = subprocess.Popen(
                command,
                cwd=PROJECT,
                stdout=self._report,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            codes.append(self._running.wait())
        return codes

    def stop(self) -> None:
        """Interrupt the one that runs, and begin no other."""
        self._is_stopped = True
        if self._running:
            self._running.terminate()


def _run_in_parallel(commands: Sequence[Command], command: Command) -> list[int]:
    """Run a command, and others in the time that it leaves; report them after its end."""
    say("other tests run in parallel with those of the shared servers; their report follows")
    with tempfile.TemporaryFile() as report, ThreadPoolExecutor(1) as pool:
        background = _Background(commands, report)
        ending = pool.submit(background.run)
        code = _run_to_its_end(command)
        if code == _INTERRUPTED:
            background.stop()
        codes = ending.result()
        report.seek(0)
        sys.stdout.flush()
        shutil.copyfileobj(report, sys.stdout.buffer)
    return [code, *codes]


def _run_to_its_end(command: Command) -> int:
    """Run a command that stops servers at its end: an interruption is passed on, once."""
    # a session of its own: a terminal would tell both, and a second time breaks the stopping
    with subprocess.Popen(command, cwd=PROJECT, start_new_session=True) as process:

        def pass_on(number: int, frame: FrameType | None) -> None:
            for each in _INTERRUPTIONS:
                signal.signal(each, signal.SIG_IGN)
            process.terminate()

        for each in _INTERRUPTIONS:
            signal.signal(each, pass_on)
        return process.wait()
