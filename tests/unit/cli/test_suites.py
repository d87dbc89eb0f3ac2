"""Runs of pytest in parallel, and how they are stopped."""

from __future__ import annotations

import tempfile
import threading
import time

import pytest

from lakehouse.cli import suites
from lakehouse.cli.suites import Suite, lanes

LARGE, SMALL = 24 * 2**30, 8 * 2**30
ALL = (Suite.UNIT, Suite.INTEGRATION, Suite.ACCEPTANCE)


def words(command: suites.Command) -> set[str]:
    """Folders and options of a run."""
    return {word for word in command if word.startswith(("tests/", "-k", "--servers"))}


def test_modules_with_own_servers_run_background_the_others() -> None:
    command, background = lanes(ALL, ["-k", "orders"], LARGE)
    assert words(command) == {"tests/integration", "tests/acceptance", "-k", "--servers=shared"}
    assert [words(each) for each in background] == [
        {"tests/unit", "-k"},
        {"tests/integration", "-k", "--servers=own"},
    ]
    # these wait for servers, and time them
    assert [each[0] == "nice" for each in background] == [True, False]


def test_small_machine_runs_one_platform_at_a_time() -> None:
    command, background = lanes(ALL, [], SMALL)
    assert words(command) == {"tests/integration", "tests/acceptance"}
    assert [words(each) for each in background] == [{"tests/unit"}]


@pytest.mark.parametrize("suite", [Suite.INTEGRATION, Suite.ACCEPTANCE, Suite.CHAOS])
def test_one_suite_runs_alone(suite: Suite) -> None:
    command, background = lanes([suite], [], LARGE)
    assert words(command) == {f"tests/{suite}"}
    assert background == []


def test_commands_background_run_in_turn_and_give_their_codes() -> None:
    with tempfile.TemporaryFile() as report:
        background = suites._Background([("sh", "-c", "echo one; exit 3"), ("echo", "two")], report)
        assert background.run() == [3, 0]
        report.seek(0)
        assert report.read() == b"one\ntwo\n"


def test_stopping_ends_the_one_that_runs_and_begins_no_other() -> None:
    with tempfile.TemporaryFile() as report:
        background = suites._Background([("sleep", "60"), ("echo", "two")], report)
        codes: list[int] = []
        thread = threading.Thread(target=lambda: codes.extend(background.run()))
        thread.start()
        while background._running is None:
            time.sleep(0.01)
        background.stop()
        thread.join(10)
        assert codes == [-15]
        assert report.tell() == 0
